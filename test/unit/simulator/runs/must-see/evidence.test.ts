import { expect, jest } from '@jest/globals';
import { COMPONENTS, LABELS } from '../../../../../src/api/names.ts';
import { asObject, asObjects } from '../../../../../src/core/json.ts';
import type { SimulationOptions } from '../../../../../src/simulator/simulation.ts';
import { imagePulls } from '../../../../../src/simulator/world/images.ts';
import { MINUTE, planYaml, Stage, type StageOptions } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

const IMAGE = 'registry.example/os:1';
const PROXY = { name: 'proxy', image: 'registry.example/proxy:1' };
const DEADLINE_MINUTES = 10;

/** Fields of the plan; `process` are fields of its process. */
function spec(process = ''): string {
  return `
processes:
  - name: os
    timing: {deadlineSeconds: ${DEADLINE_MINUTES * 60}}
    job: {template: {spec: {restartPolicy: Never, containers: [{name: upgrade, image: '${IMAGE}'}]}}}
${process}`;
}

/** No registry has the image of the upgrade for this platform. */
const noMatch: SimulationOptions['pullImage'] = imagePulls(1, ({ image }) =>
  image === IMAGE ? 'NoMatchForPlatform' : undefined,
);

/** A webhook that adds a proxy to each Pod of an upgrade, as service meshes do. */
const injectProxy: SimulationOptions['mutate'] = (object, { plural }) => {
  const pod = asObject(object['spec']);
  const isUpgrade = object.metadata.labels?.[LABELS.component] === COMPONENTS.upgrade;
  if (plural !== 'pods' || !isUpgrade) return object;
  return { ...object, spec: { ...pod, containers: [...asObjects(pod['containers']), PROXY] } };
};

/** A rollout to `node-1` whose upgrade does not begin, until after its deadline. */
async function neverBegins(options: Partial<StageOptions>): Promise<{
  /** The containers that run in the middle of that time. */
  readonly running: readonly string[];
  readonly waiting: string | undefined;
  readonly state: string | undefined;
  readonly message: string | undefined;
  readonly quarantined: boolean;
  readonly cordoned: boolean;
  readonly preflight: string;
}> {
  const stage = await Stage.open({ hosts: 1, ...options });
  stage.apply(planYaml(spec()));
  await stage.pass((DEADLINE_MINUTES / 2) * MINUTE);
  const running = (stage.simulation.hosts.get('node-1')?.runtime.running() ?? []).map(({ name }) => name);
  const waiting = stage.record('node-1')?.message;
  await stage.pass((DEADLINE_MINUTES / 2 + 3) * MINUTE);
  const { state, message, quarantined = false } = stage.record('node-1') ?? {};
  const cordoned = asObject(stage.node('node-1')?.['spec'])['unschedulable'] === true;
  const preflight = JSON.stringify([stage.plan().status?.preflight, stage.condition('Accepted')]);
  return { running, waiting, state, message, quarantined, cordoned, preflight };
}

type NeverBegun = Awaited<ReturnType<typeof neverBegins>>;

const QUARANTINED = { state: 'Failed', quarantined: true, cordoned: true };
const UNCORDONED = { state: 'Failed', quarantined: false, cordoned: false };

let unpulled: Promise<NeverBegun> | undefined;
const playUnpulled = (): Promise<NeverBegun> => (unpulled ??= neverBegins({ pullImage: noMatch }));

mustSee({
  entry: 'E8',
  fault: 'A node is quarantined whose upgrade could not begin because its image was never pulled',
  play: playUnpulled,
  today: (played) => {
    expect(played).toMatchObject(QUARANTINED);
  },
  right: (played) => {
    expect(played).toMatchObject(UNCORDONED);
  },
});

mustSee({
  entry: 'E8',
  fault: 'A node is quarantined where only an injected container has run',
  play: () => neverBegins({ pullImage: noMatch, mutate: injectProxy, sidecars: () => ({ kind: 'Runs', readyMs: 0 }) }),
  today: (played) => {
    expect(played.running).toContain('proxy');
    expect(played).toMatchObject(QUARANTINED);
  },
  right: (played) => {
    expect(played).toMatchObject(UNCORDONED);
  },
});

