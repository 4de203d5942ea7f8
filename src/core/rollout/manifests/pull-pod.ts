import type { UpgradePlan, UpgradeProcess } from '../../../api/generated/upgradeplan.ts';
import { ANNOTATIONS, COMPONENTS, LABELS } from '../../../api/names.ts';
import type { Hash, NodeFact } from '../../facts.ts';
import { asObjects, asObject, type Json } from '../../json.ts';
import { presentFields } from '../../present-fields.ts';
import { versionBefore } from '../fleet/verify.ts';
import type { Manifest } from '../model/command.ts';
import { buildPodSpec } from './job.ts';

/** Maximum duration of a pull (s). After that the Job pulls its image itself, as without a pre-pull. */
export const MAX_PULL_SECONDS = 600;

/**
 * A command that no image contains, so that nothing runs: the kubelet pulls an image before it looks for the command. An image
 * may contain only its own program, so there is no harmless command that all images have.
 */
const NO_SUCH_PROGRAM = '/baton-pulls-this-image-and-runs-nothing';

/** Fields that decide whether a Pod can pull its images on a node, and with which credentials. */
const PULL_FIELDS = [
  'serviceAccountName',
  'imagePullSecrets',
  'nodeSelector',
  'affinity',
  'tolerations',
  'runtimeClassName',
  'schedulerName',
] as const;

/** What the Pods that pull images on a node are built from. */
export interface PullInput {
  readonly plan: UpgradePlan;
  readonly revision: string;
  /** The wave label: Pods that pull for the same batch have the same value. */
  readonly wave: string;
  readonly node: NodeFact;
  readonly processes: readonly UpgradeProcess[];
  readonly hash: Hash;
}

/** A Pod that pulls images. */
export interface PullPod {
  readonly name: string;
  readonly manifest: Manifest;
}

/** Builds the Pods that pull the images of the processes on a node: one, unless templates differ in credentials or placement. */
export function buildPullPods(input: PullInput): readonly PullPod[] {
  const groups = new Map<string, { readonly spec: Json; readonly containers: Json[] }>();
  for (const spec of podSpecs(input)) {
    const common = presentFields(Object.fromEntries(PULL_FIELDS.map((field) => [field, spec[field]])));
    const key = JSON.stringify(common);
    const group = groups.get(key) ?? { spec: common, containers: [] };
    group.containers.push(...asObjects(spec['initContainers']), ...asObjects(spec['containers']));
    groups.set(key, group);
  }
  return [...groups.values()].map((group, position) => buildPullPod(input, group, position));
}

/** The Pod specs of the Jobs to come, for the processes and their `verify`. */
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

/**
 * The Pod meets Pod Security `restricted`. Its owner is the plan, so it is deleted with the plan even if the operator is gone.
 */
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
      activeDeadlineSeconds: MAX_PULL_SECONDS,
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

/** Each image and pull policy once. */
function imagesOf(containers: readonly Json[]): readonly Json[] {
  const images = containers.map((container) =>
    asObject({ image: container['image'], imagePullPolicy: container['imagePullPolicy'] }),
  );
  return [...new Map(images.map((image) => [JSON.stringify(image), image])).values()];
}
