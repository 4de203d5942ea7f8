import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import type { Turn } from '../../../../../src/api/marks.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { LABELS } from '../../../../../src/api/names.ts';
import type { Command, Manifest } from '../../../../../src/core/rollout/model/command.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { selects } from '../../../../../src/core/selector.ts';
import { isTrue } from '../../../../../src/core/condition.ts';
import { metadataOf } from './apply.ts';
import { checkHandOver, checkPassBaton, checkRequired } from './baton-invariants.ts';
import { checkReplacePod } from './daemon-invariants.ts';
import { checkPodToGo } from './drain-invariants.ts';
import { kernelAt, kernelOf } from './kubelet.ts';
import type { Ledger } from './ledger.ts';
import { whyNotAfter, whyNotIn } from './permissions.ts';
import { must } from './must.ts';
import { checkPull } from './pre-pulls.ts';
import { checkBack, checkKind, checkNotAgain, checkWayBack, takesBack } from './rollback-invariants.ts';
import { isToBeIgnored, whyNotNow, whyNotOurs } from './timing-rules.ts';
import type { World } from './world.ts';

function isDown(node: NodeFact): boolean {
  return !node.ready || node.unschedulable || node.quarantine !== undefined || node.failedTaint || node.claim !== undefined;
}

function limitOf(quantity: number | string, total: number): number {
  return Math.max(1, typeof quantity === 'number' ? quantity : Math.floor((Number.parseInt(quantity, 10) * total) / 100));
}

function countOf(quantity: number | string, total: number): number {
  return typeof quantity === 'number' ? quantity : Math.floor((Number.parseInt(quantity, 10) * total) / 100);
}

/** The batches of the revision that the plan is at, since it came to it. */
function runOf({ batches, revision }: PlanSnapshot): readonly UpgradeBatch[] {
  return batches.slice(batches.findLastIndex((batch) => batch.spec.revision !== revision) + 1);
}

/** Those of them that upgrade, since the last rollback. */
function upgradesOf(snapshot: PlanSnapshot): readonly UpgradeBatch[] {
  const run = runOf(snapshot);
  return run.slice(run.findLastIndex(takesBack) + 1);
}

/** Checks a command against the world right before it is carried out. What must hold at any instant: world-invariants.ts. */
export function checkCommand(world: World, ledger: Ledger, snapshot: PlanSnapshot, command: Command): void {
  const deleting = world.plan?.metadata.deletionTimestamp !== undefined;
  switch (command.kind) {
    case 'OpenTurn':
      return checkOpenTurn(world, snapshot, command);
    case 'CreateBatch':
      must(!deleting && world.plan?.spec.paused === false, 6, () => 'a batch is made while the plan is paused or deleted');
      checkActs(snapshot, 'a batch');
      must(
        snapshot.batches.every((batch) => isTrue(batch.status?.conditions, 'Settled')),
        7,
        () => 'a batch is made while another is open',
      );
      checkNext(world, snapshot, (command.batch['spec'] as { readonly rollback?: unknown }).rollback !== undefined);
      return;
    case 'CreateJob':
      return checkCreateJob(world, ledger, snapshot, command);
    case 'Evict':
    case 'DeletePod':
      return checkPodToGo(world, snapshot, command);
    case 'ReplacePod':
      return checkReplacePod(world, command);
    case 'CloseTurn':
      if (command.done !== undefined) ledger.succeeded.set(command.node.uid, command.done.revision);
      return checkDone(world, ledger, snapshot, command);
    case 'CreatePullPod':
      return checkPull(world, command);
    case 'PassBaton':
      return checkPassBaton(world, snapshot, command);
    default:
      return;
  }
}

function checkNext(world: World, snapshot: PlanSnapshot, back: boolean): void {
  checkKind(snapshot, back, 'a batch');
  checkNow(world, 'a batch', back);
  // What a rollout changed is taken back whatever holds the next batch, and whether or not people could be told of it.
  if (back) return;
  checkRequired(snapshot.plan, snapshot);
  const last = upgradesOf(snapshot).at(-1);
  const why = whyNotAfter(snapshot, last, world.now);
  must(why === undefined, 6, () => `a batch is made although ${why ?? ''}`);
}

function checkPermission(world: World, snapshot: PlanSnapshot, batch: UpgradeBatch | undefined, node: NodeFact): void {
  const why = batch === undefined || takesBack(batch) ? undefined : whyNotIn(snapshot, batch, world.now);
  must(why === undefined, 6, () => `${node.name} starts although ${why ?? ''}`);
}

/** Whether the verify of simulated plans holds, as far as it compares. */
function showsVersion(node: NodeFact, version: string): boolean {
  return node.info.kernelVersion === kernelOf(version);
}

