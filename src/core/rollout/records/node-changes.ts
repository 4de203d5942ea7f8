import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { isRollback } from './batch-goal.ts';

/** What a rollout has changed on a node and not rolled back. */
export interface NodeChange {
  readonly name: string;
  readonly uid: string;
  /** The last batch that upgraded it or tried to. */
  readonly batch: UpgradeBatch;
  /** The version that it had before its first turn; undefined if unknown. */
  readonly fromVersion: string | undefined;
  /** Names of the processes that have run there. */
  readonly processes: ReadonlySet<string>;
  /** Their checkpoints for the next attempt, by process. */
  readonly checkpoints: Readonly<Record<string, string>>;
  /** Decision time of the last rollback in which the node failed or was skipped; undefined if there is none. */
  readonly handled: string | undefined;
}

/** Whether any process ran on the node: a drain alone changes nothing. */
export function hasChanged({ state, processes = [] }: NodeRecord): boolean {
  return state === 'Succeeded' || state === 'RolledBack' || processes.some((process) => process.state !== 'Skipped');
}

/**
 * What a rollout has changed on each node, by name, from its batches in order. A node that was skipped or failed before anything
 * ran is unchanged, and so is one that was rolled back. `fromVersion` is that of the first turn, because a later turn may have
 * found a half-upgraded node.
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
  /** Names of the processes that the batch has for the node. */
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
  const rolledBack = new Set(record.processes?.filter(({ state }) => state === 'Succeeded').map(({ name }) => name));
  const processes = new Set([...before.processes].filter((name) => !rolledBack.has(name)));
  const isHandled = record.state === 'Failed' || record.state === 'Skipped';
  return { ...before, processes, handled: isHandled ? batch.spec.rollback?.decidedTime : before.handled };
}
