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

interface EndInput {
  readonly input: DecisionInput;
  /** The fleet with this pass's records. */
  readonly fleet: Fleet;
  readonly budget: Budget;
  readonly open: UpgradeBatch | undefined;
  readonly hold: Hold | undefined;
}

/**
 * When the rollout is expected to end, as far as that can be known: from how long nodes were in their turn, or else from what the plan
 * says of its processes; from the nodes that are left, their batches with their soaks, and `maxUnavailable`. It does not know what nobody
 * knows: undefined while somebody has to act, and without what approvals, gates and windows to come will take.
 */
export function expectedEnd({ input, fleet, budget, open, hold }: EndInput): Instant | undefined {
  const { snapshot, now } = input;
  const { plan } = snapshot;
  const nodeSeconds = usualTurn(plan, fleet);
  if (recordedRollback(snapshot) !== undefined) return undefined;
  if (nodeSeconds === undefined || budget.exceeded || snapshot.validation.kind !== 'Valid') return undefined;
  if (plan.metadata.deletionTimestamp !== undefined || (open === undefined && fleet.remaining.length === 0)) return undefined;
  const moving = open !== undefined && [...snapshot.nodes.values()].some((node) => node.claim === plan.metadata.uid);
  if (hold !== undefined && hold.until === undefined && hold.kind !== 'Working' && !moving) return undefined;
  const records = openRecords(fleet, open);
  const running = records.flatMap((record) => toInstant(record.startTime) ?? []).map((start) => (now - start) / 1000);
  const work = {
    nodeSeconds,
    atOnce: maxUnavailable(snapshot, fleet) - downForOthers(input, fleet),
    running,
    waiting: records.length - running.length,
    batches: batchesToCome(plan, fleet),
  };
  const end = Math.max(now, hold?.until ?? now) + secondsLeft(work) * 1000;
  return reportableEnd(now, end, toInstant(plan.status?.estimatedEndTime));
}

/** How long a node is in its turn (seconds): the median of those that are done, or the sum of what the plan says of its processes. */
export function usualTurn(plan: UpgradePlan, fleet: Pick<Fleet, 'batches'>): number | undefined {
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

/** Records of the open batch that have no outcome yet. */
function openRecords(fleet: Fleet, open: UpgradeBatch | undefined): readonly NodeRecord[] {
  if (open === undefined) return [];
  const pending = (name: string): NodeRecord => ({ name, state: 'Pending' });
  return open.spec.nodes.map(({ name }) => fleet.records.get(name) ?? pending(name)).filter((record) => !isTerminal(record));
}

/** Nodes that are down, and not because the plan works on them: they take a share of `maxUnavailable`. */
export function downForOthers({ snapshot }: DecisionInput, fleet: Fleet): number {
  let count = 0;
  for (const node of fleet.selected.values())
    if (node.claim !== snapshot.plan.metadata.uid && downReason(node) !== undefined) count += 1;
  return count;
}

/** Sizes and pauses of the batches to come. Only counted: to put a large fleet in order is for the batch that is really made. */
function batchesToCome(plan: UpgradePlan, fleet: Fleet): readonly { readonly nodes: number; readonly pauseSeconds: number }[] {
  const most = Math.floor(MAX_NODE_PROCESSES / plan.spec.processes.length);
  const last = fleet.upgrades.at(-1);
  const batches: { readonly nodes: number; readonly pauseSeconds: number }[] = [];
  let progress = stepProgress(fleet.upgrades);
  // A soak that has begun is a hold with an end of its own.
  let pauseSeconds = last === undefined || last.status?.settledTime !== undefined ? 0 : (stepOf(plan, last)?.soakSeconds ?? 0);
  for (let left = fleet.remaining.length; left > 0;) {
    const { step, size } = nextStep(plan, fleet.planNodes, progress);
    const wanted = Math.min(size, left);
    const nodes = Math.min(wanted, most);
    batches.push({ nodes, pauseSeconds });
    left -= nodes;
    progress = { step, rest: wanted - nodes };
    pauseSeconds = plan.spec.batches[step]?.soakSeconds ?? 0;
  }
  return batches;
}
