import type { Notification } from '../../../core/notification/model/notification.ts';
import { cutToBytes, toInstant, toRfc3339 } from '../../../core/text.ts';
import { headline, severityOf, type Severity } from '../../severity.ts';

/** An alert as Alertmanager's API v2 takes it. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** An alert that nobody resolves ends by itself: Baton tells once, and does not repeat itself as Prometheus does. */
const TROUBLE_LASTS_MS = 24 * 3_600_000;
/** Long enough to be grouped and sent on by Alertmanager, whose defaults are half a minute and five. */
const WORD_LASTS_MS = 15 * 60_000;

const SUMMARY_BYTES = 1_024;
const DESCRIPTION_BYTES = 8_192;

/** The severities of trouble. Alertmanager's users know no third. */
const TROUBLES = ['critical', 'warning'] as const;

/**
 * The alerts of a notification. Trouble is one alert for each plan, whatever the batch: so the next batch that goes well resolves it,
 * whichever agent tells of it. A batch that went well is an alert of its own, with severity `info`, which ends by itself.
 *
 * @param now the wall clock, from which the alerts last.
 */
export function alertmanagerAlerts(notification: Notification, now: number): readonly Alert[] {
  // A test must not end what is really open.
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
    endsAt: toRfc3339(now + TROUBLE_LASTS_MS),
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
    endsAt: toRfc3339(now + WORD_LASTS_MS),
  };
}

/** Without the batch, which would make each batch's trouble an alert of its own that nothing resolves. */
function troubleLabels(notification: Notification, severity: string): Alert['labels'] {
  return { alertname: 'BatonUpgradeTrouble', ...planLabels(notification), severity };
}

function planLabels({ cluster, plan }: Notification): Alert['labels'] {
  return { ...(cluster === undefined ? {} : { cluster }), namespace: plan.namespace, plan: plan.name };
}

function annotations(notification: Notification): Alert['annotations'] {
  const first = headline(notification);
  return {
    summary: cutToBytes(first, SUMMARY_BYTES),
    description: cutToBytes(notification.text.slice(first.length + 1), DESCRIPTION_BYTES),
    batch: notification.batch.name,
    version: notification.plan.version,
    notification: notification.id,
    ...(notification.runbookUrl === undefined ? {} : { runbook_url: notification.runbookUrl }),
  };
}

function troubleSeverity(severity: Exclude<Severity, 'info'>): (typeof TROUBLES)[number] {
  return severity === 'critical' ? 'critical' : 'warning';
}
