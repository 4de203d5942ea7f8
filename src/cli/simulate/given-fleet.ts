import { asObject, type Json } from '../../core/json.ts';
import { counted } from '../../core/text.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { objectsOf, type Source } from '../yaml-objects.ts';

/** A real fleet to simulate, or one sentence for each problem. */
export type GivenFleet =
  | {
      readonly kind: 'Read';
      readonly nodes: readonly KubeObject[];
      /** Pods and PodDisruptionBudgets. */
      readonly workload: readonly KubeObject[];
      readonly notes: readonly string[];
    }
  | { readonly kind: 'Rejected'; readonly problems: readonly string[] };

const WORKLOAD = ['Pod', 'PodDisruptionBudget'];
const PAGE_SIZE = '500';

/** Reads a fleet from a file with Nodes, and perhaps Pods and PodDisruptionBudgets. */
export function fleetFromFile(source: Source): GivenFleet {
  const problems: string[] = [];
  const objects = objectsOf(source, problems).map(({ object }) => object);
  const ofKind = (kinds: readonly string[]): readonly KubeObject[] =>
    objects.filter(({ kind }) => typeof kind === 'string' && kinds.includes(kind)).map(asGiven);
  const nodes = ofKind(['Node']);
  const workload = ofKind(WORKLOAD);
  if (problems.length === 0 && nodes.length === 0) {
    problems.push(`${source.name}: contains no Node: make the file with 'kubectl get nodes -o json'.`);
  }
  if (problems.length > 0) return { kind: 'Rejected', problems };
  const ignored = objects.length - nodes.length - workload.length;
  const notes =
    ignored === 0
      ? []
      : [`${source.name}: ${counted(ignored, 'object')} of other kinds than Node, Pod and PodDisruptionBudget ignored.`];
  return { kind: 'Read', nodes, workload, notes };
}

/** Reads the Nodes, Pods and PodDisruptionBudgets of a cluster once. Rejects with a KubeError. */
export async function fleetFromCluster(client: Pick<KubeClient, 'list'>): Promise<GivenFleet> {
  const nodes = await listAll(client, resourcePath(KINDS.nodes));
  if (nodes.length === 0) return { kind: 'Rejected', problems: ['The cluster has no Node.'] };
  const pods = await listAll(client, resourcePath(KINDS.pods));
  const budgets = await listAll(client, resourcePath(KINDS.podDisruptionBudgets));
  const found = [
    nodes.length === 1 ? '1 Node' : `${nodes.length} Nodes`,
    `${pods.length} Pods`,
    `${budgets.length} PodDisruptionBudgets`,
  ];
  return {
    kind: 'Read',
    nodes: nodes.map(asGiven),
    workload: [...pods, ...budgets].map(asGiven),
    notes: [`Read from the cluster: ${found.join(', ')}.`],
  };
}

async function listAll(client: Pick<KubeClient, 'list'>, path: string): Promise<readonly Json[]> {
  const items: Json[] = [];
  let next: string | undefined;
  do {
    const page = await client.list<Json>(path, { limit: PAGE_SIZE, ...(next === undefined ? {} : { continue: next }) });
    items.push(...page.items);
    next = page.continue;
  } while (next !== undefined && next !== '');
  return items;
}

/** What another API server accepts as a new object: without what only the one that stored it may set. */
function asGiven(object: Json): KubeObject {
  const { name, namespace, labels, annotations, ownerReferences } = asObject(object['metadata']);
  const metadata = Object.fromEntries(
    Object.entries({ name, namespace, labels, annotations, ownerReferences }).filter(([, value]) => value !== undefined),
  );
  return { ...object, metadata };
}
