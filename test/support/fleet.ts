import type {
  DrainPolicy,
  FailurePolicy,
  NodeSelector,
  NotifyPolicy,
  ProcessTiming,
  ProcessVerify,
  Sink,
  UpgradePlanSpec,
  UpgradeProcess,
} from '../../src/api/generated/upgradeplan.ts';
import { API_VERSION } from '../../src/api/names.ts';

/** The image of the upgrade of an operating system; its tag is the version that the plan names. */
export const upgradeRepository = 'registry.example/os-upgrade';
/** The version that plans of the demo and the system tests move to. */
export const upgradeVersion = '12.9';
/** The image of other software: the firmware of storage nodes. */
export const firmwareImage = 'registry.example/firmware:7';
/** Images that the nodes of a fleet have to have. */
export const upgradeImages = [
  { name: upgradeRepository, versions: [upgradeVersion] },
  { name: 'registry.example/firmware', versions: ['7'] },
] as const;

/** The name of the Secret that signs notifications, and the key in it. */
export const signingSecret = { name: 'ops-webhook', key: 'secret' } as const;

/** One process of a plan. */
export interface FleetProcess {
  readonly name: string;
  /** What the container runs, for `sh -c`; or a command, where there is no shell. */
  readonly script?: string;
  readonly command?: readonly string[];
  /** The upgrade image unless said otherwise. */
  readonly image?: string;
  readonly report?: 'Socket';
  readonly disruption?: 'None' | 'Drain' | 'Reboot';
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly deadlineSeconds?: number;
  readonly timing?: Partial<ProcessTiming>;
  /** More of the process. */
  readonly more?: Partial<Pick<UpgradeProcess, 'onOverdue' | 'rerun'>> & { readonly verify?: Partial<ProcessVerify> };
  /** More of the Pod: fields of its spec, and annotations. */
  readonly pod?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A plan for the workers of a test cluster. */
export interface FleetPlan {
  readonly namespace: string;
  readonly name?: string;
  readonly version?: string;
  /** The nodes with role=worker unless said otherwise. */
  readonly nodeSelector?: NodeSelector;
  readonly batches: readonly { readonly name?: string; readonly size: number | string; readonly maxFailed?: number }[];
  readonly maxUnavailable?: number;
  readonly maxFailed?: number;
  readonly failure?: Partial<FailurePolicy>;
  readonly processes: readonly FleetProcess[];
  readonly drain?: Partial<DrainPolicy>;
  /** More of the spec. */
  readonly more?: Partial<Pick<UpgradePlanSpec, 'paused' | 'podPlacement' | 'oneDomainAtATime' | 'newNodes' | 'notReadyNodes'>>;
  /** Where the sink `ops` posts to; without it the plan has no sink. */
  readonly sinkUrl?: string;
  /** Whether {@link signingSecret} signs. */
  readonly signed?: boolean;
  /** More of how it tells, and sinks beside `ops`. */
  readonly notify?: Partial<NotifyPolicy>;
}

/** The nodes of these names. */
export function nodesNamed(...names: readonly string[]): NodeSelector {
  return { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: names }] };
}

function templateManifest(process: FleetProcess, command: readonly string[]): unknown {
  const image = process.image ?? `${upgradeRepository}:$(BATON_VERSION)`;
  const container = { name: 'upgrade', image, imagePullPolicy: 'IfNotPresent', command };
  return {
    ...(process.annotations === undefined ? {} : { metadata: { annotations: process.annotations } }),
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [container], ...process.pod },
  };
}

function processManifest(process: FleetProcess): unknown {
  const { command = ['sh', '-c', process.script ?? 'true'] } = process;
  return {
    name: process.name,
    ...(process.nodeSelector === undefined ? {} : { nodeSelector: { matchLabels: process.nodeSelector } }),
    ...(process.disruption === undefined ? {} : { disruption: process.disruption }),
    ...(process.report === undefined ? {} : { report: process.report }),
    ...(process.deadlineSeconds === undefined ? {} : { timing: { deadlineSeconds: process.deadlineSeconds } }),
    ...(process.timing === undefined ? {} : { timing: process.timing }),
    ...process.more,
    job: { template: templateManifest(process, command) },
  };
}

function opsSink({ sinkUrl, signed }: FleetPlan): readonly Sink[] {
  if (sinkUrl === undefined) return [];
  return [{ name: 'ops', webhook: { url: sinkUrl, ...(signed === true ? { signingSecretRef: signingSecret } : {}) } }];
}

/** The UpgradePlan as one applies it. */
export function planManifest(plan: FleetPlan): unknown {
  const sinks = [...opsSink(plan), ...(plan.notify?.sinks ?? [])];
  return {
    apiVersion: API_VERSION,
    kind: 'UpgradePlan',
    metadata: { name: plan.name ?? 'os', namespace: plan.namespace },
    spec: {
      version: plan.version ?? upgradeVersion,
      nodeSelector: plan.nodeSelector ?? { matchLabels: { role: 'worker' } },
      batches: plan.batches,
      ...(plan.maxUnavailable === undefined ? {} : { maxUnavailable: plan.maxUnavailable }),
      failure: { ...plan.failure, ...(plan.maxFailed === undefined ? {} : { maxFailed: plan.maxFailed }) },
      // Pods of the cluster's own services may keep scratch data on a node, and none of it is worth a blocked drain.
      drain: plan.drain ?? { emptyDirData: 'Delete' },
      processes: plan.processes.map(processManifest),
      ...plan.more,
      ...(sinks.length === 0 && plan.notify === undefined ? {} : { notify: { ...plan.notify, sinks } }),
    },
  };
}

/** A namespace in which upgrade Jobs may mount the reporter's directory of the host. */
export function namespaceManifest(name: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
  };
}

/** The Secret that signs notifications with this key. */
export function signingSecretManifest(namespace: string, signingKey: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: signingSecret.name, namespace },
    stringData: { [signingSecret.key]: signingKey },
  };
}

/** The words that end a script: what the Job says last becomes the node's message. */
export function lastWords(text: string): string {
  return `echo '${text}' | tee /dev/termination-log`;
}
