import type { Json } from '../json.ts';
import { Fields } from './fields.ts';

/** A Plan of rancher/system-upgrade-controller (upgrade.cattle.io/v1), as far as it says what is to be done. */
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
  /** As written, for instance `30s`. */
  readonly postCompleteDelay: string | undefined;
  readonly priorityClassName: string | undefined;
  readonly postCompleteLabels: Readonly<Record<string, string>>;
}

/** A Kubernetes label selector. */
export interface SucSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly SucRequirement[];
}

/** One condition of a selector. */
export interface SucRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** How a label is related to the values. */
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
  /** A text like `60s`, or nanoseconds. */
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

/** What became of the reading. */
export type SucPlanReading =
  { readonly kind: 'Plan'; readonly plan: SucPlan } | { readonly kind: 'Refused'; readonly problems: readonly string[] };

const API = 'upgrade.cattle.io/v1';

/** What the API server and clients write into `metadata`, and nobody writes into a file to be converted. */
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

/** Reads a Plan strictly: a field that is not known is a problem, not a loss. */
export function readSucPlan(object: Json): SucPlanReading {
  const problems: string[] = [];
  const root = new Fields(object, '', problems);
  const apiVersion = root.text('apiVersion') ?? 'nothing';
  const kind = root.text('kind') ?? 'nothing';
  if (apiVersion !== API || kind !== 'Plan') {
    const name = `apiVersion ${apiVersion}, kind ${kind}`;
    return { kind: 'Refused', problems: [`is no Plan (${name}): baton convert takes Plans of ${API} alone, remove the rest`] };
  }
  root.any('status');
  const metadata = root.object('metadata') ?? new Fields({}, 'metadata', problems);
  const spec = root.object('spec') ?? new Fields({}, 'spec', problems);
  const plan = { ...readMetadata(metadata), ...readSpec(spec) };
  for (const fields of [root, metadata, spec]) fields.end();
  return problems.length > 0 ? { kind: 'Refused', problems } : { kind: 'Plan', plan };
}

function readMetadata(metadata: Fields): Pick<SucPlan, 'name' | 'namespace' | 'labels' | 'annotations'> {
  for (const key of SERVER_METADATA) metadata.any(key);
  return {
    name: metadata.required('name'),
    namespace: metadata.text('namespace'),
    labels: metadata.map('labels') ?? {},
    annotations: metadata.map('annotations') ?? {},
  };
}

function readSpec(spec: Fields): Omit<SucPlan, 'name' | 'namespace' | 'labels' | 'annotations'> {
  const nodeSelector = spec.object('nodeSelector');
  if (nodeSelector === undefined)
    spec.problem('nodeSelector', 'is missing: say which nodes, system-upgrade-controller would choose none');
  const prepare = spec.object('prepare');
  const upgrade = spec.object('upgrade');
  if (upgrade === undefined) spec.problem('upgrade', 'is missing: say which image upgrades a node');
  const window = spec.object('window');
  const drain = spec.object('drain');
  return {
    concurrency: spec.wholeNumber('concurrency'),
    jobActiveDeadlineSecs: spec.wholeNumber('jobActiveDeadlineSecs'),
    nodeSelector: nodeSelector === undefined ? { matchLabels: {}, matchExpressions: [] } : readSelector(nodeSelector),
    serviceAccountName: spec.text('serviceAccountName'),
    channel: spec.text('channel'),
    version: spec.text('version'),
    secrets: spec.objects('secrets').map(readSecret),
    tolerations: spec.openList('tolerations') ?? [],
    exclusive: spec.flag('exclusive') ?? false,
    window: window === undefined ? undefined : readWindow(window),
    prepare: prepare === undefined ? undefined : readContainer(prepare),
    upgrade: upgrade === undefined ? NO_CONTAINER : readContainer(upgrade),
    cordon: spec.flag('cordon') ?? false,
    drain: drain === undefined ? undefined : readDrain(drain),
    imagePullSecrets: spec.openList('imagePullSecrets') ?? [],
    postCompleteDelay: spec.text('postCompleteDelay'),
    priorityClassName: spec.text('priorityClassName'),
    // Its name changed between releases of system-upgrade-controller.
    postCompleteLabels: { ...spec.map('customNodeLabels'), ...spec.map('postCompleteLabels') },
  };
}

const OPERATORS: readonly SelectorOperator[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

function readSelector(fields: Fields): SucSelector {
  const selector = {
    matchLabels: fields.map('matchLabels') ?? {},
    matchExpressions: fields.objects('matchExpressions').map(readRequirement),
  };
  fields.end();
  return selector;
}

function readRequirement(fields: Fields): SucRequirement {
  const key = fields.required('key');
  const written = fields.required('operator');
  const values = fields.texts('values') ?? [];
  const operator = OPERATORS.find((known) => known === written);
  if (operator === undefined && written !== '')
    fields.problem('operator', `must be one of ${OPERATORS.join(', ')}, but is '${written}'`);
  const needsValues = operator === 'In' || operator === 'NotIn';
  if (needsValues && values.length === 0) fields.problem('values', `is missing: operator ${operator} compares with something`);
  if (operator !== undefined && !needsValues && values.length > 0)
    fields.problem('values', `must not be set with the operator ${operator}`);
  fields.end();
  return { key, operator: operator ?? 'Exists', values };
}

function readSecret(fields: Fields): SucSecret {
  const secret = {
    name: fields.required('name'),
    path: fields.text('path'),
    ignoreUpdates: fields.flag('ignoreUpdates') ?? false,
    defaultMode: fields.wholeNumber('defaultMode'),
  };
  fields.end();
  return secret;
}

function readWindow(fields: Fields): SucWindow {
  const window = {
    days: fields.texts('days') ?? [],
    startTime: fields.text('startTime'),
    endTime: fields.text('endTime'),
    timeZone: fields.text('timeZone'),
  };
  fields.end();
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
    command: fields.texts('command'),
    args: fields.texts('args'),
    envs: fields.openList('envs'),
    envFrom: fields.openList('envFrom'),
    volumes: fields.objects('volumes').map((volume) => {
      const read = {
        name: volume.required('name'),
        source: volume.required('source'),
        destination: volume.required('destination'),
      };
      volume.end();
      return read;
    }),
    securityContext: fields.open('securityContext'),
  };
  fields.end();
  return container;
}

function readDrain(fields: Fields): SucDrain {
  const timeout = fields.any('timeout');
  if (timeout !== undefined && typeof timeout !== 'string' && !Number.isSafeInteger(timeout))
    fields.problem('timeout', 'must be a time like 60s, or a number of nanoseconds');
  const podSelector = fields.object('podSelector');
  const drain = {
    timeout: typeof timeout === 'string' || typeof timeout === 'number' ? timeout : undefined,
    gracePeriod: fields.wholeNumber('gracePeriod'),
    deleteLocalData: fields.flag('deleteLocalData'),
    deleteEmptydirData: fields.flag('deleteEmptydirData'),
    ignoreDaemonSets: fields.flag('ignoreDaemonSets'),
    force: fields.flag('force') ?? false,
    disableEviction: fields.flag('disableEviction') ?? false,
    skipWaitForDeleteTimeout: fields.wholeNumber('skipWaitForDeleteTimeout'),
    podSelector: podSelector === undefined ? undefined : readSelector(podSelector),
  };
  fields.end();
  return drain;
}
