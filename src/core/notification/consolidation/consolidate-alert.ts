import type { AlertCause, BatchAlert } from '../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../present-fields.ts';
import { planReasonTraits } from '../model/plan-reasons.ts';
import { notifiedCommands } from './commands.ts';
import { consolidate, levelsOf, type ConsolidateInput } from './consolidate.ts';
import { hideNamesIn, withShortNames } from './hide-names.ts';
import { expandNodeNames } from '../model/node-names.ts';
import type { Notification, NotifiedCommand } from '../model/notification.ts';
import type { NotifiedAlert } from '../model/notified-alert.ts';
import { renderAlert } from '../text/render-alert.ts';

/**
 * The notification for an alert. Its causes are those recorded when it was raised, so that every agent sends the same message under its id;
 * counts are current. It lists only the nodes that it is about.
 */
export function consolidateAlert(input: ConsolidateInput, alert: BatchAlert): Notification {
  const { batch, detail = {} } = input;
  const {
    text: _text,
    durations: _durations,
    next: _next,
    progress: _progress,
    story: _story,
    late: _late,
    ...base
  } = consolidate(input);
  const levelOf = levelsOf(batch, detail);
  const hidden = new Set(batch.spec.nodes.map(({ name }) => name).filter((name) => levelOf(name) === 'None'));
  const notified: NotifiedAlert = {
    time: alert.time,
    reasons: [...new Set(alert.causes.map((cause) => cause.alert))],
    causes: alert.causes.map((cause) => withoutNames(cause, hidden)),
    next: alert.next,
  };
  const withoutText = {
    ...base,
    id: alert.id,
    kind: 'Alert',
    action: alert.action,
    causes: [],
    nodes: [],
    alert: hideNamesIn(notified, withShortNames(hidden)),
    commands: commandsOf(input, alert, hidden),
  } as const;
  return { ...withoutText, text: renderAlert(withoutText) };
}

/** Without the names of the nodes if one of them must not be named. The count remains. */
function withoutNames({ nodes, ...cause }: AlertCause, hidden: ReadonlySet<string>): AlertCause {
  const names = expandNodeNames(nodes ?? '');
  return names.some((name) => hidden.has(name.replace(/ and \d+ more$/, ''))) ? cause : presentFields({ ...cause, nodes });
}

/** Whether a Resume ends the pause that the alert is about. It does not end `spec.paused`. */
function isResumable({ alert, reason }: AlertCause): boolean {
  return alert === 'RolloutPaused' && planReasonTraits(reason).pause?.endedBy.includes('Resume') === true;
}

function commandsOf(
  { batch, reports }: ConsolidateInput,
  { causes }: BatchAlert,
  hidden: ReadonlySet<string>,
): readonly NotifiedCommand[] {
  const quarantined = (batch.status?.nodes ?? []).filter((record) => record.quarantined === true).map(({ name }) => name);
  const affected = causes.some((cause) => cause.quarantined === true) ? quarantined : [];
  const named = affected.filter((name) => !hidden.has(name));
  const awaited = causes.some(({ reason }) => planReasonTraits(reason).pause?.endedBy[0] === 'Rollback');
  return notifiedCommands({
    namespace: batch.metadata.namespace,
    plan: batch.spec.plan,
    batch: batch.metadata.name,
    quarantined: named,
    quarantinedUnnamed: affected.length - named.length,
    ofAllBatches: false,
    // Failed nodes are retried after the batch.
    retriable: undefined,
    revision: batch.spec.revision,
    rollback: awaited ? batch.status?.outlook?.rollbackScope : undefined,
    awaitsRollback: awaited,
    budget: undefined,
    paused: causes.some(isResumable) ? {} : undefined,
    awaitsApproval: causes.some(({ alert }) => alert === 'ApprovalRequired'),
    hasReports: reports.length > 0,
  });
}
