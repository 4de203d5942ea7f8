import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { asObject, asObjects, type Json } from '../../../core/json.ts';
import type { Strategy } from './resource-type.ts';
import { invalid, notBuilt } from './status.ts';
import { podTemplate } from './pod-defaults.ts';

/** Jobs: the selector and the labels of the template come from the UID. Their pods outlive a delete that names no policy. */
export const JOB: Strategy = {
  propagation: 'Orphan',
  prepareCreate: (job) => {
    const spec = asObject(job['spec']);
    const { name, uid, labels = {} } = job.metadata;
    if (spec['manualSelector'] === true) throw notBuilt('Jobs with manualSelector');
    const template = podTemplate(spec['template']);
    const own = asObject(asObject(template['metadata'])['labels']);
    const added = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    };
    const templateLabels = { ...own, ...added };
    const metadata = { ...job.metadata, labels: Object.keys(labels).length === 0 ? templateLabels : labels };
    return {
      ...job,
      metadata: metadata as KubeObject['metadata'],
      spec: {
        ...jobDefaults(spec),
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
        template: { ...template, metadata: { ...asObject(template['metadata']), labels: templateLabels } },
      },
      status: {},
    };
  },
  checkUpdate: (job, previous) => {
    const before = asObject(previous['spec']);
    if (before['suspend'] === true && !isDeepStrictEqual(asObject(job['spec'])['template'], before['template'])) {
      throw notBuilt('changes to the template of a suspended Job');
    }
    requireSame(job, previous, { group: 'batch', kind: 'Job' }, ['completions', 'selector', 'template', 'completionMode']);
  },
};

function jobDefaults(spec: Json): Json {
  const policy = asObject(spec['podFailurePolicy']);
  const hasPolicy = spec['podFailurePolicy'] !== undefined;
  const rules = asObjects(policy['rules']).map((rule) =>
    rule['onPodConditions'] === undefined
      ? rule
      : { ...rule, onPodConditions: asObjects(rule['onPodConditions']).map((on) => ({ status: 'True', ...on })) },
  );
  const one = spec['completions'] === undefined && spec['parallelism'] === undefined;
  return {
    ...(one ? { completions: 1 } : {}),
    parallelism: 1,
    backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647,
    completionMode: 'NonIndexed',
    manualSelector: false,
    suspend: false,
    podReplacementPolicy: hasPolicy ? 'Failed' : 'TerminatingOrFailed',
    ...spec,
    ...(hasPolicy ? { podFailurePolicy: { ...policy, rules } } : {}),
  };
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const ROLLING_UPDATE = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } };

function completeDaemonSet(daemonSet: KubeObject): Json {
  const spec = asObject(daemonSet['spec']);
  const strategy = asObject(spec['updateStrategy']);
  const type = strategy['type'] ?? 'RollingUpdate';
  const rolling = { ...ROLLING_UPDATE.rollingUpdate, ...asObject(strategy['rollingUpdate']) };
  return {
    revisionHistoryLimit: 10,
    ...spec,
    updateStrategy: type === 'RollingUpdate' ? { type, rollingUpdate: rolling } : strategy,
    template: podTemplate(spec['template']),
  };
}

function withTemplateGeneration(daemonSet: KubeObject, generation: number): KubeObject {
  const annotations = { ...daemonSet.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
  return { ...daemonSet, metadata: { ...daemonSet.metadata, annotations } };
}

/** DaemonSets: an annotation counts the changes of the template. */
export const DAEMON_SET: Strategy = {
  prepareCreate: (daemonSet) => ({
    ...withTemplateGeneration(daemonSet, 1),
    spec: completeDaemonSet(daemonSet),
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  }),
  prepareUpdate: (daemonSet, previous) => {
    const spec = completeDaemonSet(daemonSet);
    const changed = !isDeepStrictEqual(spec['template'], asObject(previous['spec'])['template']);
    const generation = Number(previous.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
    return { ...withTemplateGeneration(daemonSet, generation + (changed ? 1 : 0)), spec };
  },
  checkUpdate: (daemonSet, previous) => {
    requireSame(daemonSet, previous, { group: 'apps', kind: 'DaemonSet' }, ['selector']);
  },
};

function completeDeployment(deployment: KubeObject): Json {
  const spec = asObject(deployment['spec']);
  const strategy = asObject(spec['strategy']);
  const type = strategy['type'] ?? 'RollingUpdate';
  const rolling = { maxUnavailable: '25%', maxSurge: '25%', ...asObject(strategy['rollingUpdate']) };
  return {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
    strategy: type === 'RollingUpdate' ? { type, rollingUpdate: rolling } : strategy,
    template: podTemplate(spec['template']),
  };
}

export const DEPLOYMENT: Strategy = {
  prepareCreate: (deployment) => ({ ...deployment, spec: completeDeployment(deployment), status: {} }),
  prepareUpdate: (deployment) => ({ ...deployment, spec: completeDeployment(deployment) }),
  checkUpdate: (deployment, previous) => {
    requireSame(deployment, previous, { group: 'apps', kind: 'Deployment' }, ['selector']);
  },
};

function completeReplicaSet(replicaSet: KubeObject): Json {
  const spec = asObject(replicaSet['spec']);
  return { replicas: 1, ...spec, template: podTemplate(spec['template']) };
}

export const REPLICA_SET: Strategy = {
  prepareCreate: (replicaSet) => ({ ...replicaSet, spec: completeReplicaSet(replicaSet), status: { replicas: 0 } }),
  prepareUpdate: (replicaSet) => ({ ...replicaSet, spec: completeReplicaSet(replicaSet) }),
  checkUpdate: (replicaSet, previous) => {
    requireSame(replicaSet, previous, { group: 'apps', kind: 'ReplicaSet' }, ['selector']);
  },
};

/** Budgets: their status always has its numbers. */
export const POD_DISRUPTION_BUDGET: Strategy = {
  normalize: (budget) => {
    const numbers = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
    return { ...budget, status: { ...numbers, ...asObject(budget['status']) } };
  },
};

function requireSame(
  object: KubeObject,
  previous: KubeObject,
  type: { readonly group: string; readonly kind: string },
  keys: readonly string[],
): void {
  const [now, before] = [asObject(object['spec']), asObject(previous['spec'])];
  const causes = keys
    .filter((key) => !isDeepStrictEqual(now[key], before[key]))
    .map((key) => ({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(now[key] ?? null)}: field is immutable`,
      field: `spec.${key}`,
    }));
  if (causes.length > 0) throw invalid(type, object.metadata.name ?? '', causes);
}
