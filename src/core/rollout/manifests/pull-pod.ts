import type { UpgradePlan, UpgradeProcess } from '../../../api/generated/upgradeplan.ts';
import { ANNOTATIONS, COMPONENTS, LABELS } from '../../../api/names.ts';
import type { Hash, NodeFact } from '../../facts.ts';
import { list, record, type Json } from '../../json.ts';
import { presentFields } from '../../present-fields.ts';
import { versionBefore } from '../fleet/verify.ts';
import type { Manifest } from '../model/command.ts';
import { buildPodSpec } from './job.ts';

/** A pull that takes longer is given up (s): the Job will wait for its image, as it would have anyway. */
export const PULL_SECONDS = 600;

/**
 * No image has it. An image may hold nothing but its own program, and that is not to run; the kubelet pulls an image before it looks for
 * what to start, so a container that cannot start has its image all the same.
 */
const NO_SUCH_PROGRAM = '/baton-pulls-this-image-and-runs-nothing';

/** What decides with which credentials, and whether at all, a Pod gets its images on a node. */
const FIELDS_OF_A_PULL = [
  'serviceAccountName',
  'imagePullSecrets',
  'nodeSelector',
  'affinity',
  'tolerations',
  'runtimeClassName',
  'schedulerName',
] as const;

/** For which node images are pulled, and for which processes. */
export interface PullInput {
  readonly plan: UpgradePlan;
  readonly revision: string;
  /** The value of the label that the Pods pulled for together have. */
  readonly wave: string;
  readonly node: NodeFact;
  readonly processes: readonly UpgradeProcess[];
  readonly hash: Hash;
}

/** A Pod that pulls. */
export interface PullPod {
  readonly name: string;
  readonly manifest: Manifest;
}

/** The Pods that pull the images of the processes on a node: one, unless templates have different credentials or places. */
export function buildPullPods(input: PullInput): readonly PullPod[] {
  const groups = new Map<string, { readonly spec: Json; readonly containers: Json[] }>();
  for (const spec of podSpecs(input)) {
    const common = presentFields(Object.fromEntries(FIELDS_OF_A_PULL.map((field) => [field, spec[field]])));
    const key = JSON.stringify(common);
    const group = groups.get(key) ?? { spec: common, containers: [] };
    group.containers.push(...list(spec['initContainers']), ...list(spec['containers']));
    groups.set(key, group);
  }
  return [...groups.values()].map((group, position) => buildPullPod(input, group, position));
}

/** The Pods as the Jobs of the processes and of their `verify` will have them. */
function podSpecs({ plan, revision, node, processes }: PullInput): readonly Json[] {
  const { namespace, name } = plan.metadata;
  const fromVersion = node.done?.version ?? versionBefore(processes, node) ?? '';
  const hostname = node.labels['kubernetes.io/hostname'];
  const common = { namespace, plan: name, version: plan.spec.version, batch: '', revision, node: node.name, hostname };
  return processes.flatMap((process) => {
    const own = { name: process.name, report: 'None' } as const;
    const templates = [
      ...(process.job === undefined ? [] : [process.job]),
      ...(process.verify?.job === undefined ? [] : [{ template: process.verify.job.template }]),
    ];
    return templates.map((job) => buildPodSpec({ ...common, process: { ...own, ...job }, attempt: 1, fromVersion }));
  });
}

/** Under Pod Security `restricted`, because it is not to do anything. Owned by the plan: whatever becomes of the operator, it goes with it. */
function buildPullPod(
  { plan, wave, node, hash }: PullInput,
  { spec, containers }: { readonly spec: Json; readonly containers: readonly Json[] },
  position: number,
): PullPod {
  const { namespace, name: planName, uid } = plan.metadata;
  const name = `baton-pull-${hash([uid, wave, node.uid, position].join('/')).slice(0, 32)}`;
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: {
        [LABELS.managedBy]: 'baton',
        [LABELS.component]: COMPONENTS.prePull,
        [LABELS.plan]: planName,
        [LABELS.planUid]: uid,
        [LABELS.nodeUid]: node.uid,
        [LABELS.prePull]: wave,
      },
      annotations: { [ANNOTATIONS.node]: node.name },
      ownerReferences: [{ apiVersion: plan.apiVersion, kind: plan.kind, name: planName, uid, controller: true }],
    },
    spec: {
      ...spec,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      activeDeadlineSeconds: PULL_SECONDS,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: imagesOf(containers).map(({ image, imagePullPolicy }, index) => ({
        name: `image-${index + 1}`,
        image,
        ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
        command: [NO_SUCH_PROGRAM],
        resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '10m', memory: '16Mi' } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      })),
    },
  };
  return { name, manifest };
}

/** Each image once, with the policy by which it is pulled. */
function imagesOf(containers: readonly Json[]): readonly Json[] {
  const images = containers.map((container) =>
    record({ image: container['image'], imagePullPolicy: container['imagePullPolicy'] }),
  );
  return [...new Map(images.map((image) => [JSON.stringify(image), image])).values()];
}
