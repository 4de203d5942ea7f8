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
import { pullStateOf, type PullState } from './pull-state.ts';
import type { DecisionInput } from '../model/snapshot.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';

/** On so many nodes images are pulled at once: a registry has its limits, and so has what is between. */
const MOST_AT_ONCE = 50;
const MESSAGE_BYTES = 512;
/** So many nodes are named before the rest is only counted. */
const MOST_NAMES = 5;

/** What is done to have the next batch's images on its nodes before its turn. */
export interface PrePullResult {
  readonly commands: readonly Command[];
  readonly status: PrePullStatus | undefined;
  readonly requeueAt: Instant | undefined;
}

/** Nodes of the next batch on which images are pulled at the same time. */
interface Wave {
  /** The value of the label that its Pods have. */
  readonly id: string;
  readonly index: number;
  /** How many nodes of the batch went before. */
  readonly start: number;
  readonly nodes: readonly BatchNode[];
  /** How many nodes the batch will have. */
  readonly total: number;
}

interface Failure {
  readonly node: string;
  readonly message: string;
}

interface Tally {
  readonly commands: readonly Command[];
  /** Nodes on which nothing is being pulled any more. */
  readonly over: number;
  readonly failures: readonly Failure[];
  readonly requeueAt: Instant | undefined;
}

/**
 * Pulls the images of the next batch's Jobs on its nodes while the rollout is under way, wave by wave. What Pods there are says how far a
 * wave is, and the plan's status how many waves are over: a kill loses nothing but time. Nothing waits for it, and what fails is told.
 * `making`: the next batch is made in this very pass.
 */
export function decidePrePull(view: PassView, making: boolean): PrePullResult {
  const { snapshot } = view.input;
  const known = knownProgress(view);
  const wave = making || !mayPull(view) ? undefined : nextWave(view, known);
  const commands = removals(snapshot.pullPods, wave?.id);
  if (wave === undefined) return { commands, status: known, requeueAt: undefined };
  const tally = tallyOf(view.input, wave);
  const message =
    tally.failures.length === 0 ? (wave.start > 0 ? known?.message : undefined) : failureMessage(wave, tally.failures);
  const status = presentFields({
    batch: wave.index,
    revision: snapshot.revision,
    nodes: wave.total,
    done: Math.min(wave.start + tally.over, wave.total),
    message,
  });
  const told = known?.message !== undefined || message === undefined ? [] : [tell(view.input, wave, message)];
  return { commands: [...commands, ...tally.commands, ...told], status, requeueAt: tally.requeueAt };
}

/** Whether the plan pulls ahead at all, and there is a batch to come in this rollout. */
function isWanted({ input, fleet, budget }: PassView): boolean {
  const { plan } = input.snapshot;
  const goesOn =
    plan.metadata.deletionTimestamp === undefined &&
    decidedEnd(input, budget) === undefined &&
    recordedRollback(input.snapshot) === undefined;
  return goesOn && plan.spec.prePull === 'NextBatch' && fleet.batches.length > 0 && fleet.remaining.length > 0;
}

/**
 * While nothing new may start, nothing is pulled either: a window or a freeze is there for what goes over the network as well. What a soak, an
 * approval or a gate holds is pulled.
 */
function mayPull(view: PassView): boolean {
  if (!isWanted(view) || view.budget.exceeded || view.input.snapshot.validation.kind !== 'Valid') return false;
  return holdPrePull(view) === undefined;
}

/** What the status says, where it is of the batch that is to come now. */
function knownProgress(view: PassView): PrePullStatus | undefined {
  const { plan, revision } = view.input.snapshot;
  const known = plan.status?.prePull;
  const isSame = known?.revision === revision && known.batch === nextIndex(view.input.snapshot);
  return isSame && isWanted(view) ? known : undefined;
}

