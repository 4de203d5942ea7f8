import type { ReportFact } from '../../../../../src/core/facts.ts';
import { goDown, reboot } from './hosts.ts';
import type { World } from './world.ts';

/** What becomes of an upgrade, as nobody knows beforehand. Times are milliseconds from its start. */
export type Fate =
  | { readonly kind: 'Succeeds'; readonly ms: number }
  /** Ends with exit code 1. */
  | { readonly kind: 'Fails'; readonly ms: number }
  /** Never ends by itself. */
  | { readonly kind: 'Hangs' }
  /** The host goes away under it, for a while or for good. */
  | { readonly kind: 'LosesHost'; readonly ms: number; readonly awayMs: number | undefined }
  /** Reboots its host. `end` is how its Pod ends: killed by the shutdown, with exit code 0 before it, or unseen. */
  | {
      readonly kind: 'Reboots';
      readonly ms: number;
      readonly announced: boolean;
      readonly end: 'Killed' | 'Completed' | 'Unseen';
      readonly awayMs: number | undefined;
    }
  /** Says that it will reboot, finds that it cannot, and says so. */
  | { readonly kind: 'FailsToReboot'; readonly ms: number }
  /** Has nothing to reboot for, and says so. */
  | { readonly kind: 'NeedsNoReboot'; readonly ms: number };

/** An upgrade on its host. */
export interface Run {
  /** Name of the Job. */
  readonly job: string;
  /** UID of the Pod. */
  readonly pod: string;
  readonly node: string;
  /** What it does once it has worked: `<batch uid>/<node uid>/<process>`. */
  readonly work: string;
  /** What the kubelet says of the kernel afterwards; undefined: as before. */
  readonly kernel: string | undefined;
  readonly report: (reason: ReportFact['reason'], note?: string) => void;
}

/** Lets an upgrade run. What is planned for later happens only if its Pod still runs then, on a host that is up. */
export function play(world: World, run: Run, fate: Fate): void {
  world.setPod(run.pod, { phase: 'Running' });
  const later = (ms: number, act: () => void): void =>
    world.time.after(ms, () => {
      if (world.isAlive(run.node) && world.pods.get(run.pod)?.phase === 'Running') act();
    });
  switch (fate.kind) {
    case 'Hangs':
      return;
    case 'Succeeds':
      return later(fate.ms, () => complete(world, run));
    case 'Fails':
      return later(fate.ms, () => endPod(world, run, { exitCode: 1, reason: 'Error', message: 'no space left on device' }));
    case 'LosesHost':
      return later(fate.ms, () => {
        goDown(world, run.node, fate.awayMs);
        onReturn(world, run.node, () => endPod(world, run, { exitCode: 255, reason: 'Unknown', message: '' }));
      });
    case 'NeedsNoReboot':
      return later(fate.ms, () => {
        run.report('UpgradeSucceeded', 'nothing to reboot for');
        complete(world, run);
      });
    case 'FailsToReboot':
      run.report('UpgradeRebooting');
      return later(fate.ms, () => {
        run.report('UpgradeFailed', 'the host refuses to reboot');
        endPod(world, run, { exitCode: 1, reason: 'Error', message: 'reboot: Operation not permitted' });
      });
    case 'Reboots':
      return later(fate.ms, () => rebootHost(world, run, fate));
  }
}

function rebootHost(world: World, run: Run, fate: Extract<Fate, { kind: 'Reboots' }>): void {
  if (fate.announced) run.report('UpgradeRebooting');
  world.upgraded.add(run.work);
  if (fate.end === 'Completed') complete(world, run);
  else if (fate.end === 'Killed') endPod(world, run, { exitCode: 143, reason: 'Error', message: '' });
  reboot(world, run.node, { awayMs: fate.awayMs, orderly: fate.end !== 'Unseen', kernel: run.kernel });
  onReturn(world, run.node, () => {
    if (fate.end === 'Unseen') endPod(world, run, { exitCode: 255, reason: 'Unknown', message: '' });
  });
}

function complete(world: World, run: Run): void {
  world.upgraded.add(run.work);
  showKernel(world, run);
  world.setPod(run.pod, { phase: 'Succeeded', terminated: { exitCode: 0, reason: 'Completed', message: '' } });
  if (world.jobs.get(run.job)?.outcome === 'Active') world.setJob(run.job, { outcome: 'Complete', completedTime: world.now });
}

/** A kubelet tells of a new kernel some time after it is there. */
function showKernel(world: World, { node: name, kernel }: Run): void {
  const uid = world.nodes.get(name)?.uid;
  if (kernel === undefined) return;
  world.time.after(world.random.between(0, 40) * 1000, () => {
    const node = world.nodes.get(name);
    if (node?.uid === uid && node !== undefined) world.setNode(name, { info: { ...node.info, kernelVersion: kernel } });
  });
}

function endPod(
  world: World,
  run: Run,
  terminated: { readonly exitCode: number; readonly reason: string; readonly message: string },
): void {
  if (world.pods.get(run.pod)?.phase !== 'Running') return;
  world.setPod(run.pod, { phase: 'Failed', terminated });
  const outcome = world.jobs.get(run.job)?.outcome;
  if (outcome !== 'Active') return;
  world.setJob(run.job, {
    outcome: 'Failed',
    reason: 'BackoffLimitExceeded',
    message: 'Job has reached the specified backoff limit',
    failedTime: world.now,
  });
}

/** Runs when the host is up again: looked for every few seconds, like everything that kubelets do. */
function onReturn(world: World, node: string, act: () => void): void {
  world.time.after(2000, () => {
    if (!world.nodes.has(node)) return;
    if (world.isAlive(node)) act();
    else onReturn(world, node, act);
  });
}
