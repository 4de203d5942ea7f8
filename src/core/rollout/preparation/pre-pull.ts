import { PRE_PULL_REASONS } from '../../../api/conditions.ts';
import type { BatchNode } from '../../../api/generated/upgradebatch.ts';
import type { PrePullStatus } from '../../../api/generated/upgradeplan.ts';
import { LABELS, REPORTING_OPERATOR } from '../../../api/names.ts';
import type { Instant, NodeFact, PodFact } from '../../facts.ts';
import { presentFields } from '../../present-fields.ts';
import { counted, cutToBytes, toMicroTime } from '../../text.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Command, Manifest } from '../model/command.ts';
import { whyIdle } from '../fleet/idle-process.ts';
import { cutBatches, nextIndex } from '../batch/cut-batch.ts';
import { decidedEnd } from '../fleet/rollout-end.ts';
import { downReason } from '../fleet/fleet.ts';
import { holdPrePull } from '../holds/holds.ts';
import { buildPullPods, type PullPod } from '../manifests/pull-pod.ts';
import { listNames } from './name-list.ts';
import { pullStateOf, type PullState } from './pull-state.ts';
import type { DecisionInput } from '../model/snapshot.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';

/** Maximum number of nodes that pull images at the same time, to limit the load on the registry and the network. */
const MAX_NODES_AT_ONCE = 50;
const MESSAGE_BYTES = 512;

/** What to do to have the images of the next batch on its nodes in advance. */
export interface PrePullResult {
  readonly commands: readonly Command[];
  readonly status: PrePullStatus | undefined;
  readonly requeueAt: Instant | undefined;
}

/** The nodes of the next batch that pull images at the same time. */
interface Wave {
  /** Value of the label `baton.dev/pre-pull` of its Pods. */
  readonly id: string;
  /** Index of the next batch. */
  readonly batch: number;
  /** Number of nodes of the batch in earlier waves. */
  readonly start: number;
  readonly nodes: readonly BatchNode[];
  /** Number of nodes of the whole batch. */
  readonly total: number;
}

interface Failure {
  readonly node: string;
  readonly message: string;
}

interface Tally {
  readonly commands: readonly Command[];
  /** Number of nodes on which nothing is being pulled any more. */
  readonly finished: number;
  readonly failures: readonly Failure[];
  readonly requeueAt: Instant | undefined;
}

/**
 * Pulls the images of the next batch's Jobs on its nodes, wave by wave. The Pods show the progress of the wave, and the plan's status the
 * number of nodes before it, so that a kill loses nothing but time. Nothing waits for the images, and failures are only reported.
 *
 * @param creating whether this pass creates the next batch.
 */
export function decidePrePull(view: PassView, creating: boolean): PrePullResult {
  const { snapshot } = view.input;
  const known = knownProgress(view);
  const wave = creating || !mayPull(view) ? undefined : nextWave(view, known);
  const commands = deleteOtherWaves(snapshot.pullPods, wave?.id);
  if (wave === undefined) return { commands, status: known, requeueAt: undefined };
  const tally = tallyOf(view.input, wave);
  const message =
    tally.failures.length === 0 ? (wave.start > 0 ? known?.message : undefined) : failureMessage(wave, tally.failures);
  const status = presentFields({
    batch: wave.batch,
    revision: snapshot.revision,
    nodes: wave.total,
    done: Math.min(wave.start + tally.finished, wave.total),
    message,
  });
  const isNews = known?.message === undefined && message !== undefined;
  const events = isNews ? [reportFailure(view.input, wave, message)] : [];
  return { commands: [...commands, ...tally.commands, ...events], status, requeueAt: tally.requeueAt };
}

/** Whether the plan pulls images in advance, and the rollout has a batch to come. */
function isWanted({ input, fleet, budget }: PassView): boolean {
  const { plan } = input.snapshot;
  const continues =
    plan.metadata.deletionTimestamp === undefined &&
    decidedEnd(input, budget) === undefined &&
    recordedRollback(input.snapshot) === undefined;
  return continues && plan.spec.prePull === 'NextBatch' && fleet.batches.length > 0 && fleet.remaining.length > 0;
}

function mayPull(view: PassView): boolean {
  if (!isWanted(view) || view.budget.exceeded || view.input.snapshot.validation.kind !== 'Valid') return false;
  return holdPrePull(view) === undefined;
}

/** The progress in the plan's status, if it is that of the next batch. */
function knownProgress(view: PassView): PrePullStatus | undefined {
  const { plan, revision } = view.input.snapshot;
  const known = plan.status?.prePull;
  const isSame = known?.revision === revision && known.batch === nextIndex(view.input.snapshot);
  return isSame && isWanted(view) ? known : undefined;
}

