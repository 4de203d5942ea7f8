import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess, NodeRecord } from '../../../api/generated/upgradebatch.ts';
import type { Instant, NodeFact } from '../../facts.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import { drainPolicy } from '../fleet/drain-policy.ts';
import { decideDrain } from './drain/decide-drain.ts';
import type { NodeInput, NodeResult } from './node-input.ts';

/** The turn that a drain belongs to. */
interface DrainedTurn {
  readonly base: NodeRecord;
  readonly opened: Instant;
  /** The processes that are still to run. */
  readonly processes: readonly BatchProcess[];
}

/** Advances the drain of a node in its turn; undefined when the node is drained. */
export function drainTurn(input: NodeInput, node: NodeFact, { base, opened, processes }: DrainedTurn): NodeResult | undefined {
  const policy = drainPolicy(input.batch);
  const disrupting = processes.find((process) => process.disruption !== 'None');
  const result = decideDrain({
    node,
    pods: input.pods,
    policy,
    opened,
    timeoutSeconds: policy.timeoutSeconds ?? disrupting?.deadlineSeconds ?? 0,
    before: input.before.drain,
    answers: input.evictionAnswers,
    operator: input.operatorPod,
    now: input.now,
  });
  if (result.kind === 'Done') return undefined;
  const drain = Object.keys(result.record).length === 0 ? {} : { drain: result.record };
  const record = { ...base, message: cutToBytes(result.message, 128), ...drain };
  if (result.kind === 'Draining')
    return { record: { ...record, state: 'Draining' }, commands: result.commands, requeueAt: result.requeueAt };
  const failed = { state: 'Failed', reason: NODE_REASONS.DrainTimeout, endTime: toRfc3339(input.now) } as const;
  return { record: { ...record, ...failed }, commands: [] };
}
