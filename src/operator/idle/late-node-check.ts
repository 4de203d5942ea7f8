import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Hash, NodeFact } from '../../core/facts.ts';
import { surveyFleet } from '../../core/rollout/fleet/fleet.ts';
import { selectorQuery } from '../../core/selector.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { doneMarkOf, planKey } from '../plan-key.ts';
import { projectNode } from '../watch/project.ts';

/** How often the Nodes of a plan that has ended are looked at (ms). */
export const LATE_NODE_CHECK_MS = 5 * 60_000;
const PAGE = '500';

/** What a look needs. */
export interface LateNodeCheckDeps {
  readonly client: Pick<KubeClient, 'list'>;
  readonly hash: Hash;
  readonly revisionOf: (plan: UpgradePlan) => string;
}

/** Whether anything may come late to a plan that has ended: new nodes, unless it ignores them, and nodes that were NotReady when their turn came. */
export function mayHaveLateNodes(plan: UpgradePlan): boolean {
  // One that was ended before its time starts nothing more in this revision.
  if (plan.status?.ended !== undefined) return false;
  return plan.spec.newNodes.policy === 'Upgrade' || (plan.status?.counts?.skipped ?? 0) > 0;
}

/**
 * Whether a plan that has ended has something to do again, because nodes came late. One list in pages, read as it comes: a plan that rests has
 * no watch on Nodes, for that costs in proportion to the fleet all the time.
 */
export async function hasLateNodes(
  { client, hash, revisionOf }: LateNodeCheckDeps,
  plan: UpgradePlan,
  batches: readonly UpgradeBatch[],
): Promise<boolean> {
  const doneMark = doneMarkOf(planKey(plan.metadata.namespace, plan.metadata.name), hash);
  const query = selectorQuery(plan.spec.nodeSelector);
  const nodes = new Map<string, NodeFact>();
  let position: string | undefined;
  do {
    const page = await client.list<KubeObject>(resourcePath(KINDS.nodes), {
      limit: PAGE,
      ...(query === '' ? {} : { labelSelector: query }),
      ...(position === undefined ? {} : { continue: position }),
    });
    for (const node of page.items) nodes.set(node.metadata.name ?? '', projectNode(node, doneMark));
    position = page.continue;
  } while (position !== undefined);
  const inOrder = batches.toSorted((a, b) => a.spec.index - b.spec.index);
  return surveyFleet({ plan, revision: revisionOf(plan), batches: inOrder, nodes }).remaining.length > 0;
}
