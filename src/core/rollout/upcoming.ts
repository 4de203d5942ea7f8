import type { UpcomingBatch } from '../../api/generated/upgradeplan.ts';
import { listNodeNames } from '../notification/node-names.ts';
import { presentFields } from '../present-fields.ts';
import { cutBatches, nextIndex } from './cut-batch.ts';
import type { Fleet } from './fleet.ts';
import type { PlanSnapshot } from './snapshot.ts';

/** So many batches are shown; the CRD takes no more. */
const MOST_BATCHES = 10;
/** How long the names of a batch's nodes may be, in characters, and how many are looked at for that. */
const NAMES_LENGTH = 256;
const MOST_NAMES = 100;

/**
 * The batches to come, as they would be made now: also before the first one, while nothing has been touched. Putting a large fleet in
 * order costs as much as the rest of a decision, so what the status says is kept until the spec, the number of nodes that wait, or the index
 * of the next batch is another one.
 */
export function upcomingBatches(snapshot: PlanSnapshot, fleet: Fleet): readonly UpcomingBatch[] {
  const { metadata, status } = snapshot.plan;
  if (metadata.deletionTimestamp !== undefined) return [];
  const known = status?.upcoming ?? [];
  const unchanged = status?.observedGeneration === metadata.generation && status.counts?.waiting === fleet.remaining.length;
  if (unchanged && (fleet.remaining.length === 0 || known[0]?.batch === nextIndex(snapshot))) return known;
  return preview(snapshot, fleet);
}

function preview(snapshot: PlanSnapshot, fleet: Fleet): readonly UpcomingBatch[] {
  const upcoming: UpcomingBatch[] = [];
  for (const { index, stepName, domain, nodes } of cutBatches(snapshot, fleet)) {
    const names = nodes.slice(0, MOST_NAMES).map((node) => node.name);
    const nodeNames = listNodeNames(names, NAMES_LENGTH, nodes.length - names.length);
    upcoming.push(presentFields({ batch: index, step: stepName, domain, nodes: nodes.length, nodeNames }));
    if (upcoming.length === MOST_BATCHES) break;
  }
  return upcoming;
}
