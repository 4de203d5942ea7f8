import { COMPONENTS, LABELS } from '../../api/names.ts';
import { asObject } from '../../core/json.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { KINDS, resourcePath, type ResourceKind } from '../../kube/resource-path.ts';
import { pick } from './chance.ts';
import type { ClusterUser } from './cluster-user.ts';
import type { Deed } from './deed.ts';

function some(user: ClusterUser, kind: ResourceKind, fits: (object: KubeObject) => boolean): KubeObject | undefined {
  return pick(user.ports.random, user.ports.client.list(resourcePath(kind)).filter(fits));
}

function remove(kind: ResourceKind, what: string, fits: (object: KubeObject) => boolean): (user: ClusterUser) => void {
  return (user) => {
    const { namespace = '', name = '' } = some(user, kind, fits)?.metadata ?? {};
    if (name === '') return;
    user.say(`somebody deletes ${what} ${name}`);
    user.ports.client.delete(resourcePath(kind, { namespace, name }), { propagationPolicy: 'Background' });
  };
}

function componentOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[LABELS.component];
}

function isActive(job: KubeObject): boolean {
  return Number(asObject(job['status'])['active'] ?? 0) > 0;
}

/** Changes the template of a DaemonSet, so that its Pods are outdated. */
function changeDaemonSet(user: ClusterUser): void {
  const daemonSet = some(user, KINDS.daemonSets, (each) => componentOf(each) !== COMPONENTS.reporter);
  const { namespace = '', name = '' } = daemonSet?.metadata ?? {};
  if (name === '') return;
  user.say(`somebody changes the DaemonSet ${name}`);
  const annotations = { 'example.com/changed': String(user.ports.now()) };
  user.ports.client.mergePatch(resourcePath(KINDS.daemonSets, { namespace, name }), {
    spec: { template: { metadata: { annotations } } },
  });
}

/** Deletes a Pod and waits for nothing: its containers may run on. */
function forceDelete(user: ClusterUser): void {
  const { namespace = '', name = '' } = some(user, KINDS.pods, (pod) => componentOf(pod) === COMPONENTS.upgrade)?.metadata ?? {};
  if (name === '') return;
  user.say(`somebody deletes the Pod ${name} by force`);
  user.ports.client.delete(resourcePath(KINDS.pods, { namespace, name }), { gracePeriodSeconds: 0 });
}

/** What happens to Pods, Jobs, DaemonSets and Leases. */
export const WORKLOAD_DEEDS: readonly Deed[] = [
  { name: 'DaemonSetChanged', weight: 1, run: changeDaemonSet },
  {
    name: 'JobDeleted',
    weight: 2,
    run: remove(KINDS.jobs, 'the Job', (job) => componentOf(job) === COMPONENTS.upgrade && isActive(job)),
  },
  { name: 'AgentDeleted', weight: 4, run: remove(KINDS.pods, 'the agent', (pod) => componentOf(pod) === COMPONENTS.agent) },
  { name: 'PodDeleted', weight: 2, run: remove(KINDS.pods, 'the Pod', (pod) => componentOf(pod) === undefined) },
  { name: 'UpgradePodForced', weight: 1, hostile: true, run: forceDelete },
  {
    name: 'LeaseDeleted',
    weight: 1,
    hostile: true,
    run: remove(KINDS.leases, 'the Lease', ({ metadata }) => metadata.labels?.[LABELS.managedBy] === 'baton'),
  },
  {
    name: 'NodeLeaseDeleted',
    weight: 1,
    hostile: true,
    run: remove(KINDS.leases, 'the Lease of node', ({ metadata }) => metadata.namespace === 'kube-node-lease'),
  },
];
