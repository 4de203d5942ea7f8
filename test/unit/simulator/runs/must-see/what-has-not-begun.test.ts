import { expect, jest } from '@jest/globals';
import type { UpgradeBehavior, UpgradeContext } from '../../../../../src/simulator/world/behavior.ts';
import { MINUTE, planYaml, Stage, workers, type StageOptions } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

/** How long the Pod runs that the drain waits for. */
const BUSY_MS = 20 * MINUTE;
const LATER_MS = 40 * MINUTE;

const BUSY_POD = `
apiVersion: v1
kind: Pod
metadata: {name: busy, labels: {app: busy}}
spec:
  restartPolicy: Never
  nodeName: node-1
  containers: [{name: busy, image: 'registry.example/busy:1'}]
`;

/** A scenario, with the upgrades that ran: host, version, process and attempt. */
interface Recorded {
  readonly stage: Stage;
  readonly ran: readonly string[];
}

async function record(
  options: StageOptions,
  choose: (context: UpgradeContext) => UpgradeBehavior = () => ({ kind: 'Succeeds', ms: MINUTE }),
): Promise<Recorded> {
  const ran: string[] = [];
  const upgrades = (context: UpgradeContext): UpgradeBehavior => {
    const { host, process, version, attempt } = context;
    ran.push(`${host}: ${process} ${version}, attempt ${attempt}`);
    return choose(context);
  };
  return { stage: await Stage.open({ ...options, upgrades, services: () => ({ kind: 'Finishes', ms: BUSY_MS }) }), ran };
}

/** Begins a rollout in which node-1 drains for twenty minutes. */
async function drain(nodes: number, spec = '', choose?: (context: UpgradeContext) => UpgradeBehavior): Promise<Recorded> {
  const recorded = await record({ hosts: workers(nodes) }, choose);
  const { stage } = recorded;
  stage.apply(BUSY_POD);
  await stage.pass(15_000);
  stage.apply(planYaml(`drain: {waitFor: {podSelector: {matchLabels: {app: busy}}, timeoutSeconds: 3600}}\n${spec}`));
  await stage.until('node-1 drains', () => stage.record('node-1')?.state === 'Draining');
  return recorded;
}

/** What is left of a turn. */
function outcome({ stage, ran }: Recorded): {
  readonly ran: readonly string[];
  readonly states: readonly string[];
  readonly claimed: readonly string[];
  readonly cordoned: boolean;
} {
  const states = stage.batches().flatMap(({ status }) => (status?.nodes ?? []).map(({ name, state }) => `${name}: ${state}`));
  const spec = stage.node('node-1')?.['spec'] as { readonly unschedulable?: boolean };
  return { ran, states, claimed: stage.claimed(), cordoned: spec.unschedulable === true };
}

mustSee({
  entry: 'E11',
  fault: 'A node that is still draining is upgraded after an Abort',
  play: async () => {
    const recorded = await drain(1);
    const { stage } = recorded;
    stage.act({ action: 'Abort', revision: stage.plan().status?.revision });
    await stage.until('the Abort is recorded', () => stage.plan().status?.summary === 'Aborted');
    await stage.pass(LATER_MS);
    return outcome(recorded);
  },
  today: ({ ran, states }) => {
    expect(ran).toEqual(['node-1: os 12.9, attempt 1']);
    expect(states).toEqual(['node-1: Succeeded']);
  },
  right: ({ ran, states, claimed, cordoned }) => {
    expect(ran).toEqual([]);
    expect(states).toEqual(['node-1: NotAttempted']);
    expect({ claimed, cordoned }).toEqual({ claimed: [], cordoned: false });
  },
});

mustSee({
  entry: 'E11',
  fault: 'A node that is still draining is upgraded to a version that the plan has left',
  play: async () => {
    const recorded = await drain(1);
    recorded.stage.edit({ version: '13.0' });
    await recorded.stage.pass(LATER_MS);
    return outcome(recorded);
  },
  today: ({ ran }) => {
    expect(ran).toEqual(['node-1: os 12.9, attempt 1', 'node-1: os 13.0, attempt 1']);
  },
  right: ({ ran, states }) => {
    expect(ran).toEqual(['node-1: os 13.0, attempt 1']);
    expect(states).toEqual(['node-1: NotAttempted', 'node-1: Succeeded']);
  },
});

