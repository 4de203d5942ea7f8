import type { Notification } from '../../../core/notification/model/notification.ts';
import { cutToBytes, toInstant, toRfc3339 } from '../../../core/text.ts';
import { headline, severityOf, type Severity } from '../../severity.ts';

/** An alert of Alertmanager's API v2. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** How long an alert about trouble lasts if no batch resolves it. Baton sends it once, unlike Prometheus, which repeats alerts. */
const TROUBLE_DURATION_MS = 24 * 3_600_000;
/** How long other alerts last: longer than Alertmanager's default `group_wait` and `group_interval`, 30 s and 5 min. */
const PASSING_DURATION_MS = 15 * 60_000;

const MAX_SUMMARY_BYTES = 1_024;
const MAX_DESCRIPTION_BYTES = 8_192;

/** The severities of trouble, those that Alertmanager's users know. */
const TROUBLES = ['critical', 'warning'] as const;

/**
 * The alerts for a notification. Trouble is one alert per plan, whatever the batch, so that the next batch without trouble resolves it,
 * whichever agent sends that. A batch without trouble is an alert of its own, with severity `info`, which ends by itself.
 *
 * @param now the wall clock, from which the alerts last.
 */
export function alertmanagerAlerts(notification: Notification, now: number): readonly Alert[] {
  // A test must not resolve a real alert.
  if (notification.kind === 'Test') return [passingAlert(notification, 'BatonUpgradeTest', now)];
  const severity = severityOf(notification);
  const trouble = severity === 'info' ? undefined : troubleSeverity(severity);
  const others = TROUBLES.filter((other) => other !== trouble).map((other) => resolved(notification, other, now));
  return trouble === undefined
    ? [passingAlert(notification, 'BatonUpgradeBatchSettled', now), ...others]
    : [troubleAlert(notification, trouble, now), ...others];
}

function troubleAlert(notification: Notification, severity: string, now: number): Alert {
  return {
    labels: troubleLabels(notification, severity),
    annotations: annotations(notification),
    startsAt: toRfc3339(Math.min(toInstant(notification.settledTime) ?? now, now)),
    endsAt: toRfc3339(now + TROUBLE_DURATION_MS),
  };
}

function resolved(notification: Notification, severity: string, now: number): Alert {
  const time = toRfc3339(now);
  return { labels: troubleLabels(notification, severity), annotations: annotations(notification), startsAt: time, endsAt: time };
}

function passingAlert(notification: Notification, alertname: string, now: number): Alert {
  return {
    labels: {
      alertname,
      ...planLabels(notification),
      batch: notification.batch.name,
      severity: 'info',
    },
    annotations: annotations(notification),
    startsAt: toRfc3339(Math.min(toInstant(notification.settledTime) ?? now, now)),
    endsAt: toRfc3339(now + PASSING_DURATION_MS),
  };
}

/** Without the batch: otherwise, the trouble of each batch would be an alert of its own that nothing resolves. */
function troubleLabels(notification: Notification, severity: string): Alert['labels'] {
  return { alertname: 'BatonUpgradeTrouble', ...planLabels(notification), severity };
}

function planLabels({ cluster, plan }: Notification): Alert['labels'] {
  return { ...(cluster === undefined ? {} : { cluster }), namespace: plan.namespace, plan: plan.name };
}

function annotations(notification: Notification): Alert['annotations'] {
  const first = headline(notification);
  return {
    summary: cutToBytes(first, MAX_SUMMARY_BYTES),
    description: cutToBytes(notification.text.slice(first.length + 1), MAX_DESCRIPTION_BYTES),
    batch: notification.batch.name,
    version: notification.plan.version,
    notification: notification.id,
    ...(notification.runbookUrl === undefined ? {} : { runbook_url: notification.runbookUrl }),
  };
}

function troubleSeverity(severity: Exclude<Severity, 'info'>): (typeof TROUBLES)[number] {
  return severity === 'critical' ? 'critical' : 'warning';
}
