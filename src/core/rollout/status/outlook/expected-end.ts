import type { NodeRecord, UpgradeBatch } from '../../../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../../facts.ts';
import { toInstant } from '../../../text.ts';
import { secondsLeft, reportableEnd } from '../../../timing/eta.ts';
import { MIN_SAMPLES, learnReference, newestSamples } from '../../../timing/reference.ts';
import type { Budget } from '../../fleet/budget.ts';
import { MAX_NODE_PROCESSES } from '../../batch/cut-batch.ts';
import { downReason, maxUnavailable, type Fleet } from '../../fleet/fleet.ts';
import type { Hold } from '../../model/hold.ts';
import { isTerminal } from '../../records/node-record.ts';
import { recordedRollback } from '../../records/recorded-rollback.ts';
import type { DecisionInput } from '../../model/snapshot.ts';
import { nextStep, stepProgress, stepOf } from '../../fleet/batch-steps.ts';

/** What decides when the rollout is expected to end. */
interface EndInput {
  readonly input: DecisionInput;
  /** The fleet with the records of this pass. */
  readonly fleet: Fleet;
  readonly budget: Budget;
  readonly open: UpgradeBatch | undefined;
  readonly hold: Hold | undefined;
}

/**
 * When the rollout is expected to end. It depends on the duration of turns (learned, or from the plan), the remaining nodes, the soaks of their
 * batches, and `maxUnavailable`. Future approvals, gates and windows are not included. Undefined while somebody has to act.
 */
export function expectedEnd({ input, fleet, budget, open, hold }: EndInput): Instant | undefined {
  const { snapshot, now } = input;
  const { plan } = snapshot;
  const nodeSeconds = usualTurnSeconds(plan, fleet);
  if (recordedRollback(snapshot) !== undefined) return undefined;
  if (nodeSeconds === undefined || budget.exceeded || snapshot.validation.kind !== 'Valid') return undefined;
  if (plan.metadata.deletionTimestamp !== undefined || (open === undefined && fleet.remaining.length === 0)) return undefined;
  const moving = open !== undefined && [...snapshot.nodes.values()].some((node) => node.claim === plan.metadata.uid);
  if (hold !== undefined && hold.until === undefined && hold.kind !== 'Working' && !moving) return undefined;
  const records = openRecords(fleet, open);
  const running = records.flatMap((record) => toInstant(record.startTime) ?? []).map((start) => (now - start) / 1000);
  const work = {
    nodeSeconds,
    atOnce: maxUnavailable(snapshot, fleet) - downForOtherReasons(input, fleet),
    running,
    waiting: records.length - running.length,
    batches: batchesToCome(plan, fleet),
  };
  const end = Math.max(now, hold?.until ?? now) + secondsLeft(work) * 1000;
  return reportableEnd(now, end, toInstant(plan.status?.estimatedEndTime));
}

/** How long a node is in its turn (s): the median of earlier turns, or the sum of the expected times of the plan's processes. */
export function usualTurnSeconds(plan: UpgradePlan, fleet: Pick<Fleet, 'batches'>): number | undefined {
  const samples = newestSamples(fleet.batches, turnSeconds);
  if (samples.length >= MIN_SAMPLES) return learnReference(samples)?.expectedSeconds;
  let sum = 0;
  for (const { disruption, timing } of plan.spec.processes) {
    if (timing.expectedSeconds === undefined) return undefined;
    sum += timing.expectedSeconds + (disruption === 'Reboot' ? (timing.rebootSeconds ?? 0) : 0);
  }
  return sum;
}

function turnSeconds({ state, startTime, endTime }: NodeRecord): number | undefined {
  const start = toInstant(startTime);
  const end = toInstant(endTime);
  return state !== 'Succeeded' || start === undefined || end === undefined || end < start ? undefined : (end - start) / 1000;
}

/** Records of the open batch without an outcome. */
function openRecords(fleet: Fleet, open: UpgradeBatch | undefined): readonly NodeRecord[] {
  if (open === undefined) return [];
  const pending = (name: string): NodeRecord => ({ name, state: 'Pending' });
  return open.spec.nodes.map(({ name }) => fleet.records.get(name) ?? pending(name)).filter((record) => !isTerminal(record));
}

/** Number of nodes that count towards `maxUnavailable` although they are not in a turn of this plan. */
export function downForOtherReasons({ snapshot }: DecisionInput, fleet: Fleet): number {
  let count = 0;
  for (const node of fleet.selected.values())
    if (node.claim !== snapshot.plan.metadata.uid && downReason(node) !== undefined) count += 1;
  return count;
}

/** Sizes of the batches to come and the pauses before them. Nodes are only counted, because sorting a large fleet takes long. */
function batchesToCome(plan: UpgradePlan, fleet: Fleet): readonly { readonly nodes: number; readonly pauseSeconds: number }[] {
  const maxNodes = Math.floor(MAX_NODE_PROCESSES / plan.spec.processes.length);
  const last = fleet.upgrades.at(-1);
  const batches: { readonly nodes: number; readonly pauseSeconds: number }[] = [];
  let progress = stepProgress(fleet.upgrades);
  // A soak that has started is already part of the hold.
  let pauseSeconds = last === undefined || last.status?.settledTime !== undefined ? 0 : (stepOf(plan, last)?.soakSeconds ?? 0);
  for (let left = fleet.remaining.length; left > 0;) {
    const { step, size } = nextStep(plan, fleet.planNodes, progress);
    const wanted = Math.min(size, left);
    const nodes = Math.min(wanted, maxNodes);
    batches.push({ nodes, pauseSeconds });
    left -= nodes;
    progress = { step, rest: wanted - nodes };
    pauseSeconds = plan.spec.batches[step]?.soakSeconds ?? 0;
  }
  return batches;
}