mustSee({
  entry: 'E11',
  fault: 'A node that is still draining is upgraded after the failure budget is exceeded',
  play: async () => {
    const spec = 'maxUnavailable: 2\nbatches: [{size: 2}]\nnotify: {}';
    const recorded = await drain(2, spec, ({ host }) => ({ kind: host === 'node-2' ? 'Fails' : 'Succeeds', ms: MINUTE }));
    await recorded.stage.pass(LATER_MS);
    return outcome(recorded);
  },
  today: ({ ran, states }) => {
    expect(ran).toEqual(['node-2: os 12.9, attempt 1', 'node-1: os 12.9, attempt 1']);
    expect(states).toEqual(expect.arrayContaining(['node-2: Failed', 'node-1: Succeeded']));
  },
  right: ({ ran, states, claimed, cordoned }) => {
    expect(ran).toEqual(['node-2: os 12.9, attempt 1']);
    expect(states).toEqual(expect.arrayContaining(['node-2: Failed', 'node-1: NotAttempted']));
    expect({ claimed, cordoned }).toEqual({ claimed: [], cordoned: false });
  },
});

mustSee({
  entry: 'E11',
  fault: 'A node that is still draining is upgraded although the plan has been paused for a long time',
  play: async () => {
    const recorded = await drain(1);
    recorded.stage.edit({ paused: true });
    await recorded.stage.pass(LATER_MS);
    return outcome(recorded);
  },
  today: ({ ran, states }) => {
    expect(ran).toEqual(['node-1: os 12.9, attempt 1']);
    expect(states).toEqual(['node-1: Succeeded']);
  },
  right: ({ ran, claimed, cordoned }) => {
    expect(ran).toEqual([]);
    expect({ claimed, cordoned }).toEqual({ claimed: [], cordoned: false });
  },
});

mustSee({
  entry: 'E11',
  fault: 'A drain that does not fit into the window lets the host be upgraded outside of it',
  play: async () => {
    const window = "{name: morning, schedule: '0 9 * * *', durationSeconds: 600, timeZone: UTC}";
    const recorded = await record({ hosts: workers(1) });
    const { stage } = recorded;
    stage.apply(BUSY_POD);
    await stage.pass(15_000);
    const drainFor = 'drain: {waitFor: {podSelector: {matchLabels: {app: busy}}, timeoutSeconds: 3600}}';
    stage.apply(planYaml(`${drainFor}\nwindows: [${window}]`));
    await stage.pass(LATER_MS);
    return outcome(recorded);
  },
  today: ({ ran, states }) => {
    expect(ran).toEqual(['node-1: os 12.9, attempt 1']);
    expect(states).toEqual(['node-1: Succeeded']);
  },
  right: ({ ran, claimed, cordoned }) => {
    expect(ran).toEqual([]);
    expect({ claimed, cordoned }).toEqual({ claimed: [], cordoned: false });
  },
});

mustSee({
  entry: 'E11',
  fault: 'The second process of a node starts after an Abort',
  play: async () => {
    const recorded = await record({ hosts: workers(1) }, () => ({ kind: 'Succeeds', ms: 5 * MINUTE }));
    const { stage } = recorded;
    const template = "{spec: {restartPolicy: Never, containers: [{name: upgrade, image: 'registry.example/os:1'}]}}";
    const processes = ['packages', 'kernel'].map((name) => `  - {name: ${name}, job: {template: ${template}}}`);
    stage.apply(planYaml(`processes:\n${processes.join('\n')}`));
    await stage.until('the first process runs', () => recorded.ran.length > 0);
    stage.act({ action: 'Abort', revision: stage.plan().status?.revision });
    await stage.pass(LATER_MS);
    return { ...outcome(recorded), record: stage.record('node-1') };
  },
  today: ({ ran, states }) => {
    expect(ran).toEqual(['node-1: packages 12.9, attempt 1', 'node-1: kernel 12.9, attempt 1']);
    expect(states).toEqual(['node-1: Succeeded']);
  },
  right: ({ ran, record }) => {
    expect(ran).toEqual(['node-1: packages 12.9, attempt 1']);
    expect(record).toMatchObject({ state: 'Failed', reason: 'Interrupted', quarantined: true });
    expect(record?.message).toMatch(/packages.*kernel/);
  },
});

mustSee({
  entry: 'E11',
  fault: 'A retry starts while the plan is paused',
  play: async () => {
    const recorded = await record({ hosts: workers(1) }, ({ attempt }) => ({
      kind: attempt === 1 ? 'Fails' : 'Succeeds',
      ms: 3 * MINUTE,
    }));
    const { stage } = recorded;
    stage.apply(planYaml('failure: {retriesPerNode: 1}'));
    await stage.until('the first attempt runs', () => recorded.ran.length > 0);
    stage.edit({ paused: true });
    await stage.pass(LATER_MS);
    return { ...outcome(recorded), summary: stage.plan().status?.summary };
  },
  today: ({ ran }) => {
    expect(ran).toEqual(['node-1: os 12.9, attempt 1', 'node-1: os 12.9, attempt 2']);
  },
  right: ({ ran, claimed, cordoned, summary }) => {
    expect(ran).toEqual(['node-1: os 12.9, attempt 1']);
    expect({ claimed, cordoned, summary }).toEqual({ claimed: ['node-1'], cordoned: true, summary: 'Paused' });
  },
});
