import type { NodeRecord, UpgradeBatch, UpgradeBatchStatus } from '../../../../../src/api/generated/upgradebatch.ts';
import type { BatchStep } from '../../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, aNode, aSnapshot, byName, done, SETTINGS } from './facts.ts';
import { aBatch, aPlan, at, hash, outboxOf, settledStatus, timeAt } from './objects.ts';

/** The record of the first node, which is done. */
export const ENDED: NodeRecord = { name: 'node-1', state: 'Succeeded' };
const OUTBOX = outboxOf('os-aaaa-1', 'node-1');

/** The first batch, settled and delivered. */
export function settled(status: Partial<UpgradeBatchStatus> = {}): UpgradeBatch {
  return aBatch(['node-1'], { status: settledStatus([ENDED], { notification: OUTBOX, ...status }) });
}

/** The first batch, with its node waiting. */
export function open(status: UpgradeBatchStatus = {}): UpgradeBatch {
  return aBatch(['node-1'], { status: { nodes: [{ name: 'node-1', state: 'Pending' }], ...status } });
}

/** One pass over a plan with one step and two nodes, the first of which is done. */
export function pass(step: Omit<BatchStep, 'size'>, snapshot: Partial<PlanSnapshot>, seconds = 100): Decision {
  const plan = aPlan({ batches: [{ size: 1, ...step }], notify: { sinks: [] } });
  const nodes = byName(done('node-1'), aNode('node-2'));
  const whole = aSnapshot({ plan, nodes, lease: aLease(), ...snapshot });
  return decide({ snapshot: whole, now: at(seconds), settings: SETTINGS, hash });
}

/** Summary and reason of the plan, and whether anything new starts. */
export function progressOf({ planStatus, commands }: Decision): string {
  const starts = commands.some(({ kind }) => kind === 'CreateBatch' || kind === 'OpenTurn') ? 'starts' : 'waits';
  return `${planStatus?.summary ?? ''} ${planStatus?.reason ?? ''}: ${starts}`;
}

/** The message of the condition Ready. */
export function readyMessage({ planStatus }: Decision): string | undefined {
  return planStatus?.conditions?.find(({ type }) => type === 'Ready')?.message;
}

/** The status of a batch that was approved. */
export function approvedBy(approval: 'BeforeStart' | 'BeforeNext', action = 'yes'): UpgradeBatchStatus {
  return { approved: { action, approval, time: timeAt(50) } };
}
