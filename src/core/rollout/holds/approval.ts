import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { Approval, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { foundAllDone, hasEnded, hasNothingToDo } from '../fleet/batch-progress.ts';
import { stepOf } from '../fleet/batch-steps.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** The batch that an UpgradeAction Approve has to name, and what the approval allows. */
export interface AwaitedApproval {
  readonly batch: UpgradeBatch;
  readonly approval: Approval['approval'];
}

/** What waits for approval now. Each approval is for one purpose, and a batch that changes nothing needs none. */
export function awaitedApproval(snapshot: PlanSnapshot, fleet: Fleet): AwaitedApproval | undefined {
  const batch = fleet.upgrades.at(-1);
  if (batch === undefined || snapshot.plan.metadata.deletionTimestamp !== undefined) return undefined;
  const approval = stepOf(snapshot.plan, batch)?.approval ?? 'None';
  if (approval === 'None' || batch.status?.approved?.approval === approval) return undefined;
  const waits =
    approval === 'BeforeStart'
      ? !hasEnded(batch) && !hasNothingToDo(batch, snapshot)
      : hasEnded(batch) && !foundAllDone(batch) && fleet.remaining.length > 0;
  return waits ? { batch, approval } : undefined;
}

/** `approval: BeforeNext`: holds the next batch until the last one is approved. */
export function approvalBeforeNext(view: PassView): Hold | undefined {
  return unapproved(view, 'BeforeNext', 'before the next batch');
}

/** `approval: BeforeStart`: holds the turns of the open batch until the batch is approved. */
export function approvalBeforeStart(view: PassView): Hold | undefined {
  return unapproved(view, 'BeforeStart', 'before it starts');
}

function unapproved({ input, fleet }: PassView, approval: Approval['approval'], when: string): Hold | undefined {
  const awaited = awaitedApproval(input.snapshot, fleet);
  if (awaited?.approval !== approval) return undefined;
  const { name, namespace } = awaited.batch.metadata;
  const spec = `{plan: ${awaited.batch.spec.plan}, action: Approve, batch: ${name}}`;
  const message = `${name} waits for approval ${when}; to approve, create an UpgradeAction in ${namespace} with spec ${spec}`;
  return { reason: PLAN_REASONS.ApprovalRequired, message, summary: 'Paused', kind: 'Resting' };
}
