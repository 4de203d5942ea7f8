import { asNumber, asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { humanDuration, since } from './age.ts';
import { column, NAME, wide, type Cell, type Printer } from './printer.ts';
import { labelSelectorText, labelsText } from './selectors.ts';

const CONTAINERS = wide('Containers', 'Images', 'Selector');

export const JOB_PRINTER: Printer = {
  columns: [NAME, column('Status'), column('Completions'), column('Duration'), column('Age'), ...CONTAINERS],
  cells: (job, nowMs) => [
    ...[job.metadata.name ?? '', jobStatus(job), completions(job), jobDuration(job, nowMs)],
    since(job.metadata.creationTimestamp, nowMs),
    ...containers(job),
  ],
};

/** The first of these conditions that is true. Without one, the Job is running. */
const ENDED = ['Complete', 'Failed'];
const UNDER_WAY = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'];

function jobStatus(job: KubeObject): string {
  const conditions = asObjects(asObject(job['status'])['conditions']);
  function firstOf(types: readonly string[]): string | undefined {
    return types.find((type) => conditions.find((condition) => condition['type'] === type)?.['status'] === 'True');
  }
  const terminating = job.metadata.deletionTimestamp === undefined ? undefined : 'Terminating';
  return firstOf(ENDED) ?? terminating ?? firstOf(UNDER_WAY) ?? 'Running';
}

function completions(job: KubeObject): string {
  const [spec, { succeeded }] = [asObject(job['spec']), asObject(job['status'])];
  const wanted = spec['completions'];
  if (typeof wanted === 'number') return `${asNumber(succeeded)}/${wanted}`;
  const parallelism = asNumber(spec['parallelism']);
  return parallelism > 1 ? `${asNumber(succeeded)}/1 of ${parallelism}` : `${asNumber(succeeded)}/1`;
}

function jobDuration(job: KubeObject, nowMs: number): string {
  const { startTime, completionTime } = asObject(job['status']);
  if (typeof startTime !== 'string') return '';
  const end = typeof completionTime === 'string' ? Date.parse(completionTime) : nowMs;
  return humanDuration(end - Date.parse(startTime));
}

function count(name: string): ReturnType<typeof column> {
  return column(name, { type: 'integer' });
}

export const DAEMON_SET_PRINTER: Printer = {
  columns: [
    ...[NAME, count('Desired'), count('Current'), count('Ready'), count('Up-to-date'), count('Available')],
    ...[column('Node Selector'), column('Age'), ...CONTAINERS],
  ],
  cells: (object, nowMs) => {
    const status = asObject(object['status']);
    return [
      object.metadata.name ?? '',
      asNumber(status['desiredNumberScheduled']),
      asNumber(status['currentNumberScheduled']),
      asNumber(status['numberReady']),
      asNumber(status['updatedNumberScheduled']),
      asNumber(status['numberAvailable']),
      labelsText(podSpec(object)['nodeSelector']),
      since(object.metadata.creationTimestamp, nowMs),
      ...containers(object),
    ];
  },
};

export const DEPLOYMENT_PRINTER: Printer = {
  columns: [NAME, column('Ready'), column('Up-to-date'), column('Available'), column('Age'), ...CONTAINERS],
  cells: (object, nowMs) => {
    const status = asObject(object['status']);
    const replicas = asNumber(asObject(object['spec'])['replicas']);
    return [
      object.metadata.name ?? '',
      `${asNumber(status['readyReplicas'])}/${replicas}`,
      asNumber(status['updatedReplicas']),
      asNumber(status['availableReplicas']),
      since(object.metadata.creationTimestamp, nowMs),
      ...containers(object),
    ];
  },
};

export const REPLICA_SET_PRINTER: Printer = {
  columns: [NAME, count('Desired'), count('Current'), count('Ready'), column('Age'), ...CONTAINERS],
  cells: (object, nowMs) => {
    const status = asObject(object['status']);
    return [
      object.metadata.name ?? '',
      asNumber(asObject(object['spec'])['replicas']),
      asNumber(status['replicas']),
      asNumber(status['readyReplicas']),
      since(object.metadata.creationTimestamp, nowMs),
      ...containers(object),
    ];
  },
};

export const CONTROLLER_REVISION_PRINTER: Printer = {
  columns: [NAME, column('Controller'), column('Revision'), column('Age')],
  cells: (object, nowMs) => [
    object.metadata.name ?? '',
    controllerOf(object),
    asNumber(object['revision']),
    since(object.metadata.creationTimestamp, nowMs),
  ],
};

// As `kind.group/name`.
function controllerOf({ metadata }: KubeObject): string {
  const owner = (metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
  if (owner === undefined) return '<none>';
  const [group, version] = owner.apiVersion.split('/');
  const kind = owner.kind.toLowerCase();
  return `${version === undefined ? kind : `${kind}.${group}`}/${owner.name}`;
}

function podSpec(object: KubeObject): Json {
  return asObject(asObject(asObject(object['spec'])['template'])['spec']);
}

function containers(object: KubeObject): readonly Cell[] {
  const all = asObjects(podSpec(object)['containers']);
  const [names, images] = ['name', 'image'].map((key) => all.map((container) => asText(container[key])).join(','));
  return [names ?? '', images ?? '', labelSelectorText(asObject(object['spec'])['selector'])];
}
