import { asObjects, asObject, type Json } from '../../json.ts';

/** What images for system-upgrade-controller expect to find in their environment. */
export interface CompatibilityInput {
  /** Name of the plan. */
  readonly plan: string;
  readonly revision: string;
  readonly version: string;
  /** Name of the Node. */
  readonly node: string;
  /** The Node's label `kubernetes.io/hostname`, if it has one. */
  readonly hostname: string | undefined;
}

/**
 * The value of the controller label. With its own name, system-upgrade-controller would treat our Jobs as its own and delete
 * them.
 */
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

/** The default securityContext of an upgrade container. */
const PRIVILEGED = { privileged: true, capabilities: { add: ['SYS_BOOT'] } };

/** The version as system-upgrade-controller passes it to images: a tag must not contain `+`. */
function imageVersion(version: string): string {
  return version.replaceAll('+', '-');
}

/** Turns a text into a valid label value: at most 63 allowed characters that start and end with a letter or digit. */
function labelValue(text: string): string {
  const allowed = text.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 63);
  return allowed.replace(/^[._-]+/, '').replace(/[._-]+$/, '');
}

/**
 * The labels that system-upgrade-controller puts on its Jobs and their Pods; a container reads them in
 * `/run/system-upgrade/pod/labels`.
 */
export function compatibilityLabels({
  plan,
  revision,
  version,
  node,
  hostname,
}: CompatibilityInput): Readonly<Record<string, string>> {
  return {
    'upgrade.cattle.io/controller': CONTROLLER,
    // Keeps exclusive Plans of system-upgrade-controller off the node during its turn.
    'upgrade.cattle.io/exclusive': 'true',
    'upgrade.cattle.io/node': labelValue(hostname ?? node),
    'upgrade.cattle.io/plan': plan,
    'upgrade.cattle.io/version': labelValue(imageVersion(version)),
    [`plan.upgrade.cattle.io/${plan}`]: labelValue(revision),
  };
}

/** Adds the version as the tag of an image without tag and digest. */
function withVersionTag(image: unknown, version: string): unknown {
  if (typeof image !== 'string' || image === '' || image.includes('@')) return image;
  // A colon before the last slash is the port of a registry.
  return image.slice(image.lastIndexOf('/') + 1).includes(':') ? image : `${image}:${imageVersion(version)}`;
}

/** Adds the defaults whose `key` is not in the template's list yet. */
function withDefaults(own: readonly Json[], defaults: readonly Json[], key: string): readonly Json[] {
  return [...own, ...defaults.filter((entry) => own.every((other) => other[key] !== entry[key]))];
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
      ...asObjects(container['env']),
      { name: 'SYSTEM_UPGRADE_PLAN_NAME', value: input.plan },
      { name: 'SYSTEM_UPGRADE_PLAN_LATEST_HASH', value: input.revision },
      { name: 'SYSTEM_UPGRADE_PLAN_LATEST_VERSION', value: imageVersion(input.version) },
    ],
    volumeMounts: withDefaults(asObjects(container['volumeMounts']), MOUNTS, 'mountPath'),
  };
}

/** Keeps the Pod off a node while system-upgrade-controller runs a Job there for a Plan of the same name and namespace. */
function withAntiAffinity(affinity: unknown, plan: string): Json {
  const antiAffinity = asObject(asObject(affinity)['podAntiAffinity']);
  const required = asObjects(antiAffinity['requiredDuringSchedulingIgnoredDuringExecution']);
  const other = {
    labelSelector: { matchExpressions: [{ key: 'upgrade.cattle.io/plan', operator: 'In', values: [plan] }] },
    topologyKey: 'kubernetes.io/hostname',
  };
  return {
    ...asObject(affinity),
    podAntiAffinity: { ...antiAffinity, requiredDuringSchedulingIgnoredDuringExecution: [...required, other] },
  };
}

/**
 * Adds to a Pod's spec what images for rancher/system-upgrade-controller expect: the host's namespaces, its root at `/host`, the
 * Pod's labels and annotations as files, the SYSTEM_UPGRADE_* environment, and privileged upgrade containers. Fields of the
 * template win.
 */
export function compatiblePodSpec(spec: Json, input: CompatibilityInput): Json {
  const initContainers = asObjects(spec['initContainers']).map((container) => compatibleContainer(container, input));
  return {
    hostIPC: true,
    hostPID: true,
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
    ...spec,
    affinity: withAntiAffinity(spec['affinity'], input.plan),
    containers: asObjects(spec['containers']).map((container) =>
      compatibleContainer({ securityContext: PRIVILEGED, ...container }, input),
    ),
    ...(initContainers.length === 0 ? {} : { initContainers }),
    volumes: withDefaults(asObjects(spec['volumes']), [HOST_ROOT, POD_INFO], 'name'),
  };
}
