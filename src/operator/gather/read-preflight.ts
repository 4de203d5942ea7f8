import type { NodeSelector } from '../../api/generated/upgradeplan.ts';
import type { GuardedPod, PreflightFacts } from '../../core/rollout/model/facts.ts';
import { selectorQuery } from '../../core/selector.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { asNumber, asObject } from '../../core/json.ts';
import { projectPod } from '../watch/project.ts';

type Lister = Pick<KubeClient, 'list'>;

/** Page size of lists. */
const PAGE = '500';
/** Maximum number of budgets whose Pods are listed. */
const MAX_BUDGETS = 25;

/**
 * Reads what the pre-flight check needs and no watch delivers: the PodDisruptionBudgets that allow no disruption now, with their Pods on
 * these nodes. An error of the API server does not fail the check; the result names it.
 */
export async function readPreflight(client: Lister, nodes: ReadonlyMap<string, unknown>): Promise<PreflightFacts> {
  try {
    const budgets = await exhaustedBudgets(client);
    const guarded: GuardedPod[] = [];
    for (const budget of budgets.slice(0, MAX_BUDGETS)) guarded.push(...(await podsOf(client, budget, nodes)));
    const rest = budgets.length - MAX_BUDGETS;
    const unread =
      rest > 0 ? `${rest} more PodDisruptionBudgets allow no disruption now; their Pods were not checked` : undefined;
    return { guarded, unread };
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return { guarded: [], unread: `PodDisruptionBudgets could not be checked: ${error.message}` };
  }
}

/** Lists the budgets that select Pods and allow no disruption now. */
async function exhaustedBudgets(client: Lister): Promise<readonly KubeObject[]> {
  const path = resourcePath(KINDS.podDisruptionBudgets);
  const budgets: KubeObject[] = [];
  let next: string | undefined;
  do {
    const page = await client.list<KubeObject>(path, { limit: PAGE, ...(next === undefined ? {} : { continue: next }) });
    budgets.push(
      ...page.items.filter((budget) => {
        const status = asObject(budget['status']);
        return asNumber(status['expectedPods']) > 0 && asNumber(status['disruptionsAllowed']) === 0;
      }),
    );
    next = page.continue;
  } while (next !== undefined);
  return budgets;
}

async function podsOf(client: Lister, budget: KubeObject, nodes: ReadonlyMap<string, unknown>): Promise<readonly GuardedPod[]> {
  const { namespace = '', name = '' } = budget.metadata;
  // The API server has validated the selector. A budget without one selects no Pod.
  const selector = asObject(budget['spec'])['selector'] as NodeSelector | undefined;
  if (selector === undefined) return [];
  const page = await client.list<KubeObject>(resourcePath(KINDS.pods, { namespace }), {
    limit: PAGE,
    labelSelector: selectorQuery(selector),
    fieldSelector: 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed',
  });
  return page.items
    .map((pod) => ({ fact: projectPod(pod), labels: pod.metadata.labels ?? {} }))
    .filter(({ fact }) => nodes.has(fact.node) && fact.controllerKind !== 'DaemonSet' && !fact.mirror)
    .map(({ fact, labels }) => ({ namespace, name: fact.name, node: fact.node, labels, budget: name }));
}
