import type { UpgradeBatch } from '../api/generated/upgradebatch.ts';
import type { Log } from '../api/log.ts';
import type { ReportFact } from '../core/facts.ts';
import { consolidate } from '../core/notification/consolidate.ts';
import type { DetailRequest } from '../core/notification/node-detail.ts';
import type { Notification } from '../core/notification/notification.ts';
import type { AgentConfig, ReportSource } from './ports.ts';

/** Makes the notification of a settled batch, with as much of single nodes as plan and sink let be told. */
export type Compose = (batch: UpgradeBatch, detail: DetailRequest, signal: AbortSignal) => Promise<Notification>;

/**
 * Makes notifications from records, with what reports add. The reports about a batch are collected once, however many sinks there are:
 * the API server reads Events from its store each time. Without them the notification has fewer details, but it goes out.
 */
export function createComposer({
  config,
  reports,
  log,
}: {
  readonly config: AgentConfig;
  readonly reports: ReportSource;
  readonly log: Log;
}): Compose {
  let latest: { readonly uid: string; readonly reports: Promise<readonly ReportFact[]> } | undefined;

  async function collect(batch: string, signal: AbortSignal): Promise<readonly ReportFact[]> {
    try {
      return await reports.collect(batch, signal);
    } catch (error) {
      log.warn('Collecting reports failed', { batch, error });
      return [];
    }
  }

  return async (batch, detail, signal) => {
    const { name, uid } = batch.metadata;
    if (latest?.uid !== uid) latest = { uid, reports: collect(name, signal) };
    const { node, pod, cluster } = config;
    return consolidate({ batch, reports: await latest.reports, cluster, agent: { node, pod }, detail });
  };
}
