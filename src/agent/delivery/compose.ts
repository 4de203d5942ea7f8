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

/** A message of a batch: its final one, an alert, or the live one. */
export interface MessageOf {
  readonly batch: UpgradeBatch;
  readonly id: string;
}

/** Makes a message of a batch, as plan and sink want it to read. */
export type Compose = (message: MessageOf, style: MessageStyle, signal: AbortSignal) => Promise<Notification>;

/**
 * Makes notifications from records, with what reports add. The reports are collected once for a message, however many sinks there are:
 * the API server reads Events from its store each time. Without them the notification has fewer details, but it goes out.
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
    // An alert is urgent, and all that it says is on record.
    if (alert !== undefined) return consolidateAlert({ ...common, reports: [] }, alert);
    if (id === seriesId('live', batch.metadata.uid)) return consolidateProgress({ ...common, reports: [] }, id, now());
    if (latest?.id !== id) latest = { id, reports: collect(batch.metadata.name, signal) };
    return consolidate({ ...common, reports: await latest.reports });
  };
}
