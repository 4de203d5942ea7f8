import type { KubeObject } from '../../../kube/kube-object.ts';
import { asObject } from '../../../core/json.ts';
import { textAt } from './fields.ts';
import { NODE, NAMESPACE, RESOURCE_QUOTA, ROLE } from './cluster-strategies.ts';
import { CORE_EVENT, EVENT } from './events.ts';
import type { ResourceType, Strategy } from './resource-type.ts';
import { DAEMON_SET, DEPLOYMENT, JOB, POD_DISRUPTION_BUDGET, REPLICA_SET } from './controllers.ts';
import { POD } from './pod.ts';
import { notBuilt } from './status.ts';

type Overrides = Partial<Omit<ResourceType, 'group' | 'version' | 'plural' | 'kind'>>;

function type(group: string, version: string, plural: string, kind: string, overrides: Overrides = {}): ResourceType {
  return {
    ...{ group, version, plural, kind },
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    storage: group === '' ? plural : `${plural}.${group}`,
    statusSubresource: false,
    generation: false,
    unconditionalUpdate: true,
    custom: false,
    fields: {},
    unknownField: 'KnownFields',
    strategy: {},
    ...overrides,
  };
}

function at(path: string): (object: KubeObject) => string {
  return (object) => textAt(object, path);
}

/** Drops what a Go struct with `omitempty` leaves out. */
function withoutEmpty(...keys: readonly string[]): (object: KubeObject) => KubeObject {
  return (object) => {
    const empty = keys.filter((key) => Object.keys(asObject(object[key])).length === 0);
    return { ...Object.fromEntries(Object.entries(object).filter(([key]) => !empty.includes(key))), metadata: object.metadata };
  };
}

const WITH_STATUS = { statusSubresource: true, generation: true };
const RBAC = 'rbac.authorization.k8s.io';

/** kubectl reads these where it describes namespaces and nodes. There are none, because nothing would apply them. */
const NONE: Strategy = {
  prepareCreate: ({ kind }) => {
    throw notBuilt(`objects of the kind ${kind}`);
  },
};

/** The resources that the server has without any CRD. */
export const BUILTIN_TYPES: readonly ResourceType[] = [
  type('', 'v1', 'configmaps', 'ConfigMap', { shortNames: ['cm'], strategy: { normalize: withoutEmpty('data', 'binaryData') } }),
  type('', 'v1', 'secrets', 'Secret', {
    fields: { type: at('type') },
    unknownField: 'Label',
    strategy: {
      normalize: withoutEmpty('data', 'stringData'),
      prepareCreate: (object) => ({ type: 'Opaque', ...object }),
    },
  }),
  type('', 'v1', 'serviceaccounts', 'ServiceAccount', { shortNames: ['sa'], strategy: { returnsDeleted: true } }),
  type('', 'v1', 'resourcequotas', 'ResourceQuota', {
    shortNames: ['quota'],
    statusSubresource: true,
    strategy: RESOURCE_QUOTA,
  }),
  type('', 'v1', 'limitranges', 'LimitRange', { shortNames: ['limits'], strategy: NONE }),
  type('', 'v1', 'namespaces', 'Namespace', {
    shortNames: ['ns'],
    namespaced: false,
    statusSubresource: true,
    unconditionalUpdate: false,
    fields: { 'status.phase': at('status.phase'), name: at('metadata.name') },
    unknownField: 'Label',
    strategy: NAMESPACE,
  }),
  type('', 'v1', 'nodes', 'Node', {
    shortNames: ['no'],
    namespaced: false,
    statusSubresource: true,
    fields: { 'spec.unschedulable': (object) => String(asObject(object['spec'])['unschedulable'] === true) },
    unknownField: 'Label',
    strategy: NODE,
  }),
  type('', 'v1', 'events', 'Event', { shortNames: ['ev'], ...CORE_EVENT }),
  type('events.k8s.io', 'v1', 'events', 'Event', { shortNames: ['ev'], ...EVENT }),
  type('', 'v1', 'pods', 'Pod', {
    categories: ['all'],
    shortNames: ['po'],
    ...WITH_STATUS,
    fields: {
      'spec.nodeName': at('spec.nodeName'),
      'spec.restartPolicy': at('spec.restartPolicy'),
      'spec.schedulerName': at('spec.schedulerName'),
      'spec.serviceAccountName': at('spec.serviceAccountName'),
      'status.phase': at('status.phase'),
    },
    unknownField: 'Label',
    strategy: POD,
  }),
  type('batch', 'v1', 'jobs', 'Job', { categories: ['all'], ...WITH_STATUS, unknownField: 'LabelForKind', strategy: JOB }),
  type('apps', 'v1', 'daemonsets', 'DaemonSet', {
    categories: ['all'],
    shortNames: ['ds'],
    ...WITH_STATUS,
    strategy: DAEMON_SET,
  }),
  type('apps', 'v1', 'deployments', 'Deployment', {
    categories: ['all'],
    shortNames: ['deploy'],
    ...WITH_STATUS,
    strategy: DEPLOYMENT,
  }),
  type('apps', 'v1', 'replicasets', 'ReplicaSet', {
    categories: ['all'],
    shortNames: ['rs'],
    ...WITH_STATUS,
    strategy: REPLICA_SET,
  }),
  type('apps', 'v1', 'controllerrevisions', 'ControllerRevision'),
  type('resource.k8s.io', 'v1', 'resourceslices', 'ResourceSlice', {
    namespaced: false,
    fields: { 'spec.nodeName': at('spec.nodeName') },
    strategy: NONE,
  }),
  type('coordination.k8s.io', 'v1', 'leases', 'Lease', { unconditionalUpdate: false }),
  type('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget', {
    shortNames: ['pdb'],
    ...WITH_STATUS,
    unconditionalUpdate: false,
    strategy: POD_DISRUPTION_BUDGET,
  }),
  type(RBAC, 'v1', 'roles', 'Role', { strategy: ROLE }),
  type(RBAC, 'v1', 'rolebindings', 'RoleBinding'),
  type(RBAC, 'v1', 'clusterroles', 'ClusterRole', { namespaced: false, strategy: ROLE }),
  type(RBAC, 'v1', 'clusterrolebindings', 'ClusterRoleBinding', { namespaced: false }),
];
