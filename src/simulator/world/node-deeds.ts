import { LABELS } from '../../api/names.ts';
import { asObject, asObjects } from '../../core/json.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { between, pick } from './chance.ts';
import { isCordoned, isFree, type ClusterUser } from './cluster-user.ts';
import type { Deed } from './deed.ts';

const LEAVING = { key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' };

function someNode(user: ClusterUser, fits: (node: KubeObject) => boolean = () => true): string | undefined {
  return pick(user.ports.random, user.nodes().filter(fits))?.metadata.name;
}

function seconds(user: ClusterUser, least: number, most: number): number {
  return between(user.ports.random, least, most) * 1000;
}

/** Does something to one node, if there is one. */
function onNode(
  act: (user: ClusterUser, name: string) => void,
  fits?: (node: KubeObject) => boolean,
): (user: ClusterUser) => void {
  return (user) => {
    const name = someNode(user, fits);
    if (name !== undefined) act(user, name);
  };
}

/** Repeats until the node is free, because an admin does not know whose turn it is. */
function uncordonLater(user: ClusterUser, name: string, milliseconds: number): void {
  user.later(milliseconds, () => {
    const node = user.node(name);
    if (node === undefined) return;
    if (!isFree(node)) return uncordonLater(user, name, 10_000);
    user.say(`an admin uncordons ${name}`);
    user.cordon(name, false);
  });
}

function cordon(user: ClusterUser, name: string): void {
  user.say(`an admin cordons ${name}`);
  user.cordon(name, true);
  uncordonLater(user, name, seconds(user, 10, 300));
}

function deleteNode(user: ClusterUser, name: string): void {
  user.say(`somebody deletes the Node ${name}`);
  user.ports.client.delete(`/api/v1/nodes/${name}`);
}

/** `kubectl delete node`: its host comes back as a new Node when its kubelet is restarted, or leaves for good. */
function deleteAndMaybeReturn(user: ClusterUser, name: string): void {
  const { hosts, random } = user.ports;
  deleteNode(user, name);
  if (random() < 0.5) user.later(seconds(user, 1, 100), () => hosts.restartKubelet(name));
  else hosts.remove(name);
}

function leave(user: ClusterUser, name: string): void {
  const taints = asObjects(asObject(user.node(name)?.['spec'])['taints']);
  user.say(`${name} is to be removed`);
  user.patchNode(name, { spec: { taints: [...taints, { ...LEAVING, value: String(Math.floor(user.ports.now() / 1000)) }] } });
  user.later(seconds(user, 5, 60), () => {
    deleteNode(user, name);
    user.ports.hosts.remove(name);
  });
}

function join(user: ClusterUser): void {
  const { hosts, random } = user.ports;
  const like = pick(random, hosts.all);
  if (like === undefined) return;
  const name = user.fresh('new');
  const { providerID: _provider, systemUUID: _uuid, ...spec } = like.spec;
  user.say(`${name} joins the cluster`);
  hosts.add({ ...spec, name });
}

/** As tools do that believe the cordon to be theirs: also a node in its turn. */
function uncordonInTurn(user: ClusterUser, name: string): void {
  user.say(`somebody uncordons ${name} in its turn`);
  user.cordon(name, false);
}

function reboot(user: ClusterUser, name: string): void {
  user.ports.hosts.reboot(name, { downMs: seconds(user, 20, 120), orderly: user.ports.random() < 0.5 });
}

function partition(user: ClusterUser, name: string): void {
  const { hosts } = user.ports;
  hosts.partition(name, true);
  user.later(seconds(user, 10, 400), () => hosts.partition(name, false));
}

function fillDisk(user: ClusterUser, name: string): void {
  const { hosts } = user.ports;
  hosts.setDiskFull(name, true);
  user.later(seconds(user, 30, 400), () => hosts.setDiskFull(name, false));
}

/** Takes a label of the host off its Node, and puts it back later: selectors no longer match. */
function relabel(user: ClusterUser, name: string): void {
  const labels = Object.entries(user.ports.hosts.get(name)?.spec.labels ?? {});
  const label = pick(user.ports.random, labels);
  if (label === undefined) return;
  const [key, value] = label;
  user.say(`somebody takes the label ${key} off ${name}`);
  user.patchNode(name, { metadata: { labels: { [key]: null } } });
  user.later(seconds(user, 20, 600), () => void user.patchNode(name, { metadata: { labels: { [key]: value } } }));
}

/** The same machine gets another name: its old Node stays, NotReady. */
function rename(user: ClusterUser, name: string): void {
  const newName = user.fresh('renamed');
  user.say(`${name} is now called ${newName}`);
  user.ports.hosts.rename(name, newName);
  if (user.ports.random() < 0.7) user.later(seconds(user, 60, 900), () => deleteNode(user, name));
}

function takeClaim(user: ClusterUser, name: string): void {
  user.say(`somebody takes the claim off ${name}`);
  user.patchNode(name, { metadata: { labels: { [LABELS.claim]: null } } });
}

function takeTurn(user: ClusterUser, name: string): void {
  user.say(`somebody takes the turn off ${name}`);
  user.patchNode(name, { metadata: { annotations: { 'baton.dev/turn': null } } });
}

function isClaimed({ metadata }: KubeObject): boolean {
  return metadata.labels?.[LABELS.claim] !== undefined;
}

/** What happens to nodes and hosts. */
export const NODE_DEEDS: readonly Deed[] = [
  { name: 'Cordon', weight: 4, run: onNode(cordon, (node) => isFree(node) && !isCordoned(node)) },
  { name: 'HostDown', weight: 4, run: onNode((user, name) => user.ports.hosts.powerOff(name, seconds(user, 5, 200))) },
  { name: 'HostReboots', weight: 1, run: onNode(reboot) },
  { name: 'HostCutOff', weight: 2, run: onNode(partition) },
  { name: 'KubeletStopped', weight: 2, run: onNode((user, name) => user.ports.hosts.stopKubelet(name, seconds(user, 5, 300))) },
  { name: 'DiskFull', weight: 1, run: onNode(fillDisk) },
  { name: 'NodeDeleted', weight: 3, run: onNode(deleteAndMaybeReturn) },
  { name: 'NodeLeaves', weight: 1, run: onNode(leave) },
  { name: 'NodeJoins', weight: 3, run: join },
  { name: 'LabelTaken', weight: 1, run: onNode(relabel) },
  { name: 'UncordonedInTurn', weight: 3, run: onNode(uncordonInTurn, (node) => isClaimed(node) && isCordoned(node)) },
  { name: 'HostRenamed', weight: 1, hostile: true, run: onNode(rename) },
  { name: 'ClaimTaken', weight: 1, hostile: true, run: onNode(takeClaim, isClaimed) },
  { name: 'TurnTaken', weight: 1, hostile: true, run: onNode(takeTurn, isClaimed) },
];
