import type {
  BatchStep,
  ChangeFreeze,
  Gate,
  JobProcess,
  MaintenanceWindow,
  ProcessVerify,
  UpgradePlan,
  UpgradeProcess,
} from '../../../../../src/api/generated/upgradeplan.ts';
import { aNode, INFO } from '../support/facts.ts';
import { toRfc3339 } from '../../../../../src/core/text.ts';
import { aPlan, aProcess, START } from '../support/objects.ts';
import { installDaemonSet, makeDaemonProcess } from './daemon-sets.ts';
import { makeDrain } from './drains.ts';
import { planGate } from './gates.ts';
import { addDependency, addRival } from './groups.ts';
import { addNode } from './hosts.ts';
import { kernelOf, setFates } from './kubelet.ts';
import type { OperatorWeather } from './operator.ts';
import { addApplicationPod, endPod } from './pods.ts';
import type { Random } from './random.ts';
import { addSharedSinks, shareSinks } from './shared-sinks.ts';
import type { Fate } from './upgrades.ts';
import { World } from './world.ts';

/** How much goes wrong in a run. */
export type Trouble = 'None' | 'Some' | 'Much';

/** A run before it has begun. */
export interface Scenario {
  readonly world: World;
  readonly trouble: Trouble;
  readonly operator: OperatorWeather;
  /** Somebody repairs, releases and resumes. */
  readonly people: boolean;
}

/** Makes a fleet, a plan and the trouble that they will meet, all from a seed. */
export function makeScenario(seed: number, verbose = false): Scenario {
  const world = new World(seed, verbose);
  const { random } = world;
  const trouble = random.weighted<Trouble>([
    ['None', 2],
    ['Some', 5],
    ['Much', 3],
  ]);
  const size = random.weighted([
    [random.between(1, 5), 4],
    [random.between(6, 20), 4],
    [random.between(21, 60), 1],
  ]);
  makeFleet(world, size, trouble);
  world.plan = makePlan(random);
  if (world.plan.spec.processes.some(({ daemonSet }) => daemonSet !== undefined)) installDaemonSet(world);
  const { exclusiveGroup, dependsOn = [] } = world.plan.spec;
  if (exclusiveGroup !== undefined && random.chance(0.8)) addRival(world, exclusiveGroup);
  for (const { name, version } of dependsOn) addDependency(world, name, version);
  if (random.chance(0.1)) world.freezes = [makeFreeze(random)];
  for (const { name } of world.plan.spec.gates ?? []) planGate(world, name);
  if (random.chance(0.15)) addSharedSinks(world);
  for (const sink of shareSinks(world, world.plan).plan.spec.notify?.sinks ?? []) {
    const down = trouble !== 'None' && random.chance(0.3);
    world.sinks.set(sink.name, {
      downUntil: down ? world.now + random.between(1, 900) * 1000 : 0,
      refuses: trouble !== 'None' && random.chance(0.05),
    });
  }
  setFates(world, (_, __, disruption) => chooseFate(random, trouble, disruption));
  // Where nobody helps, a plan that is stuck would go on to be stuck in each window, for ever.
  const people = (world.plan.spec.windows ?? []).length > 0 || random.chance(0.8);
  const crash = { None: 0, Some: 0.02, Much: 0.1 }[trouble];
  return { world, trouble, operator: { crash, twin: trouble === 'None' ? 0 : 0.05 }, people };
}

function makeFleet(world: World, size: number, trouble: Trouble): void {
  const { random } = world;
  const controlPlanes = random.chance(0.2) ? random.between(1, 3) : 0;
  for (let i = 1; i <= size; i++) {
    const name = `node-${i}`;
    const egress = random.chance(0.6) ? { egress: 'yes' } : {};
    const storage = random.chance(0.4) ? { disks: 'yes' } : {};
    const kept = random.chance(0.1) ? ['karpenter.sh/do-not-disrupt'] : [];
    const node = aNode(name, {
      uid: world.fresh('node'),
      labels: { role: 'worker', ...egress, ...storage, ...random.pick([{ zone: 'a' }, { zone: 'b' }, { zone: 'c' }, {}]) },
      kept,
      ...(random.chance(0.6) ? { done: { revision: 'older', version: 'v0', batch: 'os-0000-1', time: toRfc3339(START) } } : {}),
      ...(random.chance(0.15) ? { info: { ...INFO, kernelVersion: kernelOf('v1') } } : {}),
      controlPlane: i <= controlPlanes,
    });
    addNode(world, node, { cordonedByAdmin: trouble !== 'None' && random.chance(0.03) });
    addApplications(world, name, trouble);
  }
}

