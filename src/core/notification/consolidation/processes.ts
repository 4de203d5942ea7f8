import type { NodeRecord, OutlookTiming } from '../../../api/generated/upgradebatch.ts';
import { runSeconds } from '../../timing/reference.ts';
import { compressNodeNames } from '../model/node-names.ts';
import type { LateProcess, NotifiedNode, ProcessCounts } from '../model/notification.ts';

/** The outcomes of each process; undefined for a single process, whose outcomes are those of the nodes. */
export function processCounts(nodes: readonly NotifiedNode[]): readonly ProcessCounts[] | undefined {
  const byName = Map.groupBy(
    nodes.flatMap((node) => node.processes),
    ({ name }) => name,
  );
  if (byName.size < 2) return undefined;
  return [...byName].map(([process, all]) => ({
    process,
    nodes: all.length,
    succeeded: all.filter(({ state }) => state === 'Succeeded').length,
    failed: all.filter(({ state }) => state === 'Failed').length,
  }));
}

/**
 * Processes that succeeded but took longer than was expected before the batch, beyond the tolerance.
 *
 * @param hidden nodes that are counted, but not named.
 */
export function lateProcesses(
  records: readonly NodeRecord[],
  timing: readonly OutlookTiming[],
  hidden: ReadonlySet<string>,
): readonly LateProcess[] | undefined {
  const late = timing.flatMap(({ process, expectedSeconds, toleranceSeconds }) => {
    const found = records.flatMap((record) => {
      const seconds = runSeconds(record, process);
      return seconds !== undefined && seconds > expectedSeconds + toleranceSeconds ? [{ name: record.name, seconds }] : [];
    });
    if (found.length === 0) return [];
    const names = found.map(({ name }) => name).filter((name) => !hidden.has(name));
    const longestSeconds = Math.round(Math.max(...found.map(({ seconds }) => seconds)));
    return [{ process, count: found.length, longestSeconds, expectedSeconds, nodes: compressNodeNames(names).join(',') }];
  });
  return late.length === 0 ? undefined : late;
}
