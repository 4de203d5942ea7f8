import type { NodeSelector, UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { COMPONENTS, LABELS } from '../../../api/names.ts';
import { agentPodSpec } from './agent-pod.ts';
import type { Manifest } from '../model/command.ts';
import type { Settings } from '../model/snapshot.ts';

/** What a test of sinks is made from. */
export interface TestPodInput {
  readonly plan: UpgradePlan;
  /** The agent's settings, as the operator has them. */
  readonly settings: Pick<Settings, 'image' | 'imagePullPolicy' | 'agentResources' | 'sinkAllow' | 'clusterName'>;
  /** Name of the one sink; undefined for all of them. */
  readonly sink: string | undefined;
  /** Name of the one node; undefined for any from which an agent of the plan may speak. */
  readonly node: string | undefined;
}

/** The deadline of a test (s): sinks that do not answer take 30 s each, and are tried at once. */
const DEADLINE_SECONDS = 120;

/**
 * A Pod that sends a sample to a plan's sinks once, from a node from which an agent may speak, and ends. It has no credentials of the
 * cluster: what it needs of the plan is in its environment.
 */
export function buildTestPod({ plan, settings, sink, node }: TestPodInput): Manifest {
  const { namespace, name, uid } = plan.metadata;
  const subject = { metadata: { namespace, name, uid }, spec: plan.spec };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'baton-notify-test-',
      namespace,
      labels: { [LABELS.component]: COMPONENTS.notifyTest, [LABELS.plan]: name },
    },
    spec: {
      ...agentPodSpec({
        plan,
        settings,
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term(plan, node)] } } },
        args: ['agent', '--test'],
        env: [
          { name: 'BATON_TEST_PLAN', value: JSON.stringify(subject) },
          { name: 'BATON_TEST_SINK', value: sink ?? '' },
          { name: 'BATON_CLUSTER_NAME', value: settings.clusterName },
          { name: 'BATON_SINK_ALLOW', value: settings.sinkAllow },
        ],
        account: { automountServiceAccountToken: false, restartPolicy: 'Never' },
      }),
      activeDeadlineSeconds: DEADLINE_SECONDS,
    },
  };
}

function term({ spec }: UpgradePlan, node: string | undefined): Manifest {
  const matchExpressions = [spec.nodeSelector, spec.notify?.agent?.nodeSelector].flatMap(requirements);
  const matchFields = node === undefined ? [] : [{ key: 'metadata.name', operator: 'In', values: [node] }];
  // A term without requirements matches no node, and an empty one is not allowed.
  const any = { key: 'kubernetes.io/os', operator: 'Exists' };
  return { matchExpressions: matchExpressions.length === 0 ? [any] : matchExpressions, matchFields };
}

function requirements(selector: NodeSelector | undefined): readonly Manifest[] {
  const labels = Object.entries(selector?.matchLabels ?? {});
  return [
    ...labels.map(([key, value]) => ({ key, operator: 'In', values: [value] })),
    ...(selector?.matchExpressions ?? []).map((requirement) => ({ ...requirement })),
  ];
}
