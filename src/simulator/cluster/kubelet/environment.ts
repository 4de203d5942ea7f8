import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { ConfigError, configEntries, type ConfigReference, type ReadObject } from './config-source.ts';
import { expand } from './expand.ts';
import { fieldValue, type PodAddresses } from './field-ref.ts';

/** What a container's environment is made from. */
export interface EnvironmentInput {
  readonly pod: KubeObject;
  readonly container: Json;
  readonly addresses: PodAddresses;
  readonly read: ReadObject;
}

/** The Service of the API server, which every container finds in its environment. */
const API_SERVICE = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

/** The environment of a container. Throws a ConfigError when a required Secret, ConfigMap or key is missing. */
export function containerEnvironment(input: EnvironmentInput): Readonly<Record<string, string>> {
  const variables: Record<string, string> = { ...API_SERVICE };
  for (const source of asObjects(input.container['envFrom'])) Object.assign(variables, allEntries(source, input));
  for (const entry of asObjects(input.container['env'])) {
    const from = entry['valueFrom'];
    const value = from === undefined ? expand(asText(entry['value']), variables) : valueFrom(asObject(from), input);
    if (value !== undefined) variables[asText(entry['name'])] = value;
  }
  return variables;
}

function allEntries(source: Json, input: EnvironmentInput): Readonly<Record<string, string>> {
  const prefix = asText(source['prefix']);
  const reference = asObject(source['configMapRef'] ?? source['secretRef']);
  const entries = configEntries(input.read, referenceOf(source['configMapRef'] !== undefined, reference, input));
  if (entries === undefined && reference['optional'] !== true) {
    throw missing(source['configMapRef'] !== undefined, asText(reference['name']));
  }
  return Object.fromEntries(Object.entries(entries ?? {}).map(([key, value]) => [prefix + key, value]));
}

/** Undefined leaves the variable out. */
function valueFrom(from: Json, input: EnvironmentInput): string | undefined {
  const { fieldRef, configMapKeyRef, secretKeyRef } = from;
  if (fieldRef !== undefined) return fieldValue(input.pod, asText(asObject(fieldRef)['fieldPath']), input.addresses);
  if (configMapKeyRef === undefined && secretKeyRef === undefined) return '0';
  const isConfigMap = configMapKeyRef !== undefined;
  const reference = asObject(configMapKeyRef ?? secretKeyRef);
  const source = referenceOf(isConfigMap, reference, input);
  const entries = configEntries(input.read, source);
  const key = asText(reference['key']);
  if (entries !== undefined && Object.hasOwn(entries, key)) return entries[key];
  if (reference['optional'] === true) return undefined;
  if (entries === undefined) throw missing(isConfigMap, source.name);
  throw new ConfigError(`couldn't find key ${key} in ${source.kind} ${source.namespace}/${source.name}`);
}

function referenceOf(isConfigMap: boolean, reference: Json, { pod }: EnvironmentInput): ConfigReference {
  const { namespace = '' } = pod.metadata;
  return { kind: isConfigMap ? 'ConfigMap' : 'Secret', name: asText(reference['name']), namespace };
}

function missing(isConfigMap: boolean, name: string): ConfigError {
  return new ConfigError(`${isConfigMap ? 'configmap' : 'secret'} "${name}" not found`);
}