function checkDone(world: World, ledger: Ledger, snapshot: PlanSnapshot, command: Extract<Command, { kind: 'CloseTurn' }>): void {
  const { node, done } = command;
  const batch = snapshot.batches.find((each) => each.metadata.name === done?.batch);
  if (batch !== undefined && takesBack(batch)) {
    checkBack(world, batch, command);
    ledger.rolledBack.set(node.uid, batch.metadata.name);
  }
  const entry = batch?.spec.nodes.find((each) => each.name === node.name);
  const verified = batch?.spec.processes.some(
    (each) => each.verify?.kernelVersion !== undefined && entry?.processes.includes(each.name),
  );
  if (verified !== true) return;
  must(
    node.info.kernelVersion === kernelAt(done?.version ?? ''),
    8,
    () => `${node.name} is done with ${node.info.kernelVersion} where ${done?.version ?? ''} is verified`,
  );
}

/** Nothing starts while an act or an abort that is on record says so, nor on a node that an act left out. */
function checkActs({ plan, revision, batches }: PlanSnapshot, node: string): void {
  must(
    plan.status?.pausedBy === undefined,
    6,
    () => `${node} starts although ${plan.status?.pausedBy?.action ?? ''} paused the plan`,
  );
  must(plan.status?.ended?.revision !== revision, 6, () => `${node} starts although its revision was aborted`);
  const skipped = batches.some(
    (batch) =>
      batch.spec.revision === revision &&
      !takesBack(batch) &&
      batch.status?.nodes?.some((record) => record.name === node && record.reason === 'SkippedByAction') === true,
  );
  const again = batches.some((batch) => batch.spec.revision !== revision);
  must(!skipped || again, 6, () => `${node} starts although an act left it out`);
}

/** Another attempt runs only what has not succeeded, and only when nothing of the one before is left. */
function checkAttempt(world: World, node: string, manifest: Manifest): void {
  const { name, labels } = metadataOf(manifest);
  if (world.jobs.has(name)) return;
  const batchUid = labels[LABELS.batchUid];
  const process = labels[LABELS.process];
  const before = [...world.jobs.values()].filter((job) => job.node === node && job.batchUid === batchUid);
  const batch = [...world.batches.values()].find((each) => each.metadata.uid === batchUid);
  // One that did not bring about what is verified has not succeeded.
  const verified = batch?.spec.processes.some((each) => each.name === process && each.verify !== undefined) === true;
  const done = verified ? undefined : before.find((job) => job.process === process && job.outcome === 'Complete');
  must(done === undefined, 5, () => `${process ?? ''} runs again on ${node} after it succeeded there`);
  const left = [...world.pods.values()].find(
    (pod) =>
      pod.node === node && pod.labels[LABELS.batchUid] === batchUid && (pod.phase === 'Running' || pod.phase === 'Pending'),
  );
  must(left === undefined, 5, () => `${process ?? ''} starts on ${node} while ${left?.name ?? ''} is there`);
  const safe = batch?.spec.processes.some((each) => each.onOverdue === 'Retry' && each.rerun === 'Safe') === true;
  const retries = Math.max(batch?.spec.retriesPerNode ?? 0, safe ? 1 : 0);
  must(Number(labels[LABELS.attempt]) <= retries + 1, 6, () => `${node} has more attempts than ${retries + 1}`);
}

/** A revision's work is done once on a node, unless it was taken back and somebody asks for it. */
function checkOnce(ledger: Ledger, snapshot: PlanSnapshot, node: NodeFact, isThere: boolean): void {
  const batch = snapshot.batches.find((each) => each.metadata.uid === node.turn?.batchUid);
  const again = !takesBack(batch) && batch?.spec.revision === ledger.succeeded.get(node.uid);
  if (!takesBack(batch)) checkNotAgain(ledger, runOf(snapshot), node);
  must(!again || isThere, 5, () => `${node.name} runs ${batch?.spec.revision ?? ''} a second time`);
  // Another revision's upgrade, or its rollback, has begun to undo it.
  if (!again) ledger.succeeded.delete(node.uid);
}

function checkCreateJob(
  world: World,
  ledger: Ledger,
  snapshot: PlanSnapshot,
  command: Extract<Command, { kind: 'CreateJob' }>,
): void {
  const deleting = world.plan?.metadata.deletionTimestamp !== undefined;
  const name = metadataOf(command.job).name;
  const node = world.nodes.get(command.node);
  must(node?.claim === world.plan?.metadata.uid, 4, () => `a Job for ${command.node}, which is not in its turn`);
  const begun =
    [...world.jobs.values()].some((job) => job.node === command.node && job.batchUid === node?.turn?.batchUid) ||
    world.upgraded.has(`${node?.turn?.batchUid ?? ''}/${node?.uid ?? ''}/cni`);
  must(!deleting || begun || world.jobs.has(name), 6, () => `an upgrade begins on ${command.node} although the plan is deleted`);
  if (node !== undefined) checkOnce(ledger, snapshot, node, world.jobs.has(name));
  const active = [...world.jobs.values()].filter(
    (job) => job.node === command.node && (job.outcome === 'Active' || job.outcome === 'Failing') && job.name !== name,
  );
  must(active.length === 0, 5, () => `two Jobs at once on ${command.node}`);
  checkAttempt(world, command.node, command.job);
}

