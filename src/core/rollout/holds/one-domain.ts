import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { NodeFact } from '../../facts.ts';
import { domainOf } from '../fleet/domain.ts';
import { downNodes, type Fleet } from '../fleet/fleet.ts';
import type { PassView, WaitingNode } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import { firstInOrder } from '../fleet/order.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** Why a node is down because of this plan; undefined if it is up, or down for another reason. */
function downBecause(
  { plan }: PlanSnapshot,
  { records }: Fleet,
  node: NodeFact,
): 'InTurn' | 'Quarantined' | 'Failed' | undefined {
  if (node.claim === plan.metadata.uid) return 'InTurn';
  if (node.quarantine?.planUid === plan.metadata.uid) return 'Quarantined';
  return records.get(node.name)?.state === 'Failed' && !node.ready ? 'Failed' : undefined;
}

const CAUSES = {
  InTurn: 'is in its turn',
  Quarantined: 'is quarantined: create an UpgradeAction Release',
  Failed: 'failed and is NotReady: repair it',
} as const;

/** Holds a node while the plan has nodes of another domain down. */
function holdForOtherDomain({ input, fleet }: PassView, node: NodeFact, down: readonly NodeFact[]): Hold | undefined {
  const { snapshot } = input;
  const domain = domainOf(snapshot.plan, node);
  if (domain === undefined) return undefined;
  let found: { readonly name: string; readonly domain: string; readonly cause: keyof typeof CAUSES } | undefined;
  for (const other of down) {
    const cause = downBecause(snapshot, fleet, other);
    const elsewhere = domainOf(snapshot.plan, other);
    if (cause === undefined || elsewhere === undefined || elsewhere === domain) continue;
    found = { name: other.name, domain: elsewhere, cause };
    // A turn ends by itself, so a node that needs manual action is the one to report.
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

/** `oneDomainAtATime`: holds the turn of a node while the plan has a node of another domain down, in any batch. */
export function turnInOtherDomain(view: PassView, { node, down }: WaitingNode): Hold | undefined {
  return holdForOtherDomain(view, node, down);
}

/** The same for the whole next batch, whose nodes all belong to one domain. */
export function batchInOtherDomain(view: PassView): Hold | undefined {
  const { input, fleet } = view;
  const { snapshot } = input;
  if (snapshot.plan.spec.oneDomainAtATime === undefined) return undefined;
  const down = downNodes(snapshot, fleet).filter((node) => downBecause(snapshot, fleet, node) !== undefined);
  if (down.length === 0) return undefined;
  const next = firstInOrder(snapshot, fleet.remaining);
  return next === undefined ? undefined : holdForOtherDomain(view, next, down);
}
