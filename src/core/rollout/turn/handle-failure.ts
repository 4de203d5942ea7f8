import { NODE_REASONS } from '../../../api/conditions.ts';
import type { NodeRecord, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { NodeFact } from '../../facts.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import { recordOf, type NodeInput, type NodeResult } from './node-input.ts';
import { decideRetry, nextAttempt, retriesAfter } from './retry.ts';

/** A process that failed on a node in its turn. */
interface FailureInput {
  readonly base: NodeRecord;
  readonly failed: ProcessRecord;
  readonly attempt: number;
  readonly records: readonly ProcessRecord[];
}

/** Retries a failed process while the node has attempts left; otherwise the node has failed. */
export function handleFailure(input: NodeInput, node: NodeFact, { base, failed, attempt, records }: FailureInput): NodeResult {
  const { batch, jobs, pods, mayRetry, now } = input;
  const process = batch.spec.processes.find((candidate) => candidate.name === failed.name) ?? {};
  const retries = retriesAfter(failed.reason ?? '', process, batch.spec.retriesPerNode ?? 0);
  const before = recordOf(input, failed.name);
  const batchUid = batch.metadata.uid;
  const retry = decideRetry({ process, failed, before, attempt, retries, mayRetry, batchUid, node, jobs, pods, now });
  const cause = failed.message ?? failed.reason ?? '';
  const which = `attempt ${attempt} of ${retries + 1}`;
  if (retry.kind !== 'No' && node.turn !== undefined) {
    const message = cutToBytes(`${which} failed: ${cause}`, 128);
    const record: NodeRecord = { ...base, state: 'Upgrading', message, processes: records };
    if (retry.kind === 'Wait') return { record, commands: [], requeueAt: Math.min(retry.until + 1000, now + 5000) };
    const why = `${failed.name} failed on ${base.name} in ${which} (${cause}): retrying`;
    return { record, commands: [{ kind: 'RetryTurn', node, turn: nextAttempt(node.turn, failed, attempt), why }] };
  }
  const message = cutToBytes(retries === 0 ? cause : `${which}: ${cause}`, 128);
  const reason = failed.reason ?? NODE_REASONS.JobFailed;
  return failedTurn(input, { ...base, state: 'Failed', reason, message, endTime: failed.endTime ?? toRfc3339(now) }, records);
}

/** The record of a node that failed after its upgrade had begun: quarantined, unless `failedNodes` is Uncordon. */
export function failedTurn({ batch }: NodeInput, record: NodeRecord, processes: readonly ProcessRecord[]): NodeResult {
  const quarantined = batch.spec.failedNodes === 'Uncordon' ? {} : { quarantined: true };
  return { record: { ...record, ...quarantined, processes }, commands: [] };
}
