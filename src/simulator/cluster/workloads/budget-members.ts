import { asObject } from '../../../core/json.ts';
import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import { selectsLabels } from '../scheduling/selectors.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { Change, ObjectIndex } from '../state/object-cache.ts';
import { specOf } from '../state/objects.ts';

/** Which pods each budget selects. A change of a pod costs what its own budgets cost, however many others there are. */
export class BudgetMembers {
  readonly #state: ClusterState;
  readonly #byNamespace: ObjectIndex;
  /** Budgets by one of the labels that they ask for. */
  readonly #byLabel: ObjectIndex;
  readonly #pods = new Map<string, Set<string>>();
  readonly #budgets = new Map<string, Set<string>>();

  constructor(state: ClusterState) {
    this.#state = state;
    this.#byNamespace = state.budgets.index(({ metadata }) => [metadata.namespace ?? '']);
    this.#byLabel = state.budgets.index((budget) => [labelOf(budget)]);
  }

  budgetsIn(namespace: string): readonly string[] {
    return this.#byNamespace.get(namespace).map(keyOf);
  }

  podsOf(budget: string): readonly KubeObject[] {
    return [...(this.#pods.get(budget) ?? [])].flatMap((key) => this.#state.pods.get(key) ?? []);
  }

  updateBudget({ type, object: budget, previous }: Change): void {
    const key = keyOf(budget);
    if (type === 'MODIFIED' && previous !== undefined && selectorText(previous) === selectorText(budget)) return;
    for (const pod of this.#pods.get(key) ?? []) this.#budgets.get(pod)?.delete(key);
    this.#pods.delete(key);
    if (type === 'DELETED') return;
    for (const pod of this.#state.pods.list()) if (selects(budget, pod)) this.#join(key, keyOf(pod));
  }

  /** The budgets that a change of a pod concerns. */
  updatePod({ type, object: pod }: Change): readonly string[] {
    const key = keyOf(pod);
    const before = [...(this.#budgets.get(key) ?? [])];
    const after = type === 'DELETED' ? [] : this.#selecting(pod);
    for (const budget of before) {
      if (after.includes(budget)) continue;
      this.#pods.get(budget)?.delete(key);
      this.#budgets.get(key)?.delete(budget);
    }
    if (after.length === 0) this.#budgets.delete(key);
    for (const budget of after) this.#join(budget, key);
    return [...new Set([...before, ...after])];
  }

  #selecting(pod: KubeObject): readonly string[] {
    const { namespace = '', labels = {} } = pod.metadata;
    if (!this.#byNamespace.has(namespace)) return [];
    const keys = [`${namespace}/`, ...Object.entries(labels).map(([label, value]) => `${namespace}/${label}=${value}`)];
    return keys.flatMap((key) =>
      this.#byLabel
        .get(key)
        .filter((budget) => selects(budget, pod))
        .map(keyOf),
    );
  }

  #join(budget: string, pod: string): void {
    const pods = this.#pods.get(budget) ?? new Set<string>();
    const budgets = this.#budgets.get(pod) ?? new Set<string>();
    this.#pods.set(budget, pods.add(pod));
    this.#budgets.set(pod, budgets.add(budget));
  }
}

function selects(budget: KubeObject, pod: KubeObject): boolean {
  return pod.metadata.namespace === budget.metadata.namespace && selectsLabels(specOf(budget)['selector'], pod.metadata.labels);
}

function labelOf(budget: KubeObject): string {
  const [first] = Object.entries(asObject(asObject(specOf(budget)['selector'])['matchLabels']));
  return `${budget.metadata.namespace ?? ''}/${first === undefined ? '' : `${first[0]}=${String(first[1])}`}`;
}

function selectorText(budget: KubeObject): string {
  return JSON.stringify(specOf(budget)['selector']);
}
