import type { Json } from '../json.ts';
import { Fields } from './fields.ts';

/** A Plan of rancher/system-upgrade-controller (upgrade.cattle.io/v1) without its status. */
export interface SucPlan {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly concurrency: number | undefined;
  readonly jobActiveDeadlineSecs: number | undefined;
  readonly nodeSelector: SucSelector;
  readonly serviceAccountName: string | undefined;
  readonly channel: string | undefined;
  readonly version: string | undefined;
  readonly secrets: readonly SucSecret[];
  readonly tolerations: readonly Json[];
  readonly exclusive: boolean;
  readonly window: SucWindow | undefined;
  readonly prepare: SucContainer | undefined;
  readonly upgrade: SucContainer;
  readonly cordon: boolean;
  readonly drain: SucDrain | undefined;
  readonly imagePullSecrets: readonly Json[];
  /** A Go duration such as `30s`. */
  readonly postCompleteDelay: string | undefined;
  readonly priorityClassName: string | undefined;
  readonly postCompleteLabels: Readonly<Record<string, string>>;
}

/** A Kubernetes label selector. */
export interface SucSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly SucRequirement[];
}

/** One requirement of a selector. */
export interface SucRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** How a requirement compares a label with its values. */
export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

/** A Secret that is mounted into every container. */
export interface SucSecret {
  readonly name: string;
  readonly path: string | undefined;
  readonly ignoreUpdates: boolean;
  readonly defaultMode: number | undefined;
}

/** The prepare or the upgrade container. */
export interface SucContainer {
  readonly image: string;
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[] | undefined;
  readonly envs: readonly Json[] | undefined;
  readonly envFrom: readonly Json[] | undefined;
  readonly volumes: readonly { readonly name: string; readonly source: string; readonly destination: string }[];
  readonly securityContext: Json | undefined;
}

/** The options of `kubectl drain`. */
export interface SucDrain {
  /** A Go duration such as `60s`, or nanoseconds. */
  readonly timeout: string | number | undefined;
  readonly gracePeriod: number | undefined;
  readonly deleteLocalData: boolean | undefined;
  readonly deleteEmptydirData: boolean | undefined;
  readonly ignoreDaemonSets: boolean | undefined;
  readonly force: boolean;
  readonly disableEviction: boolean;
  readonly skipWaitForDeleteTimeout: number | undefined;
  readonly podSelector: SucSelector | undefined;
}

/** When Jobs may be started. */
export interface SucWindow {
  readonly days: readonly string[];
  readonly startTime: string | undefined;
  readonly endTime: string | undefined;
  readonly timeZone: string | undefined;
}

/** The Plan, or one sentence for each problem. */
export type SucPlanReading =
  { readonly kind: 'Plan'; readonly plan: SucPlan } | { readonly kind: 'Rejected'; readonly problems: readonly string[] };

const API = 'upgrade.cattle.io/v1';

/** Fields of `metadata` that the API server and its clients set. They are ignored. */
const SERVER_METADATA = [
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'finalizers',
  'generateName',
  'generation',
  'managedFields',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
];

/** Reads a Plan strictly: an unknown field is a problem. */
export function readSucPlan(object: Json): SucPlanReading {
  const problems: string[] = [];
  const root = new Fields(object, '', problems);
  const apiVersion = root.string('apiVersion') ?? 'nothing';
  const kind = root.string('kind') ?? 'nothing';
  if (apiVersion !== API || kind !== 'Plan') {
    const name = `apiVersion ${apiVersion}, kind ${kind}`;
    return {
      kind: 'Rejected',
      problems: [`is not a Plan (${name}): baton convert accepts only Plans of ${API}, remove other objects`],
    };
  }
  root.raw('status');
  const metadata = root.object('metadata') ?? new Fields({}, 'metadata', problems);
  const spec = root.object('spec') ?? new Fields({}, 'spec', problems);
  const plan = { ...readMetadata(metadata), ...readSpec(spec) };
  for (const fields of [root, metadata, spec]) fields.addUnknownFields();
  return problems.length > 0 ? { kind: 'Rejected', problems } : { kind: 'Plan', plan };
}

function readMetadata(metadata: Fields): Pick<SucPlan, 'name' | 'namespace' | 'labels' | 'annotations'> {
  for (const key of SERVER_METADATA) metadata.raw(key);
  return {
    name: metadata.required('name'),
    namespace: metadata.string('namespace'),
    labels: metadata.stringMap('labels') ?? {},
    annotations: metadata.stringMap('annotations') ?? {},
  };
}

