import type { Sink, UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { ANNOTATIONS, COMPONENTS, LABELS, SERVICE_ACCOUNTS } from '../../../api/names.ts';
import type { Hash } from '../../facts.ts';
import type { Manifest } from '../model/command.ts';
import { sharedSinksFile, sharedSinksKeys } from '../../sinks/shared-sinks.ts';
import { sinkSecrets } from '../../sinks/sink-secrets.ts';
import type { LeaseFact } from '../model/facts.ts';
import { pinnedAffinity } from './job.ts';
import type { Settings } from '../model/snapshot.ts';

/** Where the agent Pod mounts the sinks' Secrets: one directory per sink. */
export const SINK_SECRETS_DIRECTORY = '/var/run/baton/sinks';

/** Where the agent Pod mounts the shared sinks: one directory per ConfigMap. */
export const SHARED_SINKS_DIRECTORY = '/var/run/baton/sinks-from';

/** The name of a plan's Lease. */
export function leaseName(plan: string): string {
  return `${plan}-agent`;
}

/**
 * The name of the agent Pod for a Lease transition. It is stable, so that after a kill before the Lease's update the Pod is found
 * again.
 */
export function agentPodName(leaseUid: string, transitions: number, hash: Hash): string {
  return `baton-agent-${hash(leaseUid).slice(0, 16)}-${transitions}`;
}

interface AgentPodInput {
  readonly plan: UpgradePlan;
  readonly lease: LeaseFact;
  readonly transitions: number;
  readonly node: string;
  readonly settings: Settings;
  readonly hash: Hash;
}

/**
 * Builds the agent Pod. It meets Pod Security `restricted` and stays on the node during its turn. Its owner is the Lease, because
 * `kubectl drain` fails on Pods without a controller. Each sink's Secrets are a volume of their own.
 */
export function buildAgentPod({ plan, lease, transitions, node, settings, hash }: AgentPodInput): Manifest {
  const field = (name: string, fieldPath: string): Manifest => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: agentPodName(lease.uid, transitions, hash),
      namespace: plan.metadata.namespace,
      labels: {
        [LABELS.managedBy]: 'baton',
        [LABELS.component]: COMPONENTS.agent,
        [LABELS.plan]: plan.metadata.name,
        [LABELS.planUid]: plan.metadata.uid,
        [LABELS.leaseUid]: lease.uid,
        [LABELS.mounts]: mountsHash(plan, hash),
      },
      annotations: { [ANNOTATIONS.node]: node },
      ownerReferences: [
        { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: lease.name, uid: lease.uid, controller: true },
      ],
    },
    spec: agentPodSpec({
      plan,
      settings,
      affinity: pinnedAffinity({}, node),
      args: ['agent'],
      env: [
        { name: 'BATON_NAMESPACE', value: plan.metadata.namespace },
        { name: 'BATON_PLAN', value: plan.metadata.name },
        { name: 'BATON_LEASE', value: lease.name },
        { name: 'BATON_CLUSTER_NAME', value: settings.clusterName },
        { name: 'BATON_SINK_ALLOW', value: settings.sinkAllow },
        field('BATON_NODE', 'spec.nodeName'),
        field('BATON_POD_NAME', 'metadata.name'),
        field('BATON_POD_UID', 'metadata.uid'),
      ],
      account: { serviceAccountName: SERVICE_ACCOUNTS.agent, restartPolicy: 'Always' },
    }),
  };
}

/** What differs between Pods that send to a plan's sinks. */
export interface AgentPodSpecInput {
  readonly plan: Pick<UpgradePlan, 'spec'>;
  readonly settings: Pick<Settings, 'image' | 'imagePullPolicy' | 'agentResources'>;
  readonly affinity: Manifest;
  readonly args: readonly string[];
  readonly env: readonly Manifest[];
  /** Fields about its ServiceAccount and restart policy. */
  readonly account: Manifest;
}

/** Builds the spec of a Pod that sends to a plan's sinks, with the sinks' Secrets mounted. It meets Pod Security `restricted`. */
export function agentPodSpec({ plan, settings, affinity, args, env, account }: AgentPodSpecInput): Manifest {
  const volumes = sinkVolumes(plan);
  return {
    ...account,
    terminationGracePeriodSeconds: 15,
    affinity,
    tolerations: [
      // The node is one of the plan's own, chosen by name: its taints do not matter.
      { operator: 'Exists', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'agent',
        image: settings.image,
        imagePullPolicy: settings.imagePullPolicy,
        args,
        env,
        resources: settings.agentResources,
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        volumeMounts: volumes.map(({ mountPath, volume }) => ({ name: volume.name, mountPath, readOnly: true })),
      },
    ],
    volumes: volumes.map(({ volume }) => volume),
  };
}

/**
 * A hash of the volumes that the plan's sinks need. A Pod with another hash was created before the sinks changed and may lack
 * some.
 */
export function mountsHash(plan: Pick<UpgradePlan, 'spec'>, hash: Hash): string {
  const sorted = sinkVolumes(plan).toSorted((a, b) => (a.mountPath < b.mountPath ? -1 : 1));
  return hash(JSON.stringify(sorted)).slice(0, 16);
}

function sinkVolumes(plan: Pick<UpgradePlan, 'spec'>): readonly MountedVolume[] {
  return [...(plan.spec.notify?.sinks ?? []).flatMap((sink) => secretsVolume(sink) ?? []), ...sharedSinksVolume(plan)];
}

interface MountedVolume {
  readonly mountPath: string;
  readonly volume: {
    readonly name: string;
    readonly projected: { readonly defaultMode: number; readonly sources: readonly object[] };
  };
}

/** The ConfigMaps of the plan's shared sinks as one volume, with a directory per ConfigMap. The kubelet keeps them up to date. */
function sharedSinksVolume(plan: Pick<UpgradePlan, 'spec'>): readonly MountedVolume[] {
  const keys = Map.groupBy(sharedSinksKeys(plan), ({ name }) => name);
  if (keys.size === 0) return [];
  const sources = [...keys].map(([name, of]) => {
    const items = [...new Set(of.map(({ key }) => key))].map((key) => ({ key, path: sharedSinksFile({ name, key }) }));
    return { configMap: { name, optional: true, items } };
  });
  return [{ mountPath: SHARED_SINKS_DIRECTORY, volume: { name: 'shared-sinks', projected: { defaultMode: 0o440, sources } } }];
}

/**
 * The Secrets of a sink as one volume, with a directory per Secret; undefined if it has none. Each Secret is optional, so that a
 * missing one does not stop the other sinks; the agent reports which one it waits for.
 */
function secretsVolume(sink: Sink): MountedVolume | undefined {
  const secrets = Map.groupBy(sinkSecrets(sink), (secret) => secret.name);
  if (secrets.size === 0) return undefined;
  const sources = [...secrets].map(([name, references]) => {
    const keys = [...new Set(references.map(({ key }) => key))];
    return { secret: { name, optional: true, items: keys.map((key) => ({ key, path: `${name}/${key}` })) } };
  });
  const volume = { name: `sink-${sink.name}`, projected: { defaultMode: 0o440, sources } };
  return { mountPath: `${SINK_SECRETS_DIRECTORY}/${sink.name}`, volume };
}