function addApplications(world: World, node: string, trouble: Trouble): void {
  const { random } = world;
  if (random.chance(0.3)) addApplicationPod(world, node, { controllerKind: 'DaemonSet' });
  if (random.chance(0.6)) {
    const tier = random.pick(['web', 'stays', 'batch', 'cache']);
    const pod = addApplicationPod(world, node, { emptyDir: trouble === 'Much' && random.chance(0.03), labels: { tier } });
    if (tier === 'batch' && random.chance(0.7)) world.time.after(random.between(1, 900) * 1000, () => endPod(world, pod.uid));
    if (trouble !== 'None' && random.chance(tier === 'cache' ? 0.5 : 0.1))
      world.budgets.set(pod.uid, random.chance(0.2) ? Infinity : world.now + random.between(1, 900) * 1000);
  }
  if (trouble === 'Much' && random.chance(0.02)) addApplicationPod(world, node, { controllerKind: undefined });
}

function quantity(random: Random, most: number): number | string {
  return random.chance(0.5) ? random.between(1, most) : `${random.between(1, 60)}%`;
}

function makePlan(random: Random): UpgradePlan {
  const batches = Array.from({ length: random.between(1, 3) }, (): BatchStep => {
    const size = quantity(random, 8);
    const maxFailed = random.chance(0.3) ? { maxFailed: random.chance(0.5) ? random.between(0, 3) : '30%' } : {};
    const soak = random.chance(0.2) ? { soakSeconds: random.between(1, 600) } : {};
    const approval = random.chance(0.15) ? ({ approval: random.chance(0.5) ? 'BeforeStart' : 'BeforeNext' } as const) : {};
    return { size, ...maxFailed, ...soak, ...approval };
  });
  const sinks = Array.from(
    {
      length: random.weighted([
        [0, 1],
        [1, 6],
        [2, 3],
      ]),
    },
    (_, i) => ({
      name: `sink-${i + 1}`,
      webhook: { url: 'https://hooks.example/upgrades' },
      ...(random.chance(0.4) ? { send: random.pick(['EveryBatch', 'OnTrouble', 'PlanEnd'] as const) } : {}),
    }),
  );
  const processes = makeProcesses(random);
  const canGoBack = processes.some((process) => process.job?.rollback !== undefined);
  return aPlan(
    {
      version: 'v1',
      batches,
      ...(random.chance(0.3) ? { gates: makeGates(random) } : {}),
      maxUnavailable: quantity(random, 5),
      prePull: batches.length === 3 ? 'NextBatch' : 'None',
      podPlacement: random.chance(0.7) ? 'PreferDoneNodes' : 'Anywhere',
      failure: makeFailure(random, canGoBack),
      ...(random.chance(0.3) ? { oneDomainAtATime: { topologyKey: 'zone' } } : {}),
      processes,
      notify: {
        sinks,
        ...(random.chance(0.2) ? { required: true } : {}),
        ...(random.chance(0.25) ? { agent: { nodeSelector: { matchLabels: { egress: 'yes' } } } } : {}),
      },
      drain: makeDrain(random),
      newNodes: { policy: random.chance(0.8) ? 'Upgrade' : 'Ignore', collectSeconds: random.between(0, 300) },
      notReadyNodes: random.chance(0.8) ? 'Skip' : 'Include',
      windows: random.chance(0.2) ? makeWindows(random) : [],
      ...(random.chance(0.15) ? { exclusiveGroup: 'disruptive' } : {}),
      dependsOn: random.chance(0.1) ? [{ name: 'firmware', version: '7' }] : [],
      freezes: random.chance(0.1) ? [makeFreeze(random)] : [],
    },
    { finalizers: [] },
  );
}

function makeFailure(random: Random, canGoBack: boolean): UpgradePlan['spec']['failure'] {
  const rollback = {
    scope: random.chance(0.5) ? 'Batch' : 'Plan',
    approval: random.chance(0.5) ? 'Required' : 'None',
  } as const;
  return {
    maxFailed: random.chance(0.5) ? random.between(0, 4) : '20%',
    ...(random.chance(0.3) ? { maxConsecutiveFailed: random.between(1, 3) } : {}),
    failedNodes: random.chance(0.7) ? 'Quarantine' : 'Uncordon',
    then: canGoBack && random.chance(0.5) ? 'Rollback' : random.chance(0.85) ? 'Pause' : 'Abort',
    ...(random.chance(0.6) ? { rollback } : {}),
    retriesPerNode: random.chance(0.6) ? 0 : random.between(1, 2),
  };
}

/** Windows that are closed for some minutes at a time: shorter than what counts as the end of a run. */
function makeWindows(random: Random): MaintenanceWindow[] {
  const zones = ['Europe/Paris', 'America/New_York', 'UTC'] as const;
  return Array.from({ length: random.between(1, 2) }, (_, i) => ({
    name: `window-${i + 1}`,
    schedule: `${random.between(0, 9)}-59/20 * * * *`,
    durationSeconds: random.between(2, 14) * 60 + random.between(0, 59),
    timeZone: random.pick(zones),
  }));
}

function makeFreeze(random: Random): ChangeFreeze {
  const from = START + random.between(0, 1800) * 1000;
  const to = from + random.between(60, 1000) * 1000;
  return { name: `freeze-${random.between(1, 1000)}`, from: toRfc3339(from), to: toRfc3339(to), reason: 'quarter end' };
}