function checkWork(batch: UpgradeBatch | undefined, node: NodeFact, { processes }: Turn): void {
  must(processes.length > 0, 5, () => `${node.name} has a turn in which nothing runs`);
  if (takesBack(batch)) return;
  const idle = batch?.spec.processes.find(
    (process) =>
      processes.includes(process.name) && process.verify?.kernelVersion !== undefined && showsVersion(node, batch.spec.version),
  );
  must(idle === undefined, 5, () => `${node.name} is to run ${idle?.name ?? ''}, although it is at the version`);
}

function checkBudget(plan: UpgradePlan, snapshot: PlanSnapshot, batch: UpgradeBatch | undefined, node: string): void {
  const since = batch?.spec.rollback?.decidedTime;
  const run =
    since === undefined ? upgradesOf(snapshot) : runOf(snapshot).filter((each) => each.spec.rollback?.decidedTime === since);
  const counted = run.slice(run.findLastIndex((each) => each.status?.resumed !== undefined) + 1);
  const failedIn = (each: UpgradeBatch): number =>
    (each.status?.nodes ?? []).filter((record) => record.state === 'Failed').length;
  const failed = counted.reduce((sum, each) => sum + failedIn(each), 0);
  const raised = run.findLast((each) => each.status?.resumed?.maxFailed !== undefined)?.status?.resumed?.maxFailed;
  const budget = countOf(raised ?? plan.spec.failure.maxFailed, batch?.spec.planNodes ?? 0);
  must(failed <= budget, 6, () => `${node} starts although ${failed} failed of ${budget}`);
  const own = batch?.spec.maxFailed;
  must(batch === undefined || own === undefined || failedIn(batch) <= own, 6, () => `${node} starts past the batch's own budget`);
}

function checkOpenTurn(world: World, snapshot: PlanSnapshot, command: Extract<Command, { kind: 'OpenTurn' }>): void {
  const { node, turn } = command;
  const { plan } = world;
  if (plan === undefined || world.nodes.get(node.name) === undefined) return;
  const batch = snapshot.batches.find((other) => other.metadata.uid === turn.batchUid);
  const others = [...world.nodes.values()].filter((other) => {
    const ours = selects(plan.spec.nodeSelector, other.labels) || other.claim === plan.metadata.uid;
    return ours && other.name !== node.name && isDown(other);
  });
  const limit = limitOf(plan.spec.maxUnavailable, batch?.spec.planNodes ?? 0);
  must(
    others.length + 1 <= limit,
    2,
    () => `${node.name} goes down beside ${others.map((other) => other.name).join(', ')}; limit ${limit}`,
  );
  must(
    !node.controlPlane || !others.some((other) => other.controlPlane),
    2,
    () => `${node.name} is the second control-plane node that is down`,
  );
  checkDomains(plan, node, others);
  must(
    plan.metadata.deletionTimestamp === undefined && !plan.spec.paused,
    6,
    () => `${node.name} starts while paused or deleted`,
  );
  checkActs(snapshot, node.name);
  checkPermission(world, snapshot, batch, node);
  checkNow(world, node.name, takesBack(batch));
  checkKind(snapshot, takesBack(batch), node.name);
  if (batch !== undefined && takesBack(batch)) checkWayBack(snapshot, batch, node);
  checkWork(batch, node, turn);
  must(!isToBeIgnored(world, runOf(snapshot)[0], node), 6, () => `${node.name} came late and is to be left alone`);
  const before = node.quarantine?.unschedulableBefore ?? node.unschedulable;
  must(turn.before.unschedulable === before, 4, () => `the claim of ${node.name} forgets what was before`);
  checkBudget(plan, snapshot, batch, node.name);
  checkHandOver(plan, snapshot, batch, command);
}

function checkNow(world: World, what: string, back: boolean): void {
  const why = back ? whyNotOurs(world) : whyNotNow(world);
  must(why === undefined, 6, () => `${what} starts although ${why ?? ''}`);
}

function checkDomains({ spec, metadata }: UpgradePlan, node: NodeFact, others: readonly NodeFact[]): void {
  const key = spec.oneDomainAtATime?.topologyKey;
  if (key === undefined) return;
  const elsewhere = others.find((other) => {
    const ours = other.claim === metadata.uid || other.quarantine?.planUid === metadata.uid;
    return ours && other.labels[key] !== node.labels[key];
  });
  must(elsewhere === undefined, 2, () => `${node.name} goes down beside ${elsewhere?.name ?? ''} of another domain`);
}
