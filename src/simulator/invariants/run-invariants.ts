import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { COMPONENTS, LABELS } from '../../api/names.ts';
import type { Invariant, Scene } from './invariant.ts';
import type { Change } from './observation.ts';
import { batchesOf, currentRun, isRollback } from './rollout.ts';
import { startOf, type Start } from './starts.ts';
import type { StoredJob, StoredNode } from './stored-objects.ts';

/** What runs on nodes, and how often. */
export const RUN_INVARIANTS: readonly Invariant[] = [
  { number: 5, name: 'JobInItsTurn', onChange: eachJob(whyJobWithoutTurn) },
  { number: 5, name: 'OneJobAtATime', onChange: eachJob(whyTwoJobs) },
  { number: 5, name: 'ProcessRunsOnce', onChange: eachJob(whyRunsAgain) },
  { number: 5, name: 'EarlierAttemptIsGone', onChange: eachJob(whyEarlierAttemptIsThere) },
  { number: 6, name: 'AttemptsWithinLimit', onChange: eachJob(whyTooManyAttempts) },
  { number: 5, name: 'HostRunsRevisionOnce', onStep: whyHostRunsTwice },
  { number: 5, name: 'TurnHasProcesses', onChange: eachTurn(whyTurnIsEmpty) },
  { number: 5, name: 'DoneNodeHasNoTurn', onChange: eachTurn(whyDoneNodeGoes) },
  { number: 5, name: 'CurrentNodeHasNoTurn', onChange: eachTurn(whyCurrentNodeGoes) },
  { number: 5, name: 'RolledBackNodeStays', onChange: eachTurn(whyRolledBackNodeGoes) },
  { number: 6, name: 'SkippedNodeStays', onChange: eachTurn(whySkippedNodeGoes) },
  { number: 6, name: 'IgnoredNodeStays', onChange: eachTurn(whyNewNodeGoes) },
  { number: 6, name: 'OneOpenBatch', onChange: whySecondOpenBatch },
];

type JobStart = Start & { readonly job: StoredJob; readonly batch: UpgradeBatch };

function eachJob(check: (scene: Scene, start: JobStart) => string | undefined): NonNullable<Invariant['onChange']> {
  return (scene: Scene, change: Change) => {
    const start = startOf(scene, change);
    const job = change.kind === 'Job' ? change.after : undefined;
    if (start?.kind !== 'Job' || job === undefined || start.batch === undefined) return undefined;
    return check(scene, { ...start, job, batch: start.batch });
  };
}

type TurnStart = Start & { readonly opened: StoredNode; readonly batch: UpgradeBatch };

function eachTurn(check: (scene: Scene, start: TurnStart) => string | undefined): NonNullable<Invariant['onChange']> {
  return (scene: Scene, change: Change) => {
    const start = startOf(scene, change);
    const opened = change.kind === 'Node' ? change.after : undefined;
    if (start?.kind !== 'Turn' || opened === undefined || start.batch === undefined) return undefined;
    return check(scene, { ...start, opened, batch: start.batch });
  };
}

function whyJobWithoutTurn({ observation, ledger, now, reactionMs }: Scene, { what, job }: JobStart): string | undefined {
  const node = observation.nodes.get(job.node);
  const removed = ledger.removedNodes.get(job.nodeUid);
  if (removed !== undefined && now - removed.at <= reactionMs) return undefined;
  return node?.claim === job.planUid && node.uid === job.nodeUid ? undefined : `${what} starts outside of a turn`;
}

function whyTwoJobs({ observation }: Scene, { what, job }: JobStart): string | undefined {
  const other = [...observation.jobs.values()].find(
    ({ uid, node, outcome, component }) =>
      uid !== job.uid && node === job.node && outcome === 'Active' && component === COMPONENTS.upgrade,
  );
  return other === undefined ? undefined : `${what} starts while ${other.process} runs there`;
}

function whyRunsAgain({ ledger }: Scene, { what, job, batch }: JobStart): string | undefined {
  // One that did not bring about what is verified has not succeeded.
  const isVerified = batch.spec.processes.some(({ name, verify }) => name === job.process && verify !== undefined);
  const isDone = ledger.completed.has(`${job.batchUid}/${job.nodeUid}/${job.process}`);
  return isDone && !isVerified ? `${what} starts again after it succeeded there` : undefined;
}

function whyEarlierAttemptIsThere({ observation }: Scene, { what, job }: JobStart): string | undefined {
  const left = [...observation.pods.values()].find(
    ({ node, labels, phase }) =>
      node === job.node && labels[LABELS.batchUid] === job.batchUid && (phase === 'Running' || phase === 'Pending'),
  );
  return left === undefined ? undefined : `${what} starts while the Pod ${left.name} is there`;
}

function whyTooManyAttempts(_scene: Scene, { what, job, batch }: JobStart): string | undefined {
  const retriesOverdue = batch.spec.processes.some(({ onOverdue, rerun }) => onOverdue === 'Retry' && rerun === 'Safe');
  const most = Math.max(batch.spec.retriesPerNode ?? 0, retriesOverdue ? 1 : 0) + 1;
  return job.attempt <= most ? undefined : `${what} starts its attempt ${job.attempt} of ${most}`;
}

