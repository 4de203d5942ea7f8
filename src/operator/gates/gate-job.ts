import type { Gate, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { ANNOTATIONS, COMPONENTS, LABELS } from '../../api/names.ts';
import type { Hash } from '../../core/facts.ts';
import { expandImage } from '../../core/rollout/manifests/job.ts';
import { asObject, asObjects, type Json } from '../../core/json.ts';

/** What a gate's Job is built from. */
export interface GateJobInput {
  readonly plan: UpgradePlan;
  readonly gate: Gate;
  /** Number of the run, from 1. */
  readonly number: number;
  /** Whether the gate is open when the run starts. */
  readonly open: boolean;
  readonly hash: Hash;
}

/** Time after which Kubernetes deletes a finished Job that the operator could not delete itself (s). */
const TTL_SECONDS = 900;

/** Name of a run's Job: a hash of everything that defines the run, so that the same run never starts twice. */
export function gateJobName({ plan, gate, number, hash }: Omit<GateJobInput, 'open'>): string {
  const identity = [plan.metadata.uid, gate.name, gate.job?.template, gate.timeoutSeconds, plan.spec.version, number];
  return `baton-gate-${hash(JSON.stringify(identity)).slice(0, 32)}`;
}

/** Builds the Job for one run of a gate. */
export function gateJob({ plan, gate, number, open, hash }: GateJobInput): Json {
  const { namespace, name, uid } = plan.metadata;
  const labels = {
    [LABELS.managedBy]: 'baton',
    [LABELS.component]: COMPONENTS.gate,
    [LABELS.plan]: name,
    [LABELS.planUid]: uid,
    [LABELS.gate]: gate.name,
  };
  const template = asObject(asObject(gate.job?.template)['metadata']);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: gateJobName({ plan, gate, number, hash }),
      namespace,
      labels,
      annotations: { [ANNOTATIONS.gateRun]: String(number), [ANNOTATIONS.gateOpen]: String(open) },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: gate.timeoutSeconds,
      ttlSecondsAfterFinished: TTL_SECONDS,
      // A Pod that was evicted by a drain says nothing about the gate.
      podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
      template: {
        metadata: { ...template, labels: { ...asObject(template['labels']), ...labels } },
        spec: gatePodSpec(plan, gate),
      },
    },
  };
}

/** Builds the Pod of a gate's Job. It never runs on a node in its turn. */
export function gatePodSpec(plan: UpgradePlan, gate: Gate): Json {
  const spec = asObject(asObject(gate.job?.template)['spec']);
  const environment = Object.entries({
    BATON_NAMESPACE: plan.metadata.namespace,
    BATON_PLAN: plan.metadata.name,
    BATON_VERSION: plan.spec.version,
    BATON_GATE: gate.name,
  }).map(([name, value]) => ({ name, value }));
  const withEnvironment = (container: Json): Json => ({
    ...container,
    image: expandImage(container['image'], plan.spec.version, ''),
    env: [...environment, ...asObjects(container['env'])],
  });
  const initContainers = asObjects(spec['initContainers']).map(withEnvironment);
  return {
    ...spec,
    restartPolicy: 'Never',
    affinity: avoidClaimedNodes(asObject(spec['affinity'])),
    containers: asObjects(spec['containers']).map(withEnvironment),
    ...(initContainers.length === 0 ? {} : { initContainers }),
  };
}

function avoidClaimedNodes(affinity: Json): Json {
  const unclaimed = { key: LABELS.claim, operator: 'DoesNotExist' };
  const nodeAffinity = asObject(affinity['nodeAffinity']);
  const required = asObject(nodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']);
  const terms = asObjects(required['nodeSelectorTerms']);
  const nodeSelectorTerms = (terms.length === 0 ? [{}] : terms).map((term: Json) => ({
    ...term,
    matchExpressions: [...asObjects(term['matchExpressions']), unclaimed],
  }));
  const restricted = { ...required, nodeSelectorTerms };
  return { ...affinity, nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: restricted } };
}
