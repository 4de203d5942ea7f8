import { expect, jest } from '@jest/globals';
import type { UpgradeContext } from '../../../../../src/simulator/world/behavior.ts';
import { HOUR, MINUTE, planYaml, Stage } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

const NODE = '/api/v1/nodes/node-1';
const BATCHES = 'maxUnavailable: 2\nbatches: [{size: 2, approval: BeforeStart}]\nnewNodes: {collectSeconds: 60}\nnotify: {}';
/** Another plan that waits for `os`. */
const DEPENDENT = planYaml(
  "maxUnavailable: 2\nbatches: [{size: 2}]\nnotify: {}\ndependsOn: [{name: os, version: '12.9'}]",
  '',
  'dependent',
);

/** A scenario, with the upgrades that ran: plan and host. */
interface Recorded {
  readonly stage: Stage;
  readonly ran: readonly string[];
}

async function open(fails: (context: UpgradeContext) => boolean = () => false): Promise<Recorded> {
  const ran: string[] = [];
  const stage = await Stage.open({
    hosts: 2,
    upgrades: (context) => {
      ran.push(`${context.plan} on ${context.host}`);
      return { kind: fails(context) ? 'Fails' : 'Succeeds', ms: MINUTE };
    },
  });
  return { stage, ran };
}

/** Lets time pass, in which somebody approves each batch that waits for it. */
async function passWithApprovals(stage: Stage, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 10 * MINUTE) {
    if (stage.condition('Ready')?.reason === 'ApprovalRequired')
      stage.act({ action: 'Approve', batch: stage.batches().findLast(({ spec }) => spec.plan === 'os')?.metadata.name });
    await stage.pass(10 * MINUTE);
  }
}

/** How often the batches of `os` have skipped node-1. */
function skips(stage: Stage): number {
  const records = stage.batches().flatMap(({ spec, status }) => (spec.plan === 'os' ? (status?.nodes ?? []) : []));
  return records.filter(({ name, state }) => name === 'node-1' && state === 'Skipped').length;
}

interface Absence {
  /** Makes node-1 unfit for its turn. */
  readonly leave: (stage: Stage) => void;
  /** Makes it fit again. */
  readonly comeBack: (stage: Stage) => void;
}

/** Plays a rollout in which node-1 is unfit each time that its turn comes, `times` times, and fit afterwards. */
async function playAbsence({ leave, comeBack }: Absence, times: number): Promise<Recorded> {
  const recorded = await open();
  const { stage } = recorded;
  stage.apply(planYaml(BATCHES));
  stage.apply(DEPENDENT);
  for (let time = 1; time <= times; time += 1) {
    await stage.until('the batch waits for approval', () => stage.condition('Ready')?.reason === 'ApprovalRequired');
    leave(stage);
    await stage.pass(2 * MINUTE);
    stage.act({ action: 'Approve', batch: stage.batches().findLast(({ spec }) => spec.plan === 'os')?.metadata.name });
    await stage.until('node-1 is skipped', () => skips(stage) === time);
    comeBack(stage);
    await stage.pass(MINUTE);
    // A plan that has ended does not notice by itself that a node is back; see the last scenario.
    stage.edit({ failure: { maxFailed: time } });
  }
  await passWithApprovals(stage, 3 * HOUR);
  return recorded;
}

function patchNode(stage: Stage, patch: object): void {
  const outcome = stage.simulation.client.mergePatch(NODE, patch);
  if (!outcome.ok) throw new Error(outcome.message);
}

