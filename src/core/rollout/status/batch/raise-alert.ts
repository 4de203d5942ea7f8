import type { BatchAlert, NodeRecord } from '../../../../api/generated/upgradebatch.ts';
import { toRfc3339, cutToBytes, counted } from '../../../text.ts';
import { holdTraits } from '../../model/hold-reasons.ts';
import { isGoalState } from '../../records/batch-goal.ts';
import { isTerminal } from '../../records/node-record.ts';
import { type Trouble, alertCauses } from './alert-causes.ts';
import type { AlertsInput } from './alerts-input.ts';

const NEXT_BYTES = 512;

/** An alert about these troubles, for these sinks. */
export function raiseAlert(input: AlertsInput, troubles: readonly Trouble[], sinks: readonly string[]): BatchAlert {
  const { batch, now } = input;
  const last = batch.status?.notification?.alerts?.at(-1)?.id.split('/').at(-1);
  return {
    id: `${batch.metadata.uid}/${Math.max(Number(last ?? 1), 1) + 1}`,
    time: toRfc3339(now),
    action: troubles.some(needsAction) ? 'Act' : 'None',
    causes: alertCauses(troubles),
    next: cutToBytes(nextSentence(input), NEXT_BYTES),
    sinks,
  };
}

/** Whether somebody has to act. Not for a pause that a person asked for, nor for an overdue process, which ends or fails by itself. */
function needsAction({ alert, reason, quarantined }: Trouble): boolean {
  if (alert === 'NodeOverdue') return false;
  if (alert === 'NodeFailed') return quarantined === true;
  return !holdTraits(reason).requested;
}

function nextSentence({ nodes, outlook, budget }: AlertsInput): string {
  if (outlook !== undefined) return 'nothing of this batch runs any more; the next batch has not begun';
  const count = (state: NodeRecord['state']): number => nodes.filter((record) => record.state === state).length;
  const done = nodes.filter(({ state }) => isGoalState(state)).length;
  const failed = count('Failed');
  const ofPlan = failed === 0 ? '' : ` (${budget.failed} of the plan, budget ${budget.maxFailed})`;
  const running = nodes.filter((record) => !isTerminal(record) && record.state !== 'Pending').length;
  const waiting = count('Pending');
  const waits = waiting === 0 ? '' : `, ${waiting} to come`;
  return `${done} of ${counted(nodes.length, 'node')} of the batch done, ${failed} failed${ofPlan}, ${running} in their turn${waits}; one message tells how the batch ended`;
}
