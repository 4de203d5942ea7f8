import type { NotifiedNode, VersionMove } from '../model/notification.ts';
import { presentFields } from '../../present-fields.ts';

/**
 * The version changes of the nodes that succeeded: first those to the plan's version, then those that processes reported for software with
 * versions of its own, each with the most common first.
 *
 * @param back whether the batch is a rollback, whose nodes come from the plan's version.
 *
 * Example: 100 nodes went to 6.12.31, 8 of them from 6.12.28; on 20 the process `firmware` reported 6 → 7. The result is three moves:
 * 6.12.30 → 6.12.31 (92), 6.12.28 → 6.12.31 (8) and firmware 6 → 7 (20).
 */
export function versionMoves(version: string, nodes: readonly NotifiedNode[], back = false): VersionMove[] {
  const returned = nodes.filter((node) => node.state === 'RolledBack');
  if (back) return countMoves(returned.map((node) => ({ process: undefined, from: version, to: node.fromVersion })));
  const moved = nodes.filter((node) => node.state === 'Succeeded');
  const ofPlan = moved.map((node) => ({ process: undefined, from: node.fromVersion, to: version }));
  const ofProcesses = moved.flatMap((node) =>
    node.processes
      .filter((process) => process.state === 'Succeeded' && process.toVersion !== version)
      .filter((process) => process.toVersion !== undefined || (process.fromVersion !== undefined && node.processes.length > 1))
      .map((process) => ({ process: process.name, from: process.fromVersion, to: process.toVersion })),
  );
  return [...countMoves(ofPlan), ...countMoves(ofProcesses)];
}

interface Move {
  readonly process: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

function countMoves(moves: readonly Move[]): VersionMove[] {
  const groups = Map.groupBy(moves, ({ process, from, to }) => JSON.stringify([process ?? null, from ?? null, to ?? null]));
  return [...groups.values()]
    .toSorted((a, b) => b.length - a.length)
    .flatMap((group) =>
      group.slice(0, 1).map(({ process, from, to }) => presentFields({ process, from, to, nodes: group.length })),
    );
}
