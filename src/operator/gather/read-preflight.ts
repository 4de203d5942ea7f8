import type { NodeSelector } from '../../api/generated/upgradeplan.ts';
import type { GuardedPod, PreflightFacts } from '../../core/rollout/model/facts.ts';
import { selectorQuery } from '../../core/selector.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { number, object } from '../json.ts';
import { projectPod } from '../watch/project.ts';

type Lister = Pick<KubeClient, 'list'>;

/** Objects of one page. */
const PAGE = '500';
/** So many budgets that allow nothing are looked into: each costs a list of its Pods. */
const MOST_BUDGETS = 25;

/**
 * What a pre-flight looks at and no watch has: the PodDisruptionBudgets that allow nothing now, with their Pods on these nodes. What
 * cannot be read is said, and stops nothing.
 */
export async function readPreflight(client: Lister, nodes: ReadonlyMap<string, unknown>): Promise<PreflightFacts> {
  try {
    const budgets = await emptyBudgets(client);
    const guarded: GuardedPod[] = [];
    for (const budget of budgets.slice(0, MOST_BUDGETS)) guarded.push(...(await podsOf(client, budget, nodes)));
    const left = budgets.length - MOST_BUDGETS;
    const unread = left > 0 ? `${left} more PodDisruptionBudgets allow no disruption now, and were not looked into` : undefined;
    return { guarded, unread };
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return { guarded: [], unread: `PodDisruptionBudgets could not be looked into: ${error.message}` };
  }
}

/** The budgets that guard Pods and allow none of them to go. */
async function emptyBudgets(client: Lister): Promise<readonly KubeObject[]> {
  const path = resourcePath(KINDS.podDisruptionBudgets);
  const budgets: KubeObject[] = [];
  let next: string | undefined;
  do {
    const page = await client.list<KubeObject>(path, { limit: PAGE, ...(next === undefined ? {} : { continue: next }) });
    budgets.push(
      ...page.items.filter((budget) => {
        const status = object(budget['status']);
        return number(status['expectedPods']) > 0 && number(status['disruptionsAllowed']) === 0;
      }),
    );
    next = page.continue;
  } while (next !== undefined);
  return budgets;
}

async function podsOf(client: Lister, budget: KubeObject, nodes: ReadonlyMap<string, unknown>): Promise<readonly GuardedPod[]> {
  const { namespace = '', name = '' } = budget.metadata;
  // The API server has checked the selector; without one, a budget guards nothing.
  const selector = object(budget['spec'])['selector'] as NodeSelector | undefined;
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
