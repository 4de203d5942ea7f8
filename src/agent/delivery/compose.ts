import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { Log } from '../../api/log.ts';
import type { ReportFact } from '../../core/facts.ts';
import { seriesId } from '../../core/baton/series.ts';
import { consolidateProgress } from '../../core/notification/consolidation/consolidate-progress.ts';
import { consolidateAlert } from '../../core/notification/consolidation/consolidate-alert.ts';
import { consolidate } from '../../core/notification/consolidation/consolidate.ts';
import type { MessageStyle } from '../../core/notification/text/message-style.ts';
import type { Notification } from '../../core/notification/model/notification.ts';
import type { AgentConfig, ReportSource } from '../ports.ts';

/** Identifies a message of a batch: the final message, an alert or the live message. */
export interface MessageRef {
  readonly batch: UpgradeBatch;
  readonly id: string;
}

/** Composes a message of a batch in the style that the plan and the sink ask for. */
export type Compose = (message: MessageRef, style: MessageStyle, signal: AbortSignal) => Promise<Notification>;

/**
 * Composes notifications from records, with details from reports. The reports are collected once for each message, regardless of the
 * number of sinks, because the API server reads Events from etcd each time. Without reports, a notification has fewer details.
 */
export function createComposer({
  config,
  reports,
  now,
  log,
}: {
  readonly config: AgentConfig;
  readonly reports: ReportSource;
  /** The wall clock. */
  readonly now: () => number;
  readonly log: Log;
}): Compose {
  let latest: { readonly id: string; readonly reports: Promise<readonly ReportFact[]> } | undefined;

  async function collect(batch: string, signal: AbortSignal): Promise<readonly ReportFact[]> {
    try {
      return await reports.collect(batch, signal);
    } catch (error) {
      log.warn('Collecting reports failed', { batch, error });
      return [];
    }
  }

  return async ({ batch, id }, style, signal) => {
    const { node, pod, cluster } = config;
    const common = { batch, cluster, agent: { node, pod }, ...style };
    const alert = batch.status?.notification?.alerts?.find((each) => each.id === id);
    // An alert is urgent, and the batch's status has all its content.
    if (alert !== undefined) return consolidateAlert({ ...common, reports: [] }, alert);
    if (id === seriesId('live', batch.metadata.uid)) return consolidateProgress({ ...common, reports: [] }, id, now());
    if (latest?.id !== id) latest = { id, reports: collect(batch.metadata.name, signal) };
    return consolidate({ ...common, reports: await latest.reports });
  };
}
