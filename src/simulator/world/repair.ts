import { asObject, asObjects, asText } from '../../core/json.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { between } from './chance.ts';
import { ClusterUser, isReady, type OutsiderPorts } from './cluster-user.ts';

/** What a repair controller replaces a lost node by. */
export type Replacement =
  /** Another machine with another name. */
  | 'NewName'
  /** Another machine with the same name. */
  | 'SameName'
  /** The same machine, switched on again; the controller restores the labels and annotations of its Node. */
  | 'SameMachine';

/** How a repair controller works. */
export interface RepairOptions {
  /** For how long a node may be NotReady (ms); 10 minutes by default. */
  readonly patienceMs?: number;
  readonly replacement: Replacement;
}

const PERIOD_MS = 30_000;
const PATIENCE_MS = 600_000;

/** Starts a controller that deletes Nodes that are NotReady for long, and replaces them; the returned function stops it. */
export function startRepair(ports: OutsiderPorts, { patienceMs = PATIENCE_MS, replacement }: RepairOptions): () => void {
  const user = new ClusterUser(ports);
  let cancel = ports.setTimer(PERIOD_MS, look);
  function look(): void {
    cancel = ports.setTimer(PERIOD_MS, look);
    for (const node of user.nodes())
      if (ports.now() - lostSince(node, ports.now()) >= patienceMs) replace(user, node, replacement);
  }
  return () => {
    cancel();
  };
}

function lostSince(node: KubeObject, now: number): number {
  if (isReady(node)) return now;
  const condition = asObjects(asObject(node['status'])['conditions']).find(({ type }) => type === 'Ready');
  const since = Date.parse(asText(condition?.['lastTransitionTime'] ?? node.metadata.creationTimestamp));
  return Number.isNaN(since) ? now : since;
}

function replace(user: ClusterUser, node: KubeObject, replacement: Replacement): void {
  const { client, hosts, random } = user.ports;
  const { name = '', uid = '', labels, annotations } = node.metadata;
  const spec = hosts.get(name)?.spec;
  user.say(`the repair controller deletes the Node ${name}`);
  if (!client.delete(`/api/v1/nodes/${name}`, { uid }).ok || spec === undefined) return;
  const { providerID: _provider, systemUUID: _uuid, ...fresh } = spec;
  if (replacement !== 'SameMachine') hosts.remove(name);
  user.later(between(random, 60, 180) * 1000, () => {
    if (replacement === 'SameMachine') {
      hosts.powerOff(name, undefined);
      hosts.powerOn(name);
      restore(user, name, { labels, annotations });
    } else {
      const newName = replacement === 'NewName' ? user.fresh(`${name}-replaced`) : name;
      user.say(`${newName} replaces ${name}`);
      if (hosts.get(newName) === undefined) hosts.add({ ...fresh, name: newName });
    }
  });
}

/** Writes labels and annotations back as soon as there is a Node again; tries again when that is rejected. */
function restore(user: ClusterUser, name: string, metadata: object): void {
  user.later(10_000, () => {
    if (!user.patchNode(name, { metadata }).ok) restore(user, name, metadata);
  });
}
