import { NODE_REASONS, PLAN_REASONS, PREFLIGHT_REASONS } from '../api/conditions.ts';
import type { UpgradeBatch } from '../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../api/generated/upgradeplan.ts';
import { isJsonObject, type Json } from './json.ts';

/** What was renamed in one kind. `[]` in a path means every item of a list. */
interface Renames {
  /** Path of each former name, and the name that replaced it. */
  readonly fields: Readonly<Record<string, string>>;
  /** Paths of the reasons that were renamed, where Baton sets them: what people wrote as a reason is left alone. */
  readonly reasons: readonly string[];
}

/** Names that 0.1 used. The CRDs keep them through 0.2 as deprecated fields, so that the API server returns what is stored under them. */
export const RENAMED_FIELDS = {
  UpgradePlan: {
    fields: {
      'status.lastMovedTime': 'lastProgressTime',
      'status.nextOpening': 'nextWindowTime',
    },
    reasons: [
      'status.reason',
      'status.conditions[].reason',
      'status.waits[].reason',
      'status.waiting.reason',
      'status.preflight.warnings[].reason',
    ],
  },
  UpgradeBatch: {
    fields: {
      'spec.stepRest': 'stepNodesRemaining',
      'status.summary.maxUnavailable': 'peakUnavailable',
      'status.nodes[].told': 'raisedAlerts',
      'status.nodes[].drain.heldTime': 'blockedSinceTime',
      'status.nodes[].drain.evictTime': 'evictionStartTime',
      'status.nodes[].drain.forceTime': 'forcedDeletionStartTime',
      'status.nodes[].processes[].verifyLimitTime': 'verifyDeadlineTime',
      'status.nodes[].processes[].verifySinceTime': 'verifyStableSinceTime',
      'status.nodes[].processes[].wordTime': 'lastHeardTime',
      'status.outlook.rollback': 'rollbackScope',
      'status.outlook.batch': 'nextBatchIndex',
      'status.outlook.nodes': 'nextBatchNodes',
      'status.outlook.lastBatch': 'lastBatchIndex',
      'status.outlook.nextTime': 'nextBatchTime',
      'status.outlook.wordTime': 'nextNotificationTime',
      'status.outlook.openUntilTime': 'windowEndTime',
      'status.outlook.opensTime': 'nextWindowTime',
      'status.outlook.story.shown': 'listedBatches',
      'status.outlook.story.mostUnavailable': 'peakUnavailable',
      'status.outlook.story.acts': 'actions',
      'status.outlook.story.actions[].why': 'reason',
      'status.outlook.story.dependents[].opensTime': 'nextWindowTime',
      'status.outlook.story.rollback': 'rollbackResult',
      'status.outlook.story.rollbackResult.of': 'target',
      'status.outlook.story.rollbackResult.notBack': 'notRolledBack',
      'status.notification.standing': 'activeAlerts',
      'status.notification.troubleTime': 'pendingAlertTime',
      'status.notification.addedTime': 'sinksAddedTime',
    },
    reasons: [
      'status.nodes[].reason',
      'status.outlook.reason',
      'status.outlook.story.waits[].reason',
      'status.notification.alerts[].causes[].reason',
    ],
  },
} as const satisfies Readonly<Record<string, Renames>>;

/** Reasons that 0.1 used, and those that replaced them. */
const RENAMED_REASONS: ReadonlyMap<string, string> = new Map([
  ['PausedByAct', PLAN_REASONS.PausedByAction],
  ['SkippedByAct', NODE_REASONS.SkippedByAction],
  ['NotAllRead', PREFLIGHT_REASONS.ChecksIncomplete],
]);

/** An UpgradePlan as the API server returned it, with the current name of every field. */
export function readPlan(object: object): UpgradePlan {
  return withCurrentNames(object, RENAMED_FIELDS.UpgradePlan) as unknown as UpgradePlan;
}

/** An UpgradeBatch as the API server returned it, with the current name of every field. */
export function readBatch(object: object): UpgradeBatch {
  return withCurrentNames(object, RENAMED_FIELDS.UpgradeBatch) as unknown as UpgradeBatch;
}

/**
 * The status for a merge patch, with null for each former name. Otherwise the value under the former name would stay, and count again once
 * the field with the current name is removed. Lists do not need this, because a merge patch replaces them.
 */
export function withoutFormerNames(status: object, kind: keyof typeof RENAMED_FIELDS): object {
  return Object.keys(RENAMED_FIELDS[kind].fields)
    .map((path) => path.split('.'))
    .filter(([first, ...rest]) => first === 'status' && !rest.some((step) => step.endsWith('[]')))
    .reduce((patch, [, ...path]) => withNull(patch, path), status);
}

/** The object itself where it has no former name, which is the usual case: nothing is copied then. */
function withCurrentNames(object: object, { fields, reasons }: Renames): object {
  const renamed = Object.entries(fields).reduce<unknown>(
    (current, [path, name]) => changeAt(current, path.split('.'), (parent, former) => rename(parent, former, name)),
    object,
  );
  return reasons.reduce((current, path) => changeAt(current, path.split('.'), replaceReason), renamed) as object;
}

function rename(parent: Json, former: string, name: string): Json {
  const { [former]: value, ...rest } = parent;
  return name in rest ? rest : { ...rest, [name]: value };
}

function replaceReason(parent: Json, field: string): Json {
  const reason = RENAMED_REASONS.get(String(parent[field]));
  return reason === undefined ? parent : { ...parent, [field]: reason };
}

/** Changes every object that has the field at the end of the path. */
function changeAt(value: unknown, path: readonly string[], change: (parent: Json, field: string) => Json): unknown {
  const [step = '', ...rest] = path;
  const field = step.replace(/\[\]$/, '');
  if (!isJsonObject(value) || !(field in value)) return value;
  if (rest.length === 0) return change(value, field);
  const before = value[field];
  const after = step === field ? changeAt(before, rest, change) : changeItems(before, rest, change);
  return after === before ? value : { ...value, [field]: after };
}

function changeItems(value: unknown, path: readonly string[], change: (parent: Json, field: string) => Json): unknown {
  if (!Array.isArray(value)) return value;
  const items = value.map((item: unknown) => changeAt(item, path, change));
  return items.every((item, i) => item === value[i]) ? value : items;
}

function withNull(value: object, [step = '', ...rest]: readonly string[]): object {
  if (rest.length === 0) return { ...value, [step]: null };
  const inner = (value as Json)[step];
  return isJsonObject(inner) ? { ...value, [step]: withNull(inner, rest) } : value;
}