function nextWave({ input, fleet }: PassView, known: PrePullStatus | undefined): Wave | undefined {
  if (known !== undefined && known.done >= known.nodes) return undefined;
  const start = Math.floor((known?.done ?? 0) / MAX_NODES_AT_ONCE) * MAX_NODES_AT_ONCE;
  for (const { index, nodes } of cutBatches(input.snapshot, fleet)) {
    const id = `${input.snapshot.revision.slice(0, 8)}-${index}-${start}`;
    return { id, batch: index, start, nodes: nodes.slice(start, start + MAX_NODES_AT_ONCE), total: nodes.length };
  }
  return undefined;
}

/** Deletes the Pods of other waves. */
function deleteOtherWaves(pods: readonly PodFact[], wave: string | undefined): readonly Command[] {
  const waves = pods.flatMap((pod) => (pod.deleting ? [] : [pod.labels[LABELS.prePull] ?? '']));
  const why = 'the Pods have nothing left to pull';
  return [...new Set(waves)].filter((id) => id !== wave).map((id) => ({ kind: 'DeletePullPods', wave: id, why }));
}

function tallyOf(input: DecisionInput, wave: Wave): Tally {
  const pods = new Map(input.snapshot.pullPods.map((pod) => [pod.name, pod]));
  const commands: Command[] = [];
  const failures: Failure[] = [];
  const looks: Instant[] = [];
  let finished = 0;
  for (const entry of wave.nodes) {
    const wanted = podsFor(input, wave, entry);
    const missing = wanted.filter(({ name }) => !pods.has(name) && !input.snapshot.jobRejections.has(name));
    const why = `${entry.name} is in batch ${wave.batch}, the next one`;
    commands.push(...missing.map(({ manifest }): Command => ({ kind: 'CreatePullPod', pod: manifest, why })));
    const states = wanted.flatMap(({ name }) => stateOf(input, pods.get(name), name));
    for (const state of states) {
      if ('message' in state) failures.push({ node: entry.name, message: state.message });
      if ('until' in state) looks.push(state.until);
    }
    if (missing.length === 0 && states.every(({ kind }) => kind === 'Over' || kind === 'Failed')) finished += 1;
  }
  return { commands, finished, failures, requeueAt: looks.length === 0 ? undefined : Math.min(...looks) };
}

function stateOf({ snapshot, now }: DecisionInput, pod: PodFact | undefined, name: string): readonly PullState[] {
  if (pod !== undefined) return [pullStateOf(pod, now)];
  const refusal = snapshot.jobRejections.get(name);
  return refusal === undefined ? [] : [{ kind: 'Failed', message: `its Pod was rejected: ${refusal}` }];
}

/** The Pods for a node. None if the node does not exist, is down for another reason than a cordon, or has nothing to run. */
function podsFor({ snapshot, hash }: DecisionInput, { id }: Wave, { name, uid, processes }: BatchNode): readonly PullPod[] {
  const { plan, revision, nodes, daemonSets } = snapshot;
  const node = nodes.get(name);
  if (node?.uid !== uid || !isUsable(node)) return [];
  const wanted = { version: plan.spec.version, daemonSets };
  const run = plan.spec.processes.filter(
    (process) => processes.includes(process.name) && whyIdle(process, node, wanted) === undefined,
  );
  return buildPullPods({ plan, revision, wave: id, node, processes: run, hash });
}

function isUsable(node: NodeFact): boolean {
  const down = downReason(node);
  return !node.leaving && (down === undefined || down === 'cordoned');
}

function failureMessage({ batch }: Wave, failures: readonly Failure[]): string {
  const names = [...new Set(failures.map(({ node }) => node))];
  const [first] = failures;
  const where = `${counted(names.length, 'node')} of batch ${batch} (${listNames(names)})`;
  return cutToBytes(`cannot pull images on ${where}; ${first?.node ?? ''}: ${first?.message ?? ''}`, MESSAGE_BYTES);
}

/** One Event for each batch. Its name depends on the batch only, so that a second attempt does not create another. */
function reportFailure({ snapshot, now, hash }: DecisionInput, { batch }: Wave, message: string): Command {
  const { namespace, name, uid } = snapshot.plan.metadata;
  const id = hash(`${uid}/${snapshot.revision}/${batch}`).slice(0, 16);
  const event: Manifest = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name}.pre-pull-${id}`, namespace },
    regarding: { apiVersion: snapshot.plan.apiVersion, kind: 'UpgradePlan', namespace, name, uid },
    type: 'Warning',
    reason: PRE_PULL_REASONS.PrePullFailed,
    action: 'PrePull',
    note: message,
    eventTime: toMicroTime(now),
    reportingController: REPORTING_OPERATOR,
    reportingInstance: REPORTING_OPERATOR,
  };
  return { kind: 'RecordWarnings', event, why: `the images of batch ${batch} cannot be pulled on all nodes` };
}
