import type { UpcomingBatch } from '../../../../api/generated/upgradeplan.ts';
import { listNodeNames } from '../../../notification/model/node-names.ts';
import { presentFields } from '../../../present-fields.ts';
import { cutBatches, nextIndex } from '../../batch/cut-batch.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { PlanSnapshot } from '../../model/snapshot.ts';

/** So many batches are shown; the CRD takes no more. */
const MOST_BATCHES = 10;
/** How long the names of a batch's nodes may be, in characters, and how many are looked at for that. */
const NAMES_LENGTH = 256;
const MOST_NAMES = 100;

/** Up to so many nodes, the batches are cut anew in each pass: that costs a few milliseconds. */
const MOST_ANEW = 2000;

/**
 * The batches to come, as they would be made now: also before the first one, while nothing has been touched. Putting a large fleet in
 * order costs more than the rest of a decision, so what the status says of one is kept until the spec, the number of nodes that wait, or the
 * index of the next batch is another one. A node that takes the place of another is shown late there.
 */
export function upcomingBatches(snapshot: PlanSnapshot, fleet: Fleet): readonly UpcomingBatch[] {
  const { metadata, status } = snapshot.plan;
  if (metadata.deletionTimestamp !== undefined) return [];
  const known = status?.upcoming ?? [];
  const waiting = fleet.remaining.length;
  const unchanged = status?.observedGeneration === metadata.generation && status.counts?.waiting === waiting;
  if (waiting > MOST_ANEW && unchanged && known[0]?.batch === nextIndex(snapshot)) return known;
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
