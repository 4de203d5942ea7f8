import type { NodeSelector, UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { COMPONENTS, LABELS } from '../../../api/names.ts';
import { agentPodSpec } from './agent-pod.ts';
import type { Manifest } from '../model/command.ts';
import type { Settings } from '../model/snapshot.ts';

/** What the Pod of `baton notify test` is built from. */
export interface TestPodInput {
  readonly plan: UpgradePlan;
  /** The operator's settings for agents. */
  readonly settings: Pick<Settings, 'image' | 'imagePullPolicy' | 'agentResources' | 'sinkAllow' | 'clusterName'>;
  /** Name of the sink to test; undefined for all. */
  readonly sink: string | undefined;
  /** Name of the node to send from; undefined for any node that may have the plan's agent. */
  readonly node: string | undefined;
}

/** Maximum duration of a test (s). Sinks time out after 30 s and are tested in parallel. */
const MAX_TEST_SECONDS = 120;

/**
 * Builds a Pod that sends a sample notification to a plan's sinks once, from a node that may have the plan's agent. It has no
 * credentials for the API server; what it needs of the plan is in its environment.
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
      activeDeadlineSeconds: MAX_TEST_SECONDS,
    },
  };
}

function term({ spec }: UpgradePlan, node: string | undefined): Manifest {
  const matchExpressions = [spec.nodeSelector, spec.notify?.agent?.nodeSelector].flatMap(requirements);
  const matchFields = node === undefined ? [] : [{ key: 'metadata.name', operator: 'In', values: [node] }];
  // A term without requirements matches no node, so this one matches all.
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
