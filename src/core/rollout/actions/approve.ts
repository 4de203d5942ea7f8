import { ACTION_REASONS } from '../../../api/conditions.ts';
import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { Approval } from '../../../api/generated/upgradebatch.ts';
import { toRfc3339 } from '../../text.ts';
import { awaitedApproval } from '../holds/approval.ts';
import type { ActionAnswer } from '../model/command.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** What becomes of an Approve: an answer, or the approval that the batch's status is to hold before the answer is given. */
export type ApproveResult = { readonly answer: ActionAnswer } | { readonly approval: Approval };

/**
 * Approves the batch that waits for it, and no other: an act that is applied again, or that comes too early, lets nothing pass. It is
 * Done once the approval stands in the batch's status, so that a kill in between is harmless.
 */
export function approve({ snapshot, now }: DecisionInput, action: UpgradeAction, fleet: Fleet): ApproveResult {
  const wanted = action.spec.batch ?? '';
  const given = fleet.batches.find((batch) => batch.metadata.name === wanted)?.status?.approved;
  if (given?.action === action.metadata.name) {
    return { answer: { status: 'True', reason: ACTION_REASONS.Done, message: `approved: ${wanted}` } };
  }
  const awaited = awaitedApproval(snapshot, fleet);
  if (awaited === undefined) {
    const message = `no batch of the plan waits for approval now${given === undefined ? '' : `; ${wanted} was approved by ${given.action}`}`;
    return { answer: { status: 'False', reason: ACTION_REASONS.NotWaiting, message } };
  }
  const { name } = awaited.batch.metadata;
  if (name !== wanted) {
    const message = `${name} waits for approval, not ${wanted}`;
    return { answer: { status: 'False', reason: ACTION_REASONS.WrongBatch, message } };
  }
  const by = action.spec.requestedBy;
  const requestedBy = by === undefined ? {} : { requestedBy: by };
  return { approval: { action: action.metadata.name, approval: awaited.approval, ...requestedBy, time: toRfc3339(now) } };
}
