import { Buffer } from 'node:buffer';
import { asObject, asText } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';

/** Reads objects from the API server; undefined when the object does not exist. */
export type ReadObject = (path: string) => KubeObject | undefined;

/** What a container needs does not exist, in the kubelet's words. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A reference to a ConfigMap or Secret in the namespace of a Pod. */
export interface ConfigReference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly namespace: string;
}

/** The entries of a ConfigMap or Secret as text; undefined when it does not exist. */
export function configEntries(
  read: ReadObject,
  { kind, name, namespace }: ConfigReference,
): Readonly<Record<string, string>> | undefined {
  const plural = kind === 'Secret' ? 'secrets' : 'configmaps';
  const object = read(`/api/v1/namespaces/${namespace}/${plural}/${name}`);
  if (object === undefined) return undefined;
  const plain = texts(object[kind === 'Secret' ? 'stringData' : 'data']);
  const encoded = texts(object[kind === 'Secret' ? 'data' : 'binaryData']);
  const decoded = Object.entries(encoded).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const);
  return { ...Object.fromEntries(decoded), ...plain };
}

function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asObject(value)).map(([key, text]) => [key, asText(text)]));
}