mustSee({
  entry: 'E8',
  fault: 'A node is quarantined where the upgrade could not be started',
  play: () => neverBegins({ upgrades: () => ({ kind: 'CannotStart' }) }),
  today: (played) => {
    expect(played).toMatchObject(QUARANTINED);
  },
  right: (played) => {
    expect(played).toMatchObject(UNCORDONED);
  },
});

mustSee({
  entry: 'E8',
  fault: 'A node whose taint the upgrade does not tolerate is quarantined, and the pre-flight check says nothing',
  play: () => {
    const taints = [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }];
    return neverBegins({ hosts: [{ name: 'node-1', labels: { role: 'worker' }, taints }, { name: 'other' }] });
  },
  today: (played) => {
    expect(played).toMatchObject(QUARANTINED);
    expect(played.preflight).not.toContain('dedicated');
  },
  right: ({ quarantined, cordoned, preflight }) => {
    expect({ quarantined, cordoned }).toEqual({ quarantined: false, cordoned: false });
    expect(preflight).toContain('dedicated');
  },
});

mustSee({
  entry: 'E9',
  fault: 'Why an upgrade does not begin is cut off while it waits, and lost at its deadline',
  play: playUnpulled,
  today: ({ waiting, message }) => {
    expect(waiting).toMatch(/^ImagePullBackOff: .*…$/);
    expect(message).toBe('did not end within 600 s');
  },
  right: ({ waiting, message }) => {
    expect(waiting ?? '').toContain('no match for platform');
    expect(message ?? '').toContain('no match for platform');
  },
});

mustSee({
  entry: 'E9',
  fault: 'An injected container keeps a finished upgrade open without a word',
  play: async () => {
    const stage = await Stage.open({ hosts: 1, mutate: injectProxy, sidecars: () => ({ kind: 'Runs', readyMs: 0 }) });
    stage.apply(planYaml(spec()));
    await stage.pass((DEADLINE_MINUTES / 2) * MINUTE);
    const { state, message } = stage.record('node-1') ?? {};
    return { state, message, runs: stage.simulation.hosts.get('node-1')?.runs.length };
  },
  today: (played) => {
    expect(played).toEqual({ state: 'Upgrading', message: undefined, runs: 1 });
  },
  right: ({ message, runs }) => {
    expect(runs).toBe(1);
    expect(message ?? '').toContain('proxy');
  },
});

mustSee({
  entry: 'E10',
  fault: 'Nodes at the wanted version are quarantined because the upgrade killed its own Pod',
  play: async () => {
    const codes: Readonly<Record<string, 137 | 143 | 255>> = { 'node-1': 137, 'node-2': 143, 'node-3': 255 };
    const stage = await Stage.open({
      hosts: Object.keys(codes).map((name) => ({ name, labels: { role: 'worker' }, kubeletVersion: 'v1.36.4' })),
      upgrades: ({ host }) => ({ kind: 'IsKilledWhenDone', ms: MINUTE, exitCode: codes[host] ?? 137 }),
    });
    const budget = 'maxUnavailable: 3\nfailure: {maxFailed: 3}\nbatches: [{size: 100%, maxFailed: 3}]\nversion: v1.37.2\n';
    stage.apply(planYaml(`${budget}${spec("    verify: {kubeletVersion: '$(BATON_VERSION)'}")}`));
    await stage.pass(8 * MINUTE);
    return Object.keys(codes).map((name) => {
      const { kubeletVersion } = asObject(asObject(stage.node(name)?.['status'])['nodeInfo']);
      const { state, quarantined = false } = stage.record(name) ?? {};
      return { kubeletVersion, state, quarantined };
    });
  },
  today: (nodes) => {
    const failed = { kubeletVersion: 'v1.37.2', state: 'Failed', quarantined: true };
    expect(nodes).toEqual([failed, failed, failed]);
  },
  right: (nodes) => {
    const succeeded = { kubeletVersion: 'v1.37.2', state: 'Succeeded', quarantined: false };
    expect(nodes).toEqual([succeeded, succeeded, succeeded]);
  },
});
