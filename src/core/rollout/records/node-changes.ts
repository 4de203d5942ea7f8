import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { isRollback } from './batch-goal.ts';

/** What the rollout has made of a node, and has not taken back. */
export interface NodeChange {
  readonly name: string;
  readonly uid: string;
  /** The batch in which it was upgraded, or tried, last. */
  readonly batch: UpgradeBatch;
  /** The version that it had before the first of its turns; undefined where nobody knows. */
  readonly fromVersion: string | undefined;
  /** Names of the processes that have run there. */
  readonly processes: ReadonlySet<string>;
  /** What they have left for the next attempt, by process. */
  readonly checkpoints: Readonly<Record<string, string>>;
  /** When the last rollback in which the node had its outcome was decided. */
  readonly handled: string | undefined;
}

/** Whether anything was done to the node beside making room for it. */
export function hasChanged({ state, processes = [] }: NodeRecord): boolean {
  return state === 'Succeeded' || state === 'RolledBack' || processes.some((process) => process.state !== 'Skipped');
}

/**
 * What stands of a rollout on each node, by name, from its batches in their order. A node that was skipped, or failed before anything ran there, is as it
 * was; one that was rolled back is so again. The version that it came from is that of its first turn: a second one may have found a half-done node.
 */
export function nodeChanges(batches: readonly UpgradeBatch[]): ReadonlyMap<string, NodeChange> {
  const changes = new Map<string, NodeChange>();
  for (const batch of batches) {
    const records = new Map((batch.status?.nodes ?? []).map((record) => [record.name, record]));
    for (const { name, uid, processes } of batch.spec.nodes) {
      const record = records.get(name);
      if (record === undefined) continue;
      const before = changes.get(name)?.uid === uid ? changes.get(name) : undefined;
      const change = isRollback(batch)
        ? afterRollback(batch, before, record)
        : afterUpgrade({ batch, uid, processes }, before, record);
      if (change === undefined) changes.delete(name);
      else changes.set(name, change);
    }
  }
  return changes;
}

interface Upgraded {
  readonly batch: UpgradeBatch;
  readonly uid: string;
  /** The processes that were for the node. */
  readonly processes: readonly string[];
}

function afterUpgrade(
  { batch, uid, processes }: Upgraded,
  before: NodeChange | undefined,
  record: NodeRecord,
): NodeChange | undefined {
  if (!hasChanged(record)) return before;
  const ran = record.processes?.filter(({ state }) => state !== 'Skipped').map(({ name }) => name) ?? processes;
  const checkpoints: Record<string, string> = { ...before?.checkpoints };
  for (const { name, checkpoint } of record.processes ?? []) if (checkpoint !== undefined) checkpoints[name] = checkpoint;
  return {
    name: record.name,
    uid,
    batch,
    fromVersion: before?.fromVersion ?? record.fromVersion,
    processes: new Set([...(before?.processes ?? []), ...ran]),
    checkpoints,
    handled: undefined,
  };
}

function afterRollback(batch: UpgradeBatch, before: NodeChange | undefined, record: NodeRecord): NodeChange | undefined {
  if (before === undefined || record.state === 'RolledBack') return undefined;
  const back = new Set(record.processes?.filter(({ state }) => state === 'Succeeded').map(({ name }) => name));
  const processes = new Set([...before.processes].filter((name) => !back.has(name)));
  const hadItsOutcome = record.state === 'Failed' || record.state === 'Skipped';
  return { ...before, processes, handled: hadItsOutcome ? batch.spec.rollback?.decidedTime : before.handled };
}