function readSpec(spec: Fields): Omit<SucPlan, 'name' | 'namespace' | 'labels' | 'annotations'> {
  const nodeSelector = spec.object('nodeSelector');
  if (nodeSelector === undefined)
    spec.addProblem(
      'nodeSelector',
      'is required: select the nodes to upgrade, because system-upgrade-controller selects none without it',
    );
  const prepare = spec.object('prepare');
  const upgrade = spec.object('upgrade');
  if (upgrade === undefined) spec.addProblem('upgrade', 'is required: name the image that upgrades a node');
  const window = spec.object('window');
  const drain = spec.object('drain');
  return {
    concurrency: spec.wholeNumber('concurrency'),
    jobActiveDeadlineSecs: spec.wholeNumber('jobActiveDeadlineSecs'),
    nodeSelector: nodeSelector === undefined ? { matchLabels: {}, matchExpressions: [] } : readSelector(nodeSelector),
    serviceAccountName: spec.string('serviceAccountName'),
    channel: spec.string('channel'),
    version: spec.string('version'),
    secrets: spec.objects('secrets').map(readSecret),
    tolerations: spec.rawObjects('tolerations') ?? [],
    exclusive: spec.boolean('exclusive') ?? false,
    window: window === undefined ? undefined : readWindow(window),
    prepare: prepare === undefined ? undefined : readContainer(prepare),
    upgrade: upgrade === undefined ? NO_CONTAINER : readContainer(upgrade),
    cordon: spec.boolean('cordon') ?? false,
    drain: drain === undefined ? undefined : readDrain(drain),
    imagePullSecrets: spec.rawObjects('imagePullSecrets') ?? [],
    postCompleteDelay: spec.string('postCompleteDelay'),
    priorityClassName: spec.string('priorityClassName'),
    // The field was renamed between releases of system-upgrade-controller.
    postCompleteLabels: { ...spec.stringMap('customNodeLabels'), ...spec.stringMap('postCompleteLabels') },
  };
}

const OPERATORS: readonly SelectorOperator[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

function readSelector(fields: Fields): SucSelector {
  const selector = {
    matchLabels: fields.stringMap('matchLabels') ?? {},
    matchExpressions: fields.objects('matchExpressions').map(readRequirement),
  };
  fields.addUnknownFields();
  return selector;
}

function readRequirement(fields: Fields): SucRequirement {
  const key = fields.required('key');
  const written = fields.required('operator');
  const values = fields.strings('values') ?? [];
  const operator = OPERATORS.find((known) => known === written);
  if (operator === undefined && written !== '')
    fields.addProblem('operator', `must be one of ${OPERATORS.join(', ')}, got '${written}'`);
  const needsValues = operator === 'In' || operator === 'NotIn';
  if (needsValues && values.length === 0) fields.addProblem('values', `is required with the operator ${operator}`);
  if (operator !== undefined && !needsValues && values.length > 0)
    fields.addProblem('values', `must not be set with the operator ${operator}`);
  fields.addUnknownFields();
  return { key, operator: operator ?? 'Exists', values };
}

function readSecret(fields: Fields): SucSecret {
  const secret = {
    name: fields.required('name'),
    path: fields.string('path'),
    ignoreUpdates: fields.boolean('ignoreUpdates') ?? false,
    defaultMode: fields.wholeNumber('defaultMode'),
  };
  fields.addUnknownFields();
  return secret;
}

function readWindow(fields: Fields): SucWindow {
  const window = {
    days: fields.strings('days') ?? [],
    startTime: fields.string('startTime'),
    endTime: fields.string('endTime'),
    timeZone: fields.string('timeZone'),
  };
  fields.addUnknownFields();
  return window;
}

const NO_CONTAINER: SucContainer = {
  image: '',
  command: undefined,
  args: undefined,
  envs: undefined,
  envFrom: undefined,
  volumes: [],
  securityContext: undefined,
};

function readContainer(fields: Fields): SucContainer {
  const container = {
    image: fields.required('image'),
    command: fields.strings('command'),
    args: fields.strings('args'),
    envs: fields.rawObjects('envs'),
    envFrom: fields.rawObjects('envFrom'),
    volumes: fields.objects('volumes').map((volume) => {
      const read = {
        name: volume.required('name'),
        source: volume.required('source'),
        destination: volume.required('destination'),
      };
      volume.addUnknownFields();
      return read;
    }),
    securityContext: fields.rawObject('securityContext'),
  };
  fields.addUnknownFields();
  return container;
}

function readDrain(fields: Fields): SucDrain {
  const timeout = fields.raw('timeout');
  if (timeout !== undefined && typeof timeout !== 'string' && !Number.isSafeInteger(timeout))
    fields.addProblem('timeout', 'must be a duration like 60s or a number of nanoseconds');
  const podSelector = fields.object('podSelector');
  const drain = {
    timeout: typeof timeout === 'string' || typeof timeout === 'number' ? timeout : undefined,
    gracePeriod: fields.wholeNumber('gracePeriod'),
    deleteLocalData: fields.boolean('deleteLocalData'),
    deleteEmptydirData: fields.boolean('deleteEmptydirData'),
    ignoreDaemonSets: fields.boolean('ignoreDaemonSets'),
    force: fields.boolean('force') ?? false,
    disableEviction: fields.boolean('disableEviction') ?? false,
    skipWaitForDeleteTimeout: fields.wholeNumber('skipWaitForDeleteTimeout'),
    podSelector: podSelector === undefined ? undefined : readSelector(podSelector),
  };
  fields.addUnknownFields();
  return drain;
}
