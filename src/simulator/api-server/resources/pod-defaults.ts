import { asObject, asObjects, type Json } from '../../../core/json.ts';
import { readQuantities, writeQuantities } from './quantity.ts';

/** A pod's spec with the defaults of the API server, as in a template. */
export function podSpec(given: unknown): Json {
  const spec = asObject(given);
  const account = spec['serviceAccountName'] ?? spec['serviceAccount'];
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...spec,
    // Go leaves out what is false or empty.
    ...Object.fromEntries(OMITTED_WHEN_FALSE.filter((key) => spec[key] === false).map((key) => [key, undefined])),
    ...Object.fromEntries(OMITTED_WHEN_EMPTY.filter((key) => isEmpty(spec[key])).map((key) => [key, undefined])),
    ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
    ...listOf(spec, 'containers', container),
    ...listOf(spec, 'initContainers', container),
    ...listOf(spec, 'volumes', volume),
  };
}

const OMITTED_WHEN_FALSE = ['hostNetwork', 'hostPID', 'hostIPC'];
const OMITTED_WHEN_EMPTY = ['nodeSelector', 'tolerations', 'hostAliases', 'imagePullSecrets', 'topologySpreadConstraints'];

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** A pod template with defaults. */
export function podTemplate(given: unknown): Json {
  const template = asObject(given);
  return { ...template, metadata: asObject(template['metadata']), spec: podSpec(template['spec']) };
}

function listOf(parent: Json, key: string, complete: (item: Json) => Json): Json {
  return parent[key] === undefined ? {} : { [key]: asObjects(parent[key]).map(complete) };
}

function container(given: Json): Json {
  return {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicy(given['image']),
    ...given,
    resources: resources(given['resources']),
    ...listOf(given, 'ports', (port) => ({ protocol: 'TCP', ...port })),
    ...listOf(given, 'env', variable),
    ...Object.fromEntries(PROBES.filter((key) => key in given).map((key) => [key, probe(asObject(given[key]))])),
  };
}

function resources(given: unknown): Json {
  const { limits, requests, ...rest } = asObject(given);
  return { ...rest, ...quantities('limits', limits), ...quantities('requests', requests) };
}

function quantities(key: string, list: unknown): Json {
  return list === undefined || list === null ? {} : { [key]: writeQuantities(readQuantities(asObject(list))) };
}

/** A pod's spec whose containers request what they are limited to, if they request nothing else. Templates stay as they are. */
export function withRequestsFromLimits(spec: Json): Json {
  return { ...spec, ...listOf(spec, 'containers', requestLimits), ...listOf(spec, 'initContainers', requestLimits) };
}

function requestLimits(container: Json): Json {
  const given = asObject(container['resources']);
  if (given['limits'] === undefined) return container;
  const requests = { ...asObject(given['limits']), ...asObject(given['requests']) };
  return { ...container, resources: { ...given, requests } };
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];

function pullPolicy(image: unknown): string {
  if (typeof image !== 'string') return 'Always';
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function probe(given: Json): Json {
  const http = given['httpGet'] === undefined ? {} : { httpGet: { path: '/', scheme: 'HTTP', ...asObject(given['httpGet']) } };
  return { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, ...given, ...http };
}

function variable(given: Json): Json {
  const { value, ...rest } = given;
  const from = asObject(given['valueFrom']);
  if (from['fieldRef'] !== undefined) {
    return { ...rest, valueFrom: { ...from, fieldRef: { apiVersion: 'v1', ...asObject(from['fieldRef']) } } };
  }
  return value === undefined || value === '' ? rest : given;
}

const MODE = { defaultMode: 420 };

function volume(given: Json): Json {
  if ('hostPath' in given) return { ...given, hostPath: { type: '', ...asObject(given['hostPath']) } };
  if ('secret' in given) return { ...given, secret: { ...MODE, ...asObject(given['secret']) } };
  if ('configMap' in given) return { ...given, configMap: { ...MODE, ...asObject(given['configMap']) } };
  if ('downwardAPI' in given) return { ...given, downwardAPI: { ...MODE, ...asObject(given['downwardAPI']) } };
  if ('projected' in given) {
    const projected = asObject(given['projected']);
    return { ...given, projected: { ...MODE, ...projected, ...listOf(projected, 'sources', projectedSource) } };
  }
  return Object.keys(given).length === 1 ? { ...given, emptyDir: {} } : given;
}

function projectedSource(given: Json): Json {
  if (!('serviceAccountToken' in given)) return given;
  return { ...given, serviceAccountToken: { expirationSeconds: 3600, ...asObject(given['serviceAccountToken']) } };
}
