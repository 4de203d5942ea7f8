import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { NodeFact } from '../../facts.ts';
import { domainOf } from '../fleet/domain.ts';
import { downNodes, type Fleet } from '../fleet/fleet.ts';
import type { PassView, WaitingNode } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import { firstInOrder } from '../fleet/order.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** Why a node is down by the plan's own doing; undefined when it is up, or down for a reason of others. */
function takenDown({ plan }: PlanSnapshot, { records }: Fleet, node: NodeFact): 'InTurn' | 'Quarantined' | 'Failed' | undefined {
  if (node.claim === plan.metadata.uid) return 'InTurn';
  if (node.quarantine?.planUid === plan.metadata.uid) return 'Quarantined';
  return records.get(node.name)?.state === 'Failed' && !node.ready ? 'Failed' : undefined;
}

const CAUSES = {
  InTurn: 'is in its turn',
  Quarantined: 'is quarantined: create an UpgradeAction Release',
  Failed: 'has failed and is NotReady: bring it back',
} as const;

/** What keeps a node from going down beside those that the plan has taken down in another domain. */
function holdBeside({ input, fleet }: PassView, node: NodeFact, down: readonly NodeFact[]): Hold | undefined {
  const { snapshot } = input;
  const domain = domainOf(snapshot.plan, node);
  if (domain === undefined) return undefined;
  let found: { readonly name: string; readonly domain: string; readonly cause: keyof typeof CAUSES } | undefined;
  for (const other of down) {
    const cause = takenDown(snapshot, fleet, other);
    const elsewhere = domainOf(snapshot.plan, other);
    if (cause === undefined || elsewhere === undefined || elsewhere === domain) continue;
    found = { name: other.name, domain: elsewhere, cause };
    // A turn ends by itself; what waits for a person is to be told.
    if (cause !== 'InTurn') break;
  }
  if (found === undefined) return undefined;
  return {
    reason: PLAN_REASONS.OneDomainAtATime,
    message: `${domain} waits for ${found.domain}: ${found.name} ${CAUSES[found.cause]}`,
    summary: 'Waiting',
    kind: found.cause === 'InTurn' ? 'Working' : 'Stalled',
  };
}

/** `oneDomainAtATime`: a node gets no turn while the plan has a node of another domain down, in whatever batch. */
export function turnInOtherDomain(view: PassView, { node, down }: WaitingNode): Hold | undefined {
  return holdBeside(view, node, down);
}

/** The same for the next batch, so that its turn is told before it is made: a batch never has nodes of two domains. */
export function batchInOtherDomain(view: PassView): Hold | undefined {
  const { input, fleet } = view;
  const { snapshot } = input;
  if (snapshot.plan.spec.oneDomainAtATime === undefined) return undefined;
  const down = downNodes(snapshot, fleet).filter((node) => takenDown(snapshot, fleet, node) !== undefined);
  if (down.length === 0) return undefined;
  const next = firstInOrder(snapshot, fleet.remaining);
  return next === undefined ? undefined : holdBeside(view, next, down);
}
