import type { UpcomingBatch } from '../../../../api/generated/upgradeplan.ts';
import { listNodeNames } from '../../../notification/model/node-names.ts';
import { presentFields } from '../../../present-fields.ts';
import { cutBatches, nextIndex } from '../../batch/cut-batch.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { PlanSnapshot } from '../../model/snapshot.ts';

/** Maximum number of batches in the status, as in the CRD. */
const MAX_BATCHES = 10;
/** Maximum length of the names of a batch's nodes, in characters, and maximum number of names that are considered for it. */
const NAMES_LENGTH = 256;
const MAX_NAMES = 100;

/** Maximum number of waiting nodes for which the batches are cut again in each pass. It takes a few milliseconds. */
const MAX_CUT_AGAIN = 2000;

/**
 * The batches to come, as they would be created now, even before the first one. Sorting a large fleet takes longer than the rest of a decision,
 * so the stored list is kept until the spec, the number of waiting nodes, or the index of the next batch changes. If a node replaces another one,
 * the list of a large fleet shows it later.
 */
export function upcomingBatches(snapshot: PlanSnapshot, fleet: Fleet): readonly UpcomingBatch[] {
  const { metadata, status } = snapshot.plan;
  if (metadata.deletionTimestamp !== undefined) return [];
  const known = status?.upcoming ?? [];
  const waiting = fleet.remaining.length;
  const unchanged = status?.observedGeneration === metadata.generation && status.counts?.waiting === waiting;
  if (waiting > MAX_CUT_AGAIN && unchanged && known[0]?.batch === nextIndex(snapshot)) return known;
  return preview(snapshot, fleet);
}

function preview(snapshot: PlanSnapshot, fleet: Fleet): readonly UpcomingBatch[] {
  const upcoming: UpcomingBatch[] = [];
  for (const { index, stepName, domain, nodes } of cutBatches(snapshot, fleet)) {
    const names = nodes.slice(0, MAX_NAMES).map((node) => node.name);
    const nodeNames = listNodeNames(names, NAMES_LENGTH, nodes.length - names.length);
    upcoming.push(presentFields({ batch: index, step: stepName, domain, nodes: nodes.length, nodeNames }));
    if (upcoming.length === MAX_BATCHES) break;
  }
  return upcoming;
}
