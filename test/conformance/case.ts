import type { Api } from './api.ts';

/** One behaviour of the API. */
export interface Case {
  /** A full sentence, unique in its area. */
  readonly name: string;
  /** Acts in a namespace of its own, and returns what it saw. `forget` makes the server forget all earlier versions. */
  readonly run: (api: Api, namespace: string, forget: () => Promise<void>) => Promise<unknown>;
}

/** The cases of an area. */
export function casesOf(cases: readonly Case[]): readonly Case[] {
  return cases;
}

/** A ConfigMap to create. */
export function configMap(name: string, rest: Readonly<Record<string, unknown>> = {}): unknown {
  return { metadata: { name, ...(rest['metadata'] as object | undefined) }, ...('data' in rest ? { data: rest['data'] } : {}) };
}

/** The collection of ConfigMaps of a namespace. */
export function configMaps(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps`;
}
