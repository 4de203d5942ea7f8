import { ANNOTATIONS, API_VERSION, LABELS, SOCKET_DIRECTORY, SOCKET_PATH, type ReportReason } from '../../api/names.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { ClusterClient } from '../cluster/cluster-client.ts';
import type { ContainerHost, ContainerStart } from '../cluster/kubelet/container.ts';

/** What an upgrade reports. */
export interface Report {
  readonly reason: ReportReason;
  readonly note?: string;
  /** In percent. */
  readonly progress?: number;
  readonly task?: string;
  /** `key=value`. */
  readonly checkpoint?: string;
}

/** Whether a container sees the socket of the reporter. */
export function hasSocket({ hostPaths }: ContainerStart): boolean {
  return [...hostPaths.values()].includes(SOCKET_DIRECTORY);
}

/** Reports through the reporter's socket, as `baton report` does. Resolves to whether the Event exists. */
export async function reportToSocket(host: ContainerHost, process: string, report: Report, waitSeconds = 3): Promise<boolean> {
  const answer = await host.sockets
    .get(SOCKET_PATH)?.({
      method: 'POST',
      path: '/v1/reports',
      headers: { 'content-type': 'application/json', prefer: `wait=${waitSeconds}` },
      body: JSON.stringify({ process, ...report }),
    })
    .catch(() => undefined);
  return answer?.status === 201;
}

/** Where a report that is posted as an Event belongs. */
export interface ReportedUpgrade {
  readonly namespace: string;
  readonly plan: string;
  readonly batch: string;
  readonly batchUid: string;
  readonly node: string;
  readonly process: string;
  readonly attempt: number;
}

/** Posts a report as an Event, as programs with credentials of their own do. Returns whether it was taken. */
export function postReport(
  client: ClusterClient,
  host: ContainerHost,
  upgrade: ReportedUpgrade,
  report: Report,
  nowMs: number,
): boolean {
  const { namespace, plan, batch, batchUid, node, process, attempt } = upgrade;
  const uid = client.get(resourcePath(KINDS.nodes, { name: node }))?.metadata.uid;
  if (!host.connected || uid === undefined) return false;
  const { reason, note, progress, task, checkpoint } = report;
  const annotations = Object.entries({
    [ANNOTATIONS.attempt]: String(attempt),
    [ANNOTATIONS.eventBootId]: host.bootId,
    [ANNOTATIONS.progress]: progress?.toString(),
    [ANNOTATIONS.task]: task,
    [ANNOTATIONS.checkpoint]: checkpoint,
  }).filter(([, value]) => value !== undefined);
  const outcome = client.create(resourcePath(KINDS.events, { namespace }), {
    metadata: {
      generateName: `${process}-`,
      labels: { [LABELS.plan]: plan, [LABELS.batch]: batch },
      annotations: Object.fromEntries(annotations),
    },
    regarding: { apiVersion: API_VERSION, kind: 'UpgradeBatch', namespace, name: batch, uid: batchUid },
    related: { apiVersion: 'v1', kind: 'Node', name: node, uid },
    action: process,
    reason,
    type: reason === 'UpgradeFailed' ? 'Warning' : 'Normal',
    note: note ?? reason,
    reportingController: 'example.com/updater',
    reportingInstance: node,
    eventTime: new Date(nowMs + host.clockOffsetMs).toISOString().replace('Z', '000Z'),
  });
  return outcome.ok;
}