const ABSENCES: readonly (Absence & { readonly fault: string })[] = [
  {
    fault: 'A node whose label was missing at its turn is never upgraded',
    leave: (stage) => patchNode(stage, { metadata: { labels: { role: 'other' } } }),
    comeBack: (stage) => patchNode(stage, { metadata: { labels: { role: 'worker' } } }),
  },
  {
    fault: 'A node that an autoscaler wanted to remove, and kept, is never upgraded',
    leave: (stage) =>
      patchNode(stage, { spec: { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', value: '1', effect: 'NoSchedule' }] } }),
    comeBack: (stage) => patchNode(stage, { spec: { taints: null } }),
  },
];

for (const { fault, ...absence } of ABSENCES) {
  mustSee({
    entry: 'E17',
    fault,
    play: async () => {
      const { stage, ran } = await playAbsence(absence, 1);
      return { ran, succeeded: stage.condition('Succeeded') };
    },
    today: ({ ran, succeeded }) => {
      expect(ran).not.toContain('os on node-1');
      expect(ran).toContain('dependent on node-1');
      expect(succeeded).toMatchObject({ status: 'True', reason: 'SomeSkipped' });
    },
    right: ({ ran, succeeded }) => {
      expect(ran.slice(0, 2)).toEqual(['os on node-2', 'os on node-1']);
      expect(succeeded).toMatchObject({ status: 'True', reason: 'AllSucceeded' });
    },
  });
}

mustSee({
  entry: 'E17',
  fault: 'A plan that has left a node behind after three tries has succeeded, and lets others go',
  play: async () => {
    const absence: Absence = {
      leave: ({ simulation }) => simulation.hosts.stopKubelet('node-1'),
      comeBack: ({ simulation }) => simulation.hosts.startKubelet('node-1'),
    };
    const { stage, ran } = await playAbsence(absence, 3);
    return { ran, succeeded: stage.condition('Succeeded'), stalled: stage.condition('Stalled') };
  },
  today: ({ ran, succeeded, stalled }) => {
    expect(ran).not.toContain('os on node-1');
    expect(ran).toContain('dependent on node-2');
    expect(succeeded).toMatchObject({ status: 'True', reason: 'SomeSkipped' });
    expect(stalled?.status).not.toBe('True');
  },
  right: ({ ran, succeeded, stalled }) => {
    expect(ran).toEqual(['os on node-2']);
    expect(succeeded?.status).toBe('False');
    expect(stalled).toMatchObject({ status: 'True', reason: 'NodesLeftBehind' });
    expect(stalled?.message).toContain('node-1');
  },
});

mustSee({
  entry: 'E17',
  fault: 'A plan that has upgraded no node at all has succeeded',
  play: async () => {
    const { stage, ran } = await open();
    for (const { name } of stage.simulation.hosts.all) stage.simulation.hosts.powerOff(name, undefined);
    await stage.pass(2 * MINUTE);
    stage.apply(planYaml('maxUnavailable: 2\nbatches: [{size: 2}]\nnotify: {}'));
    await stage.pass(HOUR);
    return { ran, ready: stage.condition('Ready'), succeeded: stage.condition('Succeeded') };
  },
  today: ({ ran, ready, succeeded }) => {
    expect(ran).toEqual([]);
    expect(ready).toMatchObject({ status: 'True' });
    expect(succeeded).toMatchObject({ status: 'True' });
  },
  right: ({ ready, succeeded }) => {
    expect(ready).toMatchObject({ status: 'False' });
    expect(succeeded?.status).not.toBe('True');
  },
});

mustSee({
  entry: 'E17',
  fault: 'A node that another plan had quarantined at its turn is never upgraded after its release',
  play: async () => {
    const { stage, ran } = await open(({ plan, host }) => plan === 'firmware' && host === 'node-1');
    const both = 'maxUnavailable: 2\nbatches: [{size: 2, maxFailed: 2}]\nfailure: {maxFailed: 2}\nnotify: {}';
    stage.apply(planYaml(both, '', 'firmware'));
    await stage.until('firmware has ended', () => stage.plan('firmware').status?.summary === 'Failed');
    stage.apply(planYaml(both));
    await stage.until('node-1 is skipped', () => skips(stage) === 1);
    await stage.pass(10 * MINUTE);
    stage.act({ plan: 'firmware', action: 'Release', nodes: ['node-1'] });
    await stage.pass(3 * HOUR);
    stage.act({ action: 'Retry', nodes: ['node-1'], revision: stage.plan().status?.revision }, 'retry');
    await stage.pass(10 * MINUTE);
    const retry = stage.list('/apis/baton.dev/v1alpha1/upgradeactions').find(({ metadata }) => metadata.name === 'retry')?.[
      'status'
    ];
    return { ran, retry, succeeded: stage.condition('Succeeded') };
  },
  today: ({ ran, retry, succeeded }) => {
    expect(ran).not.toContain('os on node-1');
    expect(retry).toMatchObject({ conditions: [{ status: 'False', reason: 'NotFailed' }] });
    expect(succeeded).toMatchObject({ status: 'True', reason: 'SomeSkipped' });
  },
  right: ({ ran, succeeded }) => {
    expect(ran).toContain('os on node-1');
    expect(succeeded).toMatchObject({ status: 'True', reason: 'AllSucceeded' });
  },
});

mustSee({
  entry: 'unlisted',
  fault: 'A node that joins after the plan has ended is never upgraded',
  play: async () => {
    const { stage, ran } = await open();
    stage.apply(planYaml('notify: {}'));
    await stage.until('the plan has succeeded', () => stage.plan().status?.summary === 'Succeeded');
    // By then, the plan is idle.
    await stage.pass(2 * MINUTE);
    stage.simulation.hosts.add({ name: 'node-3', labels: { role: 'worker' } });
    await stage.pass(2 * HOUR);
    return { ran: ran.toSorted() };
  },
  today: ({ ran }) => {
    expect(ran).toEqual(['os on node-1', 'os on node-2']);
  },
  right: ({ ran }) => {
    expect(ran).toEqual(['os on node-1', 'os on node-2', 'os on node-3']);
  },
});
