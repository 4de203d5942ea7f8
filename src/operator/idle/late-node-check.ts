import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Hash, NodeFact } from '../../core/facts.ts';
import { surveyFleet } from '../../core/rollout/fleet/fleet.ts';
import { selectorQuery } from '../../core/selector.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { doneMarkOf, planKey } from '../plan-key.ts';
import { projectNode } from '../watch/project.ts';

/** Interval of the check for late nodes of an idle plan (ms). */
export const LATE_NODE_CHECK_MS = 5 * 60_000;
/** Page size of the list of Nodes. */
const PAGE = '500';

/** What the check for late nodes needs. */
export interface LateNodeCheckDeps {
  readonly client: Pick<KubeClient, 'list'>;
  readonly hash: Hash;
  readonly revisionOf: (plan: UpgradePlan) => string;
}

/** Whether a plan that has ended may get late nodes: new ones, unless it ignores them, and skipped ones that become Ready. */
export function mayHaveLateNodes(plan: UpgradePlan): boolean {
  // A plan that was aborted or rolled back starts nothing more in this revision.
  if (plan.status?.ended !== undefined) return false;
  return plan.spec.newNodes.policy === 'Upgrade' || (plan.status?.counts?.skipped ?? 0) > 0;
}

/**
 * Whether a plan that has ended has nodes to upgrade again. Lists the Nodes page by page, because an idle plan does not keep a watch, whose
 * cost grows with the fleet.
 */
export async function hasLateNodes(
  { client, hash, revisionOf }: LateNodeCheckDeps,
  plan: UpgradePlan,
  batches: readonly UpgradeBatch[],
): Promise<boolean> {
  const doneMark = doneMarkOf(planKey(plan.metadata.namespace, plan.metadata.name), hash);
  const query = selectorQuery(plan.spec.nodeSelector);
  const nodes = new Map<string, NodeFact>();
  let next: string | undefined;
  do {
    const page = await client.list<KubeObject>(resourcePath(KINDS.nodes), {
      limit: PAGE,
      ...(query === '' ? {} : { labelSelector: query }),
      ...(next === undefined ? {} : { continue: next }),
    });
    for (const node of page.items) nodes.set(node.metadata.name ?? '', projectNode(node, doneMark));
    next = page.continue;
  } while (next !== undefined);
  const inOrder = batches.toSorted((a, b) => a.spec.index - b.spec.index);
  return surveyFleet({ plan, revision: revisionOf(plan), batches: inOrder, nodes }).remaining.length > 0;
}
