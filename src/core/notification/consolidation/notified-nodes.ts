import type { BatchNode, NodeRecord, ProcessRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { ReportFact } from '../../facts.ts';
import { cutToBytes } from '../../text.ts';
import { secondsBetween } from '../../duration.ts';
import type { NotifiedNode, NotifiedProcess } from '../model/notification.ts';
import { presentFields } from '../../present-fields.ts';

/** Maximum sizes of texts from reports (bytes), as in records. */
const MAX_MESSAGE_BYTES = 128;
const MAX_VERSION_BYTES = 64;

/** Details of one process on one node, from its reports. */
interface ReportedDetails {
  readonly fromVersion: string | undefined;
  readonly toVersion: string | undefined;
  readonly task: string | undefined;
  /** Its message when it failed. */
  readonly failure: string | undefined;
}

/**
 * Every node of the batch exactly once, in the order of the turns. Outcomes come from the records; reports only add versions, the last task
 * and why a process failed. A node without a record has not started.
 *
 * @param reports any reports. Those of other batches, of other Nodes with the same name and of earlier attempts are ignored.
 */
export function notifiedNodes(batch: UpgradeBatch, reports: readonly ReportFact[]): NotifiedNode[] {
  const records = new Map((batch.status?.nodes ?? []).map((record) => [record.name, record]));
  const ofBatch = reports.filter((report) => report.batchUid === batch.metadata.uid);
  const reportsOf = Map.groupBy(ofBatch, (report) => processKey(report.nodeUid, report.process));
  return batch.spec.nodes.map((node) => {
    const record = records.get(node.name) ?? { name: node.name, state: 'Pending' };
    const processes = node.processes.map((name) =>
      notifiedProcess(
        name,
        record.processes?.find((process) => process.name === name),
        reportsOf.get(processKey(node.uid, name)) ?? [],
      ),
    );
    return notifiedNode(batch, node, record, processes);
  });
}

function notifiedNode(
  batch: UpgradeBatch,
  node: BatchNode,
  record: NodeRecord,
  processes: readonly NotifiedProcess[],
): NotifiedNode {
  const failed = processes.find((process) => process.state === 'Failed');
  return presentFields({
    name: node.name,
    state: record.state,
    reason: filled(record.reason) ?? failed?.reason,
    message: filled(record.message) ?? failed?.message,
    fromVersion: filled(record.fromVersion) ?? reportedFromVersion(batch.spec.version, processes),
    seconds: secondsBetween(record.startTime, record.endTime),
    quarantined: record.quarantined === true,
    processes,
  });
}

function notifiedProcess(name: string, record: ProcessRecord | undefined, reports: readonly ReportFact[]): NotifiedProcess {
  if (record === undefined) return { name, state: 'NotStarted' };
  const details = reportedDetails(reports, record.attempt);
  return presentFields({
    name,
    state: record.state,
    reason: filled(record.reason),
    message: filled(record.message) ?? (record.state === 'Failed' ? details.failure : undefined),
    fromVersion: details.fromVersion,
    toVersion: details.toVersion,
    task: details.task,
    seconds: secondsBetween(record.startTime, record.endTime),
  });
}

function reportedDetails(reports: readonly ReportFact[], attempt: number | undefined): ReportedDetails {
  const ofAttempt = reports
    .filter((report) => attempt === undefined || report.attempt === attempt)
    .toSorted((a, b) => a.attempt - b.attempt || a.time - b.time || a.sequence - b.sequence);
  const failure = ofAttempt.findLast((report) => report.reason === 'UpgradeFailed');
  return {
    fromVersion: lastOf(ofAttempt, MAX_VERSION_BYTES, (report) => report.fromVersion),
    toVersion: lastOf(ofAttempt, MAX_VERSION_BYTES, (report) => report.toVersion),
    task: lastOf(ofAttempt, MAX_MESSAGE_BYTES, (report) => report.task),
    failure: bounded(failure?.note, MAX_MESSAGE_BYTES),
  };
}

/** The version before the upgrade, as reported by the process that installs the plan's version. */
function reportedFromVersion(version: string, processes: readonly NotifiedProcess[]): string | undefined {
  const installer =
    processes.find((process) => process.toVersion === version) ?? (processes.length === 1 ? processes[0] : undefined);
  return installer?.fromVersion;
}

function lastOf(
  reports: readonly ReportFact[],
  limit: number,
  pick: (report: ReportFact) => string | undefined,
): string | undefined {
  return bounded(
    reports.map(pick).findLast((value) => filled(value) !== undefined),
    limit,
  );
}

function bounded(text: string | undefined, limit: number): string | undefined {
  return text === undefined ? undefined : filled(cutToBytes(text, limit));
}

/** An empty text counts as absent. */
function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function processKey(nodeUid: string, process: string): string {
  return `${nodeUid}/${process}`;
}
