import { asNumber, asObject, asObjects, asText, isJsonObject } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { textAt } from '../resources/fields.ts';
import { since } from './age.ts';
import { column, NAME, wide, type Cell, type Printer } from './printer.ts';

const AGE = column('Age');

function age({ metadata }: KubeObject, nowMs: number): string {
  return since(metadata.creationTimestamp, nowMs);
}

/** A kind whose table has its name, some cells of its own, and its age. */
function simple(names: readonly string[], cells: (object: KubeObject) => readonly Cell[]): Printer {
  return {
    columns: [NAME, ...names.map((name) => column(name)), AGE],
    cells: (object, nowMs) => [object.metadata.name ?? '', ...cells(object), age(object, nowMs)],
  };
}

function size(value: unknown): number {
  return Object.keys(asObject(value)).length;
}

export const CONFIG_MAP_PRINTER = simple(['Data'], (object) => [size(object['data']) + size(object['binaryData'])]);
export const SECRET_PRINTER = simple(['Type', 'Data'], (object) => [asText(object['type']), size(object['data'])]);
export const NAMESPACE_PRINTER = simple(['Status'], (object) => [textAt(object, 'status.phase')]);
export const LEASE_PRINTER = simple(['Holder'], (object) => [textAt(object, 'spec.holderIdentity')]);
export const SERVICE_ACCOUNT_PRINTER = simple([], () => []);

export const RESOURCE_QUOTA_PRINTER = simple(['Request', 'Limit'], (object) => {
  const { hard, used } = asObject(object['status']);
  const entries = Object.entries(asObject(hard)).sort(([left], [right]) => (left < right ? -1 : 1));
  function text(limits: boolean): string {
    const shown = entries.filter(([name]) => name.startsWith('limits.') === limits);
    return shown.map(([name, value]) => `${name}: ${asText(asObject(used)[name]) || '0'}/${asText(value)}`).join(', ');
  }
  return [text(false), text(true)];
});

export const POD_DISRUPTION_BUDGET_PRINTER: Printer = {
  columns: [
    ...[NAME, column('Min Available'), column('Max Unavailable')],
    ...[column('Allowed Disruptions', { type: 'integer' }), AGE],
  ],
  cells: (object, nowMs) => {
    const { minAvailable, maxUnavailable } = asObject(object['spec']);
    const limits = [minAvailable, maxUnavailable].map((limit) => (isLimit(limit) ? String(limit) : 'N/A'));
    const allowed = asNumber(asObject(object['status'])['disruptionsAllowed']);
    return [object.metadata.name ?? '', ...limits, allowed, age(object, nowMs)];
  },
};

function isLimit(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

export const NODE_PRINTER: Printer = {
  columns: [
    ...[NAME, column('Status'), column('Roles'), AGE, column('Version')],
    ...wide('Internal-IP', 'External-IP', 'OS-Image', 'Kernel-Version', 'Container-Runtime'),
  ],
  cells: (node, nowMs) => {
    const info = asObject(asObject(node['status'])['nodeInfo']);
    const [osImage, kernel, runtime] = ['osImage', 'kernelVersion', 'containerRuntimeVersion'].map(
      (key) => asText(info[key]) || '<unknown>',
    );
    const architecture = asText(info['architecture']);
    return [
      node.metadata.name ?? '',
      nodeStatus(node),
      rolesOf(node),
      age(node, nowMs),
      asText(info['kubeletVersion']),
      ...['InternalIP', 'ExternalIP'].map((type) => addressOf(node, type)),
      osImage ?? '',
      `${kernel}${architecture === '' ? '' : ` (${architecture})`}`,
      runtime ?? '',
    ];
  },
};

function nodeStatus(node: KubeObject): string {
  const ready = asObjects(asObject(node['status'])['conditions']).findLast((condition) => condition['type'] === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return asObject(node['spec'])['unschedulable'] === true ? `${state},SchedulingDisabled` : state;
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function rolesOf({ metadata }: KubeObject): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key === 'kubernetes.io/role') return [value];
    return key.startsWith(ROLE_PREFIX) ? [key.slice(ROLE_PREFIX.length)] : [];
  });
  const named = new Set(roles.filter((role) => role !== ''));
  return named.size === 0 ? '<none>' : [...named].sort().join(',');
}

function addressOf(node: KubeObject, type: string): string {
  const addresses = asObjects(asObject(node['status'])['addresses']);
  return asText(addresses.find((address) => address['type'] === type)?.['address']) || '<none>';
}

export const EVENT_PRINTER: Printer = {
  columns: [
    ...[column('Last Seen'), column('Type'), column('Reason'), column('Object'), ...wide('Subobject', 'Source')],
    ...[column('Message'), ...wide('First Seen', 'Count'), column('Name', { format: 'name', priority: 1 })],
  ],
  // Of the stored form, which is the one of `v1`.
  cells: (event, nowMs) => {
    const { involvedObject, source, series } = event;
    const first = since(event['firstTimestamp'] ?? event['eventTime'], nowMs);
    const last = event['lastTimestamp'] ? since(event['lastTimestamp'], nowMs) : first;
    const repeated = isJsonObject(series);
    const { kind, name, fieldPath } = asObject(involvedObject);
    const component = asText(asObject(source)['component']) || asText(event['reportingComponent']);
    const host = asText(asObject(source)['host']) || asText(event['reportingInstance']);
    return [
      repeated ? since(series['lastObservedTime'], nowMs) : last,
      asText(event['type']),
      asText(event['reason']),
      `${asText(kind).toLowerCase()}${asText(name) === '' ? '' : `/${asText(name)}`}`,
      asText(fieldPath),
      host === '' ? component : `${component}, ${host}`,
      asText(event['message']).trim(),
      first,
      (repeated ? asNumber(series['count']) : asNumber(event['count'])) || 1,
      event.metadata.name ?? '',
    ];
  },
};

export const BINDING_PRINTER: Printer = {
  columns: [NAME, column('Role'), AGE, ...wide('Users', 'Groups', 'ServiceAccounts')],
  cells: (object, nowMs) => {
    const role = asObject(object['roleRef']);
    const subjects = asObjects(object['subjects']);
    function named(kind: string): string {
      const found = subjects.filter((subject) => subject['kind'] === kind);
      return found.map(({ namespace, name }) => [namespace, name].map(asText).filter(Boolean).join('/')).join(', ');
    }
    return [
      ...[object.metadata.name ?? '', `${asText(role['kind'])}/${asText(role['name'])}`, age(object, nowMs)],
      ...['User', 'Group', 'ServiceAccount'].map(named),
    ];
  },
};