/** Another revision, or a rollback, may come between two runs of the same one. */
function whyHostRunsTwice({ world, ledger }: Scene): string | undefined {
  for (const { name, runs } of world.hosts()) {
    const twice = runs.find(({ process, revision, count }) => {
      const isNew = count > (ledger.runs.get(`${name}/${process}/${revision}`) ?? 0);
      return isNew && count > 1 && ledger.lastRun.get(`${name}/${process}`) === revision;
    });
    if (twice !== undefined) return `${name} has run ${twice.process} of ${twice.revision} again after it had succeeded`;
  }
  return undefined;
}

function whyTurnIsEmpty(_scene: Scene, { opened }: TurnStart): string | undefined {
  return opened.turn?.processes.length === 0 ? `${opened.name} has a turn in which nothing runs` : undefined;
}

function whyDoneNodeGoes({ ledger }: Scene, { plan, batch, opened, isRollback: back }: TurnStart): string | undefined {
  if (back || ledger.done.get(`${plan.metadata.uid}/${opened.uid}`) !== batch.spec.revision) return undefined;
  return `${opened.name} has a turn for ${batch.spec.revision}, which is done there`;
}

function whyCurrentNodeGoes(_scene: Scene, { batch, opened, isRollback: back }: TurnStart): string | undefined {
  if (back) return undefined;
  const idle = batch.spec.processes.find(
    ({ name, verify, template }) =>
      template !== undefined &&
      opened.turn?.processes.includes(name) === true &&
      isOnlyKernel(verify) &&
      matches(verify?.kernelVersion ?? '', opened.kernelVersion, batch.spec.version),
  );
  return idle === undefined ? undefined : `${opened.name} has a turn for ${idle.name}, although it has the version`;
}

function isOnlyKernel(verify: UpgradeBatch['spec']['processes'][number]['verify']): boolean {
  const { kernelVersion, osImage, kubeletVersion, containerRuntimeVersion, nodeLabels } = verify ?? {};
  return (
    kernelVersion !== undefined &&
    [osImage, kubeletVersion, containerRuntimeVersion, nodeLabels].every((each) => each === undefined)
  );
}

function matches(pattern: string, value: string, version: string): boolean {
  const parts = pattern.replaceAll('$(BATON_VERSION)', version).split('*');
  return new RegExp(`^${parts.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(value);
}

/** After a rollback the rollout leaves a node alone until somebody retries it. */
function whyRolledBackNodeGoes(
  { observation, ledger }: Scene,
  { plan, batch, opened, isRollback: back }: TurnStart,
): string | undefined {
  const rollback = ledger.rolledBack.get(opened.uid);
  const run = currentRun(batchesOf(observation, plan.metadata.uid).filter(({ spec }) => spec.index <= batch.spec.index));
  if (back || rollback === undefined || !run.some(({ metadata }) => metadata.name === rollback)) return undefined;
  const isAsked = run.some(({ status }) =>
    status?.nodes?.some(({ name, retriedBy }) => name === opened.name && retriedBy !== undefined),
  );
  return isAsked ? undefined : `${opened.name} is upgraded again after ${rollback} rolled it back, and nobody asked for it`;
}

function whySkippedNodeGoes({ observation }: Scene, { plan, batch, opened }: TurnStart): string | undefined {
  const run = currentRun(batchesOf(observation, plan.metadata.uid));
  const skipped = run.find(
    (each) =>
      each.spec.revision === batch.spec.revision &&
      !isRollback(each) &&
      each.status?.nodes?.some(({ name, reason }) => name === opened.name && reason === 'SkippedByAction') === true,
  );
  return skipped === undefined
    ? undefined
    : `${opened.name} has a turn although an action left it out in ${skipped.metadata.name}`;
}

function whyNewNodeGoes({ observation }: Scene, { plan, batch, opened }: TurnStart): string | undefined {
  const run = currentRun(batchesOf(observation, plan.metadata.uid).filter(({ spec }) => spec.index <= batch.spec.index));
  const first = run[0];
  if (plan.spec.newNodes.policy !== 'Ignore' || first === undefined) return undefined;
  // Times of the API server are whole seconds.
  const isNew = opened.createdTime > Date.parse(first.metadata.creationTimestamp) + 1000;
  return isNew ? `${opened.name} joined after the rollout had begun, and is to be left alone` : undefined;
}

function whySecondOpenBatch(scene: Scene, change: Change): string | undefined {
  const start = startOf(scene, change);
  if (start?.kind !== 'Batch') return undefined;
  const open = batchesOf(scene.observation, start.plan.metadata.uid).find(
    ({ metadata }) => metadata.uid !== start.batch?.metadata.uid && !scene.ledger.settled.has(metadata.uid),
  );
  return open === undefined ? undefined : `${start.what} is created while ${open.metadata.name} is open`;
}
