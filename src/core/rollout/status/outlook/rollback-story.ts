import type { BatchNode, StoryRollback, StoryVersion } from '../../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../../present-fields.ts';
import type { PassView } from '../../fleet/pass-view.ts';
import { rollbackName } from '../../rollback/next-rollback.ts';
import { recordedRollback } from '../../records/recorded-rollback.ts';

/** The CRD takes no more. */
const MOST_VERSIONS = 10;

/** What the rollback under way has taken back, and what not, by the records of its batches. */
export function rollbackStory({ input, fleet }: PassView): StoryRollback | undefined {
  const rollback = recordedRollback(input.snapshot);
  if (rollback === undefined) return undefined;
  const asked = new Set<string>();
  const back = new Map<string, BatchNode>();
  for (const { spec, status } of fleet.batches.filter((batch) => batch.spec.rollback?.decidedTime === rollback.time)) {
    const returned = new Set(status?.nodes?.filter(({ state }) => state === 'RolledBack').map(({ name }) => name));
    for (const node of spec.nodes) {
      asked.add(node.name);
      if (returned.has(node.name)) back.set(node.name, node);
    }
  }
  const versions = [...Map.groupBy(back.values(), ({ fromVersion }) => fromVersion)]
    .map(([to, nodes]): StoryVersion => presentFields({ to, nodes: nodes.length }))
    .toSorted((a, b) => b.nodes - a.nodes)
    .slice(0, MOST_VERSIONS);
  return presentFields({
    target: rollbackName(rollback),
    rolledBack: back.size,
    notRolledBack: asked.size - back.size,
    versions: versions.length === 0 ? undefined : versions,
  });
}
