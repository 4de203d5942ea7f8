import { readFileSync, readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { admit, type AdmitResult, type FieldValidation } from '../../src/simulator/api-server/schema/admit.ts';
import { readDefinitions, type Definition } from '../../src/simulator/api-server/schema/definition.ts';
import { duplicateFields } from '../../src/simulator/api-server/schema/duplicates.ts';
import type { ApiAnswer, ApiClient } from '../cluster/api-client.ts';
import type { Tree } from './mutations.ts';

const CRDS = new URL('../../crds/', import.meta.url);
/** The namespace of all requests. */
const NAMESPACE = 'fleet';

/** The shipped definitions. */
export const DEFINITIONS: readonly Definition[] = readdirSync(CRDS).flatMap((file) =>
  readDefinitions(parse(readFileSync(new URL(file, CRDS), 'utf8')) as Tree),
);

/** The definition of a kind. */
export function definitionOf(kind: unknown): Definition {
  const found = DEFINITIONS.find((definition) => definition.kind === kind);
  if (found === undefined) throw new Error(`crds/ has no CRD for ${String(kind)}`);
  return found;
}

/** A request that stores nothing. */
export interface CrdRequest {
  readonly definition: Definition;
  readonly object: Tree;
  /** The JSON text of the object, if it has fields twice. */
  readonly text?: string;
  /** The stored object; absent for a request that creates one. */
  readonly stored?: Tree;
  readonly subresource?: 'status';
  readonly fieldValidation: FieldValidation;
}

/** What a server answers, in a form that can be compared. */
export interface CrdAnswer {
  /** The object as it would be stored, or the Status. */
  readonly body: unknown;
  readonly warnings: readonly string[];
}

/** What checks objects of our CRDs: a real API server, or the one of the simulator. */
export interface CrdServer {
  answer(request: CrdRequest): Promise<CrdAnswer>;
}

/** The real API server, asked for dry runs. */
export function realServer(client: ApiClient): CrdServer {
  return {
    answer: async (request) => {
      const { definition, object, text, stored, subresource, fieldValidation } = request;
      const { group, version, plural } = definition;
      const collection = `/apis/${group}/${version}/namespaces/${NAMESPACE}/${plural}`;
      const path = stored === undefined ? collection : `${collection}/${(stored['metadata'] as { name: string }).name}`;
      const url = `${path}${subresource === undefined ? '' : `/${subresource}`}?dryRun=All&fieldValidation=${fieldValidation}`;
      const answer: ApiAnswer = await client.call(
        stored === undefined ? 'POST' : 'PUT',
        url,
        text === undefined ? object : Buffer.from(text),
      );
      return comparable(JSON.parse(answer.body) as Tree, answer.warnings);
    },
  };
}

/** The functions of the simulator. */
export const SIMULATED: CrdServer = { answer: (request) => Promise.resolve(simulatedAnswer(request)) };

/** The answer of the simulator's functions. */
export function simulatedAnswer(request: CrdRequest): CrdAnswer {
  const result = simulatedResult(request);
  return result.kind === 'Admitted'
    ? comparable(result.object, result.warnings)
    : comparable({ ...result.status }, result.warnings);
}

/** What the simulator's functions make of an object, before it can be compared. */
export function simulatedResult({ definition, object, text, stored, subresource, fieldValidation }: CrdRequest): AdmitResult {
  return admit(definition, {
    operation: stored === undefined ? 'Create' : 'Update',
    object: withNamespace(object),
    ...(stored === undefined ? {} : { oldObject: stored }),
    ...(subresource === undefined ? {} : { subresource }),
    fieldValidation,
    duplicateFields: text === undefined ? [] : duplicateFields(text),
  });
}

/** The REST layer adds the namespace of the request before it checks the object. */
function withNamespace(object: Tree): Tree {
  const metadata = object['metadata'] ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata)) return object;
  const { namespace, ...others } = metadata as Tree;
  return { ...object, metadata: { ...others, namespace: namespace === undefined || namespace === '' ? NAMESPACE : namespace } };
}

/** An answer without what only a server with a store can know, and without the random order in which Kubernetes visits properties. */
function comparable(body: Tree, warnings: readonly string[]): CrdAnswer {
  const plain = JSON.parse(JSON.stringify(body)) as Tree;
  const metadata = (plain['metadata'] ?? {}) as Tree;
  for (const field of ['uid', 'creationTimestamp', 'managedFields', 'resourceVersion']) Reflect.deleteProperty(metadata, field);
  const details = plain['details'] as { causes?: readonly Cause[] } | undefined;
  if (details?.causes === undefined) return { body: plain, warnings };
  const { causes } = details;
  return {
    body: {
      ...plain,
      // The message repeats the causes, in the same order.
      message: messageIsOf(causes, String(plain['message'])) ? 'as the causes say' : plain['message'],
      details: { ...details, causes: causes.map((cause) => JSON.stringify(cause)).sort() },
    },
    warnings,
  };
}

interface Cause {
  readonly field: string;
  readonly message: string;
}

function messageIsOf(causes: readonly Cause[], message: string): boolean {
  const texts = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  return message.endsWith(` is invalid: ${texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`}`);
}
