import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { ANNOTATIONS, LABELS } from '../../../../../src/api/names.ts';
import type { JobFact, ReportFact } from '../../../../../src/core/facts.ts';
import type { Manifest } from '../../../../../src/core/rollout/model/command.ts';
import { aJob, aPod } from '../support/facts.ts';
import { metadataOf, type Answer } from './apply.ts';
import type { Memory } from './observe.ts';
import { play, type Fate } from './upgrades.ts';
import type { World } from './world.ts';

const AWAY_MS = 10_000;

/** How the upgrades of a run go: chosen when a Job is created. `Refused`: the API server does not take the Job. */
export type ChooseFate = (world: World, job: JobFact, disruption: string) => Fate | 'Refused';

const fates = new WeakMap<World, ChooseFate>();

/** Says how the upgrades in a world go. */
export function setFates(world: World, choose: ChooseFate): void {
  fates.set(world, choose);
}

/** The kernel of a version. */
export function kernelOf(version: string): string {
  return `${version}-amd64`;
}

/** The version that a Job brings: in a rollback the one that the node came from. */
function goalOf(batch: UpgradeBatch | undefined, node: string): string | undefined {
  const back = batch?.spec.nodes.find((entry) => entry.name === node)?.fromVersion;
  return batch?.spec.rollback === undefined ? batch?.spec.version : back;
}

/** What the kubelet says of the kernel of a host at this version; of a version that was read there, the same. */
export function kernelAt(version: string): string {
  return /^v\d+$/.test(version) ? kernelOf(version) : version;
}

/** Creates a Job, and its Pod as the Job controller does; the fate that the world has for it begins. */
export function createJob(world: World, memory: Memory, manifest: Manifest): Answer {
  const { name, labels, annotations = {} } = metadataOf(manifest);
  if (world.jobs.has(name)) return 'Nothing';
  const node = annotations[ANNOTATIONS.node] ?? '';
  const spec = manifest['spec'] as { readonly activeDeadlineSeconds: number };
  const job = aJob(node, {
    name,
    uid: world.fresh('job'),
    nodeUid: labels[LABELS.nodeUid] ?? '',
    batchUid: labels[LABELS.batchUid] ?? '',
    process: labels[LABELS.process] ?? '',
    attempt: Number(labels[LABELS.attempt]),
    bootId: annotations[ANNOTATIONS.bootId] ?? '',
    createdTime: Math.floor(world.now / 1000) * 1000,
  });
  const batch = [...world.batches.values()].find((other) => other.metadata.uid === job.batchUid);
  const process = batch?.spec.processes.find((each) => each.name === job.process);
  const fate = fates.get(world)?.(world, job, process?.disruption ?? 'None') ?? { kind: 'Succeeds', ms: 10_000 };
  if (fate === 'Refused') {
    memory.jobRefusals.set(name, 'admission webhook says no');
    world.touch();
    return 'Nothing';
  }
  world.jobs.set(name, job);
  const pod = aPod(`${name}-pod`, node, {
    namespace: 'fleet',
    uid: world.fresh('pod'),
    labels: { ...labels, 'batch.kubernetes.io/controller-uid': job.uid },
    phase: 'Pending',
    ready: false,
    createdTime: world.now,
    controllerKind: 'Job',
  });
  world.pods.set(pod.uid, pod);
  const host = world.hosts.get(node);
  const goal = goalOf(batch, node);
  if (host !== undefined) host.version = goal;
  const run = {
    job: name,
    pod: pod.uid,
    node,
    kernel: goal === undefined || process?.verify === undefined ? undefined : kernelAt(goal),
    work: `${job.batchUid}/${job.nodeUid}/${job.process}`,
    report: (reason: ReportFact['reason'], note = '') => report(world, job, reason, note),
  };
  world.time.after(spec.activeDeadlineSeconds * 1000, () => exceedDeadline(world, name, pod.uid));
  startWhenUp(world, () => play(world, run, fate), node, name);
  world.touch();
  return 'Applied';
}

function startWhenUp(world: World, start: () => void, node: string, job: string): void {
  world.time.after(world.random.between(500, 3000), () => {
    if (!world.jobs.has(job) || !world.nodes.has(node) || world.jobs.get(job)?.outcome !== 'Active') return;
    if (world.isAlive(node)) start();
    else world.time.after(AWAY_MS, () => startWhenUp(world, start, node, job));
  });
}

function report(world: World, job: JobFact, reason: ReportFact['reason'], note: string): void {
  const { batchUid, node, nodeUid, process, attempt, bootId } = job;
  const none = { progress: undefined, task: undefined, fromVersion: undefined, toVersion: undefined, heartbeats: 0 };
  const sequence = world.reports.length + 1;
  world.reports.push({
    batchUid,
    node,
    nodeUid,
    process,
    attempt,
    bootId,
    sequence,
    reason,
    note,
    time: world.now,
    lastHeardTime: world.now,
    ...none,
  });
  world.touch();
}

/** The operator sets a deadline that is past, and the Job controller ends the Job. */
export function stopJob(world: World, { name, uid }: JobFact, message: string): Answer {
  const job = world.jobs.get(name);
  if (job?.uid !== uid) return 'Refused';
  if (job.stopped !== undefined) return 'Nothing';
  world.setJob(name, { stopped: message });
  const pod = [...world.pods.values()].find((other) => other.labels['batch.kubernetes.io/controller-uid'] === uid);
  world.time.after(200, () => exceedDeadline(world, name, pod?.uid ?? ''));
  return 'Applied';
}

/** The Job controller at `activeDeadlineSeconds`: the Pod is to end, and on a lost node it cannot. */
function exceedDeadline(world: World, name: string, pod: string): void {
  if (world.jobs.get(name)?.outcome !== 'Active') return;
  const late = { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  world.setJob(name, { outcome: 'Failing', ...late, failedTime: world.now });
  const finish = (): void => {
    if (world.jobs.get(name)?.outcome !== 'Failing') return;
    const job = world.jobs.get(name);
    if (job !== undefined && world.nodes.has(job.node) && !world.isAlive(job.node)) {
      world.time.after(AWAY_MS, finish);
      return;
    }
    world.setPod(pod, { phase: 'Failed', terminated: { exitCode: 137, reason: 'Error', message: '' } });
    world.setJob(name, { outcome: 'Failed', failedTime: world.now });
  };
  world.time.after(2000, finish);
}