function makeGates(random: Random): Gate[] {
  return Array.from({ length: random.between(1, 2) }, (_, i) => ({
    name: `gate-${i + 1}`,
    when: random.chance(0.5) ? 'BeforeBatch' : 'BeforeNode',
    forSeconds: random.chance(0.5) ? 0 : random.between(1, 120),
    timeoutSeconds: 10,
    http: { url: 'https://status.example/ready', expectStatus: 200 },
  }));
}

function makeProcesses(random: Random): UpgradeProcess[] {
  const disruption = (): UpgradeProcess['disruption'] =>
    random.weighted([
      ['None', 2],
      ['Drain', 4],
      ['Reboot', 4],
    ]);
  const verify = (): Partial<UpgradeProcess> => (random.chance(0.4) ? { verify: makeVerify(random) } : {});
  const back = (): { readonly job: JobProcess } => {
    const template = { spec: { containers: [] } };
    return { job: random.chance(0.5) ? { template, rollback: { template } } : { template } };
  };
  const first = aProcess({ disruption: disruption(), ...makeTiming(random), ...verify(), ...back() });
  if (random.chance(0.6)) return [first];
  if (random.chance(0.4)) return random.chance(0.7) ? [first, makeDaemonProcess(random)] : [makeDaemonProcess(random), first];
  if (random.chance(0.4)) return [first, makeExternal(random, disruption())];
  const second = aProcess({ name: 'firmware', disruption: disruption(), ...makeTiming(random), ...back() });
  return [first, random.chance(0.5) ? { ...second, nodeSelector: { matchLabels: { disks: 'yes' } } } : second];
}

function makeExternal(random: Random, disruption: UpgradeProcess['disruption']): UpgradeProcess {
  const { job: _job, ...process } = aProcess({ name: 'bmc', disruption, deadlineSeconds: random.between(90, 400) });
  const { kernelVersion: _kernel, ...verify } = { ...makeVerify(random), nodeLabels: { bmc: '$(BATON_VERSION)' } };
  return { ...process, external: {}, verify };
}

function makeVerify(random: Random): ProcessVerify {
  return {
    kernelVersion: '$(BATON_VERSION)-*',
    daemonSetsReady: random.chance(0.3),
    stableSeconds: random.chance(0.5) ? 0 : random.between(1, 90),
    timeoutSeconds: random.between(100, 400),
    ...(random.chance(0.3) ? { job: { template: { spec: { containers: [] } } } } : {}),
  };
}

/** Half of the processes learn their time from the nodes before; a third says what is to follow when it is over. */
function makeTiming(random: Random): Partial<UpgradeProcess> {
  const deadlineSeconds = random.between(90, 400);
  const expected = random.chance(0.5) ? { expectedSeconds: random.between(20, 60), toleranceSeconds: random.between(0, 30) } : {};
  const reboot = random.chance(0.3) ? { rebootSeconds: random.between(40, 90) } : {};
  const answer = random.weighted<Partial<UpgradeProcess>>([
    [{}, 4],
    [{ onOverdue: 'Fail' }, 1],
    [{ onOverdue: 'Retry', rerun: 'Safe' }, 1],
  ]);
  return { timing: { ...expected, ...reboot, deadlineSeconds }, ...answer };
}

function chooseFate(random: Random, trouble: Trouble, disruption: string): Fate | 'Refused' {
  const ms = random.between(2, 60) * 1000;
  const awayMs = random.between(5, 80) * 1000;
  const rare = { None: 0, Some: 0.03, Much: 0.12 }[trouble];
  const end = random.weighted([
    ['Killed', 3],
    ['Completed', 2],
    ['Unseen', 2],
  ] as const);
  const good: Fate = disruption === 'Reboot' ? { kind: 'Reboots', ms, announced: true, end, awayMs } : { kind: 'Succeeds', ms };
  if (!random.chance(rare)) return good;
  const bad: readonly (readonly [Fate | 'Refused', number])[] = [
    [{ kind: 'Fails', ms }, 4],
    [{ kind: 'Hangs' }, 2],
    [{ kind: 'LosesHost', ms, awayMs }, 2],
    [{ kind: 'LosesHost', ms, awayMs: undefined }, 1],
    ['Refused', 1],
  ];
  const reboots: readonly (readonly [Fate | 'Refused', number])[] = [
    [{ kind: 'Reboots', ms, announced: false, end, awayMs }, 3],
    [{ kind: 'Reboots', ms, announced: true, end, awayMs: undefined }, 2],
    [{ kind: 'Reboots', ms, announced: true, end, awayMs: 600_000 }, 2],
    [{ kind: 'FailsToReboot', ms }, 2],
    [{ kind: 'NeedsNoReboot', ms }, 2],
  ];
  return random.weighted(disruption === 'Reboot' ? [...bad, ...reboots] : bad);
}
