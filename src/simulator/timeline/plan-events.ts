import { CONDITIONS, type PlanReason } from '../../api/conditions.ts';
import type { UpgradePlan, UpgradePlanStatus } from '../../api/generated/upgradeplan.ts';
import { findCondition } from '../../core/condition.ts';
import type { Happening } from './simulation-event.ts';

/** Reasons that follow each other all the time while a plan runs. */
const ROUTINE: ReadonlySet<string> = new Set<PlanReason>([
  'BatchRunning',
  'BatonMoving',
  'Notifying',
  'ValidationPending',
  'Valid',
]);

/** What happened to a plan between two of its versions; `before` is undefined for a new plan. */
export function planEvents(before: UpgradePlan | undefined, now: UpgradePlan): readonly Happening[] {
  const plan = now.metadata.name;
  const [earlier, status] = [before?.status ?? {}, now.status ?? {}];
  return [
    ...warnings(earlier, status).map((text) => ({ kind: 'warning', text, plan }) as const),
    ...phase(earlier, status).map((text) => ({ kind: 'plan', text, plan }) as const),
    ...stalled(earlier, status).map((text) => ({ kind: 'warning', text, plan }) as const),
    ...actions(earlier, status).map((text) => ({ kind: 'action', text, plan }) as const),
    ...gates(earlier, status).map((text) => ({ kind: 'gate', text, plan }) as const),
    ...agent(earlier, status).map((text) => ({ kind: 'agent', text, plan }) as const),
  ];
}

function phase(before: UpgradePlanStatus, now: UpgradePlanStatus): readonly string[] {
  const { summary, reason = '' } = now;
  if (summary === undefined || (before.summary === summary && before.reason === reason)) return [];
  if (ROUTINE.has(reason)) return before.summary === summary ? [] : [`is ${summary}`];
  const message = (now.conditions ?? []).find((condition) => condition.reason === reason && condition.message !== '')?.message;
  return [`is ${summary} (${reason})${message === undefined ? '' : `: ${message}`}`];
}

function stalled(before: UpgradePlanStatus, now: UpgradePlanStatus): readonly string[] {
  const condition = findCondition(now.conditions, CONDITIONS.rolloutStalled);
  if (condition === undefined || findCondition(before.conditions, CONDITIONS.rolloutStalled) !== undefined) return [];
  return [`makes no progress (${condition.reason}): ${condition.message}`];
}

function warnings(before: UpgradePlanStatus, now: UpgradePlanStatus): readonly string[] {
  const known = new Set(before.preflight?.warnings.map(({ message }) => message));
  return (now.preflight?.warnings ?? [])
    .filter(({ message }) => !known.has(message))
    .map(({ reason, message }) => `warns before its next batch (${reason}): ${message}`);
}

function actions(before: UpgradePlanStatus, now: UpgradePlanStatus): readonly string[] {
  const known = new Set(before.history?.map(({ uid }) => uid));
  return (now.history ?? [])
    .filter(({ uid }) => !known.has(uid))
    .map(
      ({ action, requestedBy, message }) => `obeys ${action}${requestedBy === undefined ? '' : ` by ${requestedBy}`}: ${message}`,
    );
}

function gates(before: UpgradePlanStatus, now: UpgradePlanStatus): readonly string[] {
  const earlier = new Map(before.gates?.map(({ name, state }) => [name, state]));
  return (now.gates ?? [])
    .filter(({ name, state }) => earlier.get(name) !== state && (state === 'Closed' || earlier.has(name)))
    .map(({ name, state, message }) => {
      const why = state === 'Closed' && message !== undefined ? `: ${message}` : '';
      return `sees its gate ${name} ${state === 'Closed' ? 'closed' : 'open'}${why}`;
    });
}

function agent({ agent: before = '' }: UpgradePlanStatus, { agent: now = '' }: UpgradePlanStatus): readonly string[] {
  if (now === '' || now === before) return [];
  return [before === '' ? `has ${now} as its agent` : `passes the baton from ${before} to ${now}`];
}
