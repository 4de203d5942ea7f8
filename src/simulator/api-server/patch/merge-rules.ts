/** How a strategic merge patch treats a field, and the fields within it. Lists without a rule are replaced, objects are merged. */
export interface MergeRule {
  /** A list of objects: its elements are merged with those that have the same value here. */
  readonly key?: string;
  /** A list of scalars: the elements of both are kept. */
  readonly scalars?: true;
  /** An object that is replaced as a whole. */
  readonly replace?: true;
  /** The rules of the fields of the object, or of the objects in the list. */
  readonly fields?: MergeRules;
}

/** Rules by the names of fields. */
export type MergeRules = Readonly<Record<string, MergeRule>>;

const METADATA: MergeRule = { fields: { ownerReferences: { key: 'uid' }, finalizers: { scalars: true } } };
const CONDITIONS: MergeRules = { conditions: { key: 'type' } };

const CONTAINERS: MergeRule = {
  key: 'name',
  fields: {
    ports: { key: 'containerPort' },
    env: { key: 'name' },
    volumeMounts: { key: 'mountPath' },
    volumeDevices: { key: 'devicePath' },
  },
};

const POD_SPEC: MergeRule = {
  fields: {
    volumes: { key: 'name' },
    initContainers: CONTAINERS,
    containers: CONTAINERS,
    ephemeralContainers: CONTAINERS,
    imagePullSecrets: { key: 'name' },
    hostAliases: { key: 'ip' },
    topologySpreadConstraints: { key: 'topologyKey' },
    schedulingGates: { key: 'name' },
    resourceClaims: { key: 'name' },
  },
};

const WITH_CONDITIONS: MergeRule = { fields: CONDITIONS };
const WORKLOAD: MergeRules = {
  spec: { fields: { template: { fields: { metadata: METADATA, spec: POD_SPEC } } } },
  status: WITH_CONDITIONS,
};

/** By kind; from `patchStrategy` and `patchMergeKey` of the types in k8s.io/api. */
const RULES: Readonly<Record<string, MergeRules>> = {
  DaemonSet: WORKLOAD,
  Deployment: WORKLOAD,
  Job: WORKLOAD,
  Namespace: { status: WITH_CONDITIONS },
  Node: {
    spec: { fields: { podCIDRs: { scalars: true } } },
    status: { fields: { ...CONDITIONS, addresses: { key: 'type' } } },
  },
  Pod: {
    spec: POD_SPEC,
    status: { fields: { ...CONDITIONS, hostIPs: { key: 'ip' }, podIPs: { key: 'ip' } } },
  },
  PodDisruptionBudget: { spec: { fields: { selector: { replace: true } } }, status: WITH_CONDITIONS },
  ReplicaSet: WORKLOAD,
  ServiceAccount: { secrets: { key: 'name' } },
};

/** The rules of a built-in kind. */
export function mergeRulesOf(kind: string): MergeRules {
  return { metadata: METADATA, ...RULES[kind] };
}
