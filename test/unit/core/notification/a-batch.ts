import type {
  NodeRecord,
  ProcessRecord,
  UpgradeBatch,
  UpgradeBatchSpec,
  UpgradeBatchStatus,
} from '../../../../src/api/generated/upgradebatch.ts';
import type { ReportFact } from '../../../../src/core/facts.ts';

/** When the batches of the tests start. */
const START = Date.parse('2026-11-21T22:16:00Z');

/** An RFC 3339 time so many seconds after the start. */
export function after(seconds: number): string {
  return new Date(START + seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** Names `node-<first>` to `node-<last>`. */
export function nodeNames(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `node-${first + i}`);
}

/** The record of a node whose turn took `seconds` and went well. */
export function succeeded(name: string, { seconds = 370, fromVersion = '6.12.30', processes = ['kernel'] } = {}): NodeRecord {
  return {
    name,
    state: 'Succeeded',
    fromVersion,
    startTime: after(0),
    endTime: after(seconds),
    processes: processes.map((process) => processRecord(process)),
  };
}

/** The record of a process that went well. */
export function processRecord(name: string, changes: Partial<ProcessRecord> = {}): ProcessRecord {
  return { name, state: 'Succeeded', attempt: 1, startTime: after(30), endTime: after(330), ...changes };
}

/** The record of a node that failed once its upgrade had begun. */
export function failed(name: string, reason: string, message: string, changes: Partial<NodeRecord> = {}): NodeRecord {
  return {
    name,
    state: 'Failed',
    reason,
    message,
    fromVersion: '6.12.30',
    startTime: after(0),
    endTime: after(240),
    quarantined: true,
    processes: [processRecord('kernel', { state: 'Failed', reason, message })],
    ...changes,
  };
}

interface BatchChanges {
  readonly name?: string;
  readonly spec?: Partial<UpgradeBatchSpec>;
  readonly status?: Partial<UpgradeBatchStatus>;
  /** Which processes a node has; `kernel` when left out. */
  readonly processesOf?: (node: string) => readonly string[];
}

/** A settled batch with these records. */
export function aBatch(
  records: readonly NodeRecord[],
  { name = 'kernel-7f3c-4', spec, status, processesOf }: BatchChanges = {},
): UpgradeBatch {
  const uid = `uid-of-${name}`;
  return {
    apiVersion: 'baton.dev/v1alpha1',
    kind: 'UpgradeBatch',
    metadata: {
      name,
      namespace: 'fleet',
      uid,
      resourceVersion: '1000',
      generation: 1,
      creationTimestamp: after(0),
      labels: { 'baton.dev/plan': 'kernel' },
    },
    spec: {
      plan: 'kernel',
      planUid: 'uid-of-plan',
      revision: '7f3c',
      version: '6.12.31',
      index: 4,
      step: 2,
      planNodes: 400,
      nodes: records.map((record) => ({
        name: record.name,
        uid: `uid-of-${record.name}`,
        processes: processesOf?.(record.name) ?? ['kernel'],
      })),
      processes: [{ name: 'kernel', disruption: 'Reboot', report: 'Socket', deadlineSeconds: 3600, template: {} }],
      ...spec,
    },
    status: {
      conditions: [{ type: 'Settled', status: 'True', reason: 'AllTerminal', message: '', lastTransitionTime: after(2280) }],
      startTime: after(0),
      settledTime: after(2280),
      summary: { peakUnavailable: 18 },
      nodes: records,
      outlook: {
        next: 'NextBatch',
        message: 'batch 5, 100 nodes',
        nextBatchIndex: 5,
        nextBatchNodes: 100,
        lastBatchIndex: 7,
        planNodes: 400,
        planSucceeded: 221,
        planFailed: 0,
        maxFailed: 8,
        maxUnavailable: 40,
      },
      notification: { id: `${uid}/1`, sinks: ['ops'] },
      ...status,
    },
  };
}

/** A report of a process on a node. */
export function aReport(batch: UpgradeBatch, node: string, changes: Partial<ReportFact> = {}): ReportFact {
  return {
    batchUid: batch.metadata.uid,
    node,
    nodeUid: `uid-of-${node}`,
    process: 'kernel',
    attempt: 1,
    bootId: 'boot-1',
    sequence: 1,
    reason: 'UpgradeSucceeded',
    note: '',
    progress: undefined,
    task: undefined,
    fromVersion: undefined,
    toVersion: undefined,
    time: START,
    lastHeardTime: START,
    heartbeats: 0,
    ...changes,
  };
}