function nextWave({ input, fleet }: PassView, known: PrePullStatus | undefined): Wave | undefined {
  if (known !== undefined && known.done >= known.nodes) return undefined;
  const start = Math.floor((known?.done ?? 0) / MOST_AT_ONCE) * MOST_AT_ONCE;
  for (const { index, nodes } of cutBatches(input.snapshot, fleet)) {
    const id = `${input.snapshot.revision.slice(0, 8)}-${index}-${start}`;
    return { id, index, start, nodes: nodes.slice(start, start + MOST_AT_ONCE), total: nodes.length };
  }
  return undefined;
}

/** What was pulled for another wave has served its purpose, or has none any more. */
function removals(pods: readonly PodFact[], wave: string | undefined): readonly Command[] {
  const waves = pods.flatMap((pod) => (pod.deleting ? [] : [pod.labels[LABELS.prePull] ?? '']));
  const why = 'nothing more is to be pulled by them';
  return [...new Set(waves)].filter((id) => id !== wave).map((id) => ({ kind: 'DeletePullPods', wave: id, why }));
}

function tallyOf(input: DecisionInput, wave: Wave): Tally {
  const pods = new Map(input.snapshot.pullPods.map((pod) => [pod.name, pod]));
  const commands: Command[] = [];
  const failures: Failure[] = [];
  const looks: Instant[] = [];
  let over = 0;
  for (const entry of wave.nodes) {
    const wanted = podsFor(input, wave, entry);
    const missing = wanted.filter(({ name }) => !pods.has(name) && !input.snapshot.jobRejections.has(name));
    const why = `${entry.name} goes in batch ${wave.index}`;
    commands.push(...missing.map(({ manifest }): Command => ({ kind: 'CreatePullPod', pod: manifest, why })));
    const states = wanted.flatMap(({ name }) => stateOf(input, pods.get(name), name));
    for (const state of states) {
      if ('message' in state) failures.push({ node: entry.name, message: state.message });
      if ('until' in state) looks.push(state.until);
    }
    if (missing.length === 0 && states.every(({ kind }) => kind === 'Over' || kind === 'Failed')) over += 1;
  }
  return { commands, over, failures, requeueAt: looks.length === 0 ? undefined : Math.min(...looks) };
}

function stateOf({ snapshot, now }: DecisionInput, pod: PodFact | undefined, name: string): readonly PullState[] {
  if (pod !== undefined) return [pullStateOf(pod, now)];
  const refusal = snapshot.jobRejections.get(name);
  return refusal === undefined ? [] : [{ kind: 'Failed', message: `its Pod was refused: ${refusal}` }];
}

/** None for a node that is not there, is down for whatever reason but a cordon, or has nothing to run. */
function podsFor({ snapshot, hash }: DecisionInput, { id }: Wave, { name, uid, processes }: BatchNode): readonly PullPod[] {
  const { plan, revision, nodes, daemonSets } = snapshot;
  const node = nodes.get(name);
  if (node?.uid !== uid || !isThere(node)) return [];
  const wanted = { version: plan.spec.version, daemonSets };
  const run = plan.spec.processes.filter(
    (process) => processes.includes(process.name) && whyIdle(process, node, wanted) === undefined,
  );
  return buildPullPods({ plan, revision, wave: id, node, processes: run, hash });
}

function isThere(node: NodeFact): boolean {
  const down = downReason(node);
  return !node.leaving && (down === undefined || down === 'cordoned');
}

function failureMessage({ index }: Wave, failures: readonly Failure[]): string {
  const names = [...new Set(failures.map(({ node }) => node))];
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const [first] = failures;
  const where = `${counted(names.length, 'node')} of batch ${index} (${names.slice(0, MOST_NAMES).join(', ')}${more})`;
  return cutToBytes(`cannot pull images on ${where}; ${first?.node ?? ''}: ${first?.message ?? ''}`, MESSAGE_BYTES);
}

/** One Event for one batch to come: its name is made from both, so that a second try finds it there. */
function tell({ snapshot, now, hash }: DecisionInput, { index }: Wave, message: string): Command {
  const { namespace, name, uid } = snapshot.plan.metadata;
  const id = hash(`${uid}/${snapshot.revision}/${index}`).slice(0, 16);
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
  return { kind: 'RecordWarnings', event, why: `the images of batch ${index} cannot be pulled everywhere` };
}
