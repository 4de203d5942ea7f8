import { list, record, type Json } from '../../json.ts';

/** What images made for another controller may find in their environment. */
export interface CompatibilityInput {
  /** Name of the plan. */
  readonly plan: string;
  readonly revision: string;
  readonly version: string;
  /** Name of the Node. */
  readonly node: string;
  /** The Node's label `kubernetes.io/hostname`, where it has one. */
  readonly hostname: string | undefined;
}

/** Whose name a label may bear: not the other controller's, which would take our Jobs for its own and clean them up. */
const CONTROLLER = 'baton';

const HOST_ROOT = { name: 'host-root', hostPath: { path: '/', type: 'Directory' } };

const POD_INFO = {
  name: 'pod-info',
  downwardAPI: {
    defaultMode: 0o644,
    items: ['labels', 'annotations'].map((path) => ({ path, fieldRef: { fieldPath: `metadata.${path}` } })),
  },
};

const MOUNTS: readonly Json[] = [
  { name: HOST_ROOT.name, mountPath: '/host' },
  { name: POD_INFO.name, mountPath: '/run/system-upgrade/pod', readOnly: true },
];

/** What an upgrade container may do unless its template says otherwise. */
const PRIVILEGED = { privileged: true, capabilities: { add: ['SYS_BOOT'] } };

/** The version as system-upgrade-controller gives it to images: `+` cannot stand in a tag. */
function imageVersion(version: string): string {
  return version.replaceAll('+', '-');
}

/** A text as the value of a label: at most 63 of the characters that one may have, and none but letters and digits at the ends. */
function labelValue(text: string): string {
  const allowed = text.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 63);
  return allowed.replace(/^[._-]+/, '').replace(/[._-]+$/, '');
}

/** The labels that system-upgrade-controller puts on its Jobs and their Pods; a container reads them in `/run/system-upgrade/pod/labels`. */
export function compatibilityLabels({
  plan,
  revision,
  version,
  node,
  hostname,
}: CompatibilityInput): Readonly<Record<string, string>> {
  return {
    'upgrade.cattle.io/controller': CONTROLLER,
    // A turn is exclusive on its node, so that the other controller's exclusive Plans stay away from it as well.
    'upgrade.cattle.io/exclusive': 'true',
    'upgrade.cattle.io/node': labelValue(hostname ?? node),
    'upgrade.cattle.io/plan': plan,
    'upgrade.cattle.io/version': labelValue(imageVersion(version)),
    [`plan.upgrade.cattle.io/${plan}`]: labelValue(revision),
  };
}

/** An image without tag and digest gets the version as its tag. */
function withVersionTag(image: unknown, version: string): unknown {
  if (typeof image !== 'string' || image === '' || image.includes('@')) return image;
  // A colon before the last slash is the port of a registry.
  return image.slice(image.lastIndexOf('/') + 1).includes(':') ? image : `${image}:${imageVersion(version)}`;
}

/** The list with those of `more` whose `key` nothing in it has yet: what the template says comes first. */
function completed(own: readonly Json[], more: readonly Json[], key: string): readonly Json[] {
  return [...own, ...more.filter((entry) => own.every((other) => other[key] !== entry[key]))];
}

function compatibleContainer(container: Json, input: CompatibilityInput): Json {
  const field = (name: string, fieldPath: string): Json => ({
    name: `SYSTEM_UPGRADE_${name}`,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return {
    imagePullPolicy: 'IfNotPresent',
    ...container,
    image: withVersionTag(container['image'], input.version),
    env: [
      field('NODE_NAME', 'spec.nodeName'),
      field('POD_NAME', 'metadata.name'),
      field('POD_UID', 'metadata.uid'),
      ...list(container['env']),
      { name: 'SYSTEM_UPGRADE_PLAN_NAME', value: input.plan },
      { name: 'SYSTEM_UPGRADE_PLAN_LATEST_HASH', value: input.revision },
      { name: 'SYSTEM_UPGRADE_PLAN_LATEST_VERSION', value: imageVersion(input.version) },
    ],
    volumeMounts: completed(list(container['volumeMounts']), MOUNTS, 'mountPath'),
  };
}

/** The other controller's Job for a plan of the same name and namespace keeps ours off the node while it runs there. */
function besideNoOther(affinity: unknown, plan: string): Json {
  const antiAffinity = record(record(affinity)['podAntiAffinity']);
  const required = list(antiAffinity['requiredDuringSchedulingIgnoredDuringExecution']);
  const other = {
    labelSelector: { matchExpressions: [{ key: 'upgrade.cattle.io/plan', operator: 'In', values: [plan] }] },
    topologyKey: 'kubernetes.io/hostname',
  };
  return {
    ...record(affinity),
    podAntiAffinity: { ...antiAffinity, requiredDuringSchedulingIgnoredDuringExecution: [...required, other] },
  };
}

/**
 * A Pod's spec as images of rancher/system-upgrade-controller expect it: the host's namespaces, its root at `/host`, the Pod's labels
 * and annotations as files, the SYSTEM_UPGRADE_* environment, and privileged upgrade containers. What the template says itself stays.
 */
export function compatiblePodSpec(spec: Json, input: CompatibilityInput): Json {
  const initContainers = list(spec['initContainers']).map((container) => compatibleContainer(container, input));
  return {
    hostIPC: true,
    hostPID: true,
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
    ...spec,
    affinity: besideNoOther(spec['affinity'], input.plan),
    containers: list(spec['containers']).map((container) =>
      compatibleContainer({ securityContext: PRIVILEGED, ...container }, input),
    ),
    ...(initContainers.length === 0 ? {} : { initContainers }),
    volumes: completed(list(spec['volumes']), [HOST_ROOT, POD_INFO], 'name'),
  };
}
