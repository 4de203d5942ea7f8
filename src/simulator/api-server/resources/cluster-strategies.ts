import type { KubeObject } from '../../../kube/kube-object.ts';
import { asObject, type Json } from '../../../core/json.ts';
import { withConditions } from './fields.ts';
import { readQuantities, writeQuantities } from './quantity.ts';
import type { Strategy } from './resource-type.ts';
import { notBuilt } from './status.ts';

const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

/** Namespaces end in two steps: `spec.finalizers` waits for their content to be deleted. */
export const NAMESPACE: Strategy = {
  returnsDeleted: true,
  prepareCreate: (object) => ({
    ...object,
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }),
  normalize: (object) => {
    const { name = '', labels } = object.metadata;
    return { ...object, metadata: { ...object.metadata, labels: { ...labels, [NAMESPACE_LABEL]: name } } };
  },
};

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
const NODE_INFO = [
  ...['machineID', 'systemUUID', 'bootID', 'kernelVersion', 'osImage', 'containerRuntimeVersion', 'kubeletVersion'],
  ...['kubeProxyVersion', 'operatingSystem', 'architecture'],
];

/** New Nodes are tainted until they are Ready. Json of the status that Go cannot leave out are always there. */
export const NODE: Strategy = {
  prepareCreate: (object) => {
    const spec = asObject(object['spec']);
    const taints = Array.isArray(spec['taints']) ? (spec['taints'] as readonly unknown[]) : [];
    const tainted = taints.some((taint) => asObject(taint)['key'] === NOT_READY.key);
    return { ...object, spec: { ...spec, taints: tainted ? taints : [...taints, NOT_READY] } };
  },
  normalize: (object) => {
    const status = withConditions(asObject(object['status']), { lastHeartbeatTime: null, lastTransitionTime: null });
    const nodeInfo = { ...Object.fromEntries(NODE_INFO.map((key) => [key, ''])), ...asObject(status['nodeInfo']) };
    const daemonEndpoints = { kubeletEndpoint: { Port: 0 }, ...asObject(status['daemonEndpoints']) };
    return { ...object, spec: withoutDefaults(object), status: { ...status, daemonEndpoints, nodeInfo } };
  },
};

function withoutDefaults(object: KubeObject): unknown {
  const entries = Object.entries(asObject(object['spec']));
  return Object.fromEntries(
    entries.filter(([key, value]) => value !== null && !(key === 'unschedulable' && value === false) && !isEmptyList(value)),
  );
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Quotas: the quota controller fills in their status. */
export const RESOURCE_QUOTA: Strategy = {
  returnsDeleted: true,
  prepareCreate: (quota) => ({ ...quota, status: {} }),
  normalize: (quota) => {
    const [spec, status] = [asObject(quota['spec']), asObject(quota['status'])];
    if (spec['scopes'] !== undefined || spec['scopeSelector'] !== undefined) throw notBuilt('quotas with scopes');
    return { ...quota, spec: canonical(spec, ['hard']), status: canonical(status, ['hard', 'used']) };
  },
};

function canonical(lists: Json, keys: readonly string[]): Json {
  const present = keys.filter((key) => lists[key] !== undefined);
  return Object.fromEntries(present.map((key) => [key, writeQuantities(readQuantities(asObject(lists[key])))]));
}

/** Roles: an empty list of rules is stored as none. */
export const ROLE: Strategy = {
  normalize: (role) => ({ ...role, rules: isEmptyList(role['rules']) ? null : (role['rules'] ?? null) }),
};
