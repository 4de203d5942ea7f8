import type { BatchNode, StoryRollback, StoryVersion } from '../../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../../present-fields.ts';
import type { PassView } from '../../fleet/pass-view.ts';
import { rollbackName } from '../../rollback/next-rollback.ts';
import { recordedRollback } from '../../records/recorded-rollback.ts';

/** Maximum number of versions, as in the CRD. */
const MAX_VERSIONS = 10;

/** What the rollback has rolled back and what not, from the records of its batches; undefined without a rollback. */
export function rollbackStory({ input, fleet }: PassView): StoryRollback | undefined {
  const rollback = recordedRollback(input.snapshot);
  if (rollback === undefined) return undefined;
  const included = new Set<string>();
  const rolledBack = new Map<string, BatchNode>();
  for (const { spec, status } of fleet.batches.filter((batch) => batch.spec.rollback?.decidedTime === rollback.time)) {
    const succeeded = new Set(status?.nodes?.filter(({ state }) => state === 'RolledBack').map(({ name }) => name));
    for (const node of spec.nodes) {
      included.add(node.name);
      if (succeeded.has(node.name)) rolledBack.set(node.name, node);
    }
  }
  const versions = [...Map.groupBy(rolledBack.values(), ({ fromVersion }) => fromVersion)]
    .map(([to, nodes]): StoryVersion => presentFields({ to, nodes: nodes.length }))
    .toSorted((a, b) => b.nodes - a.nodes)
    .slice(0, MAX_VERSIONS);
  return presentFields({
    target: rollbackName(rollback),
    rolledBack: rolledBack.size,
    notRolledBack: included.size - rolledBack.size,
    versions: versions.length === 0 ? undefined : versions,
  });
}
