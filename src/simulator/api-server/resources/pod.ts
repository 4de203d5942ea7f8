import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { asObject, asObjects, type Json } from '../../../core/json.ts';
import { textAt, withConditions } from './fields.ts';
import type { Strategy } from './resource-type.ts';
import { invalid } from './status.ts';
import { podSpec, withRequestsFromLimits } from './pod-defaults.ts';

const TOLERATION = { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };
const TOLERATED = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

const MUTABLE =
  'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** Pods end in two steps: the kubelet of their node stops them first. */
export const POD: Strategy = {
  returnsDeleted: true,
  prepareCreate: (pod) => {
    const spec = withRequestsFromLimits(podSpec(pod['spec']));
    const status = { phase: 'Pending', qosClass: qualityOfService(spec) };
    return { ...pod, spec: definedFields(admittedSpec(spec)), status };
  },
  normalize: (pod) => ({
    ...pod,
    status: withConditions(asObject(pod['status']), { lastProbeTime: null, lastTransitionTime: null }),
  }),
  checkUpdate: (pod, previous) => {
    if (isDeepStrictEqual(fixedFields(pod), fixedFields(previous))) return;
    throw invalid({ group: '', kind: 'Pod' }, pod.metadata.name ?? '', [
      { reason: 'FieldValueForbidden', message: MUTABLE, field: 'spec' },
    ]);
  },
  gracePeriod: (pod, asked) => {
    const phase = textAt(pod, 'status.phase');
    if (textAt(pod, 'spec.nodeName') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
    return asked ?? Number(asObject(pod['spec'])['terminationGracePeriodSeconds'] ?? 30);
  },
};

/** What admission adds to a new pod, beside the defaults. */
function admittedSpec(spec: Json): Json {
  const tolerations = asObjects(spec['tolerations']);
  const missing = TOLERATED.filter((key) => !tolerations.some((toleration) => tolerates(toleration, key)));
  return {
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: SYSTEM_PRIORITIES[String(spec['priorityClassName'])] ?? 0,
    ...spec,
    tolerations: [...tolerations, ...missing.map((key) => ({ key, ...TOLERATION }))],
  };
}

function tolerates(toleration: Json, key: string): boolean {
  const anyKey = toleration['key'] === undefined && toleration['operator'] === 'Exists';
  const effect = toleration['effect'] ?? 'NoExecute';
  return effect === 'NoExecute' && (anyKey || toleration['key'] === key);
}

function qualityOfService(spec: Json): string {
  const resources = [...asObjects(spec['containers']), ...asObjects(spec['initContainers'])].map((container) =>
    asObject(container['resources']),
  );
  const asked = resources.map((each) => ({ limits: asObject(each['limits']), requests: asObject(each['requests']) }));
  if (asked.every(({ limits, requests }) => Object.keys({ ...limits, ...requests }).length === 0)) return 'BestEffort';
  const guaranteed = asked.every(
    ({ limits, requests }) =>
      'cpu' in limits && 'memory' in limits && isDeepStrictEqual({ ...limits, ...requests }, { ...requests, ...limits }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function fixedFields({ spec }: KubeObject): Json {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, ...fixed } = asObject(spec);
  const withoutImage = ({ image: _image, ...container }: Json): Json => container;
  return {
    ...fixed,
    containers: asObjects(fixed['containers']).map(withoutImage),
    initContainers: asObjects(fixed['initContainers']).map(withoutImage),
  };
}

function definedFields(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
