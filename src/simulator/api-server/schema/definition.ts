import { asObject, asObjects, asText, isJsonObject, type Json } from '../../../core/json.ts';

/** A CEL rule of a schema: an entry of `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
}

/** A node of a structural schema, with the keywords that this folder implements. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** One version of a CustomResourceDefinition. */
export interface Definition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Whether the status can only be changed through the status subresource. */
  readonly hasStatus: boolean;
  readonly schema: Schema;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  ...['type', 'format', 'default', 'nullable', 'enum', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength'],
  ...['minItems', 'maxItems', 'minProperties', 'maxProperties', 'required', 'properties', 'items', 'additionalProperties'],
  ...['x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-list-type'],
  ...['x-kubernetes-list-map-keys', 'x-kubernetes-validations', 'title', 'description'],
]);
const RULE_KEYWORDS: ReadonlySet<string> = new Set(['rule', 'message', 'messageExpression', 'reason', 'fieldPath']);
const FORMATS: ReadonlySet<unknown> = new Set([undefined, 'date-time', 'int32', 'int64']);

/**
 * Reads the versions of a CustomResourceDefinition that are served. Throws if a schema uses a keyword that this folder does not
 * implement, because objects would then be checked less than by Kubernetes.
 */
export function readDefinitions(crd: Json): readonly Definition[] {
  const spec = asObject(crd['spec']);
  const names = asObject(spec['names']);
  return asObjects(spec['versions'])
    .filter((version) => version['served'] === true)
    .map((version) => {
      const schema = asObject(asObject(version['schema'])['openAPIV3Schema']);
      checkKeywords(schema, asText(names['kind']));
      return {
        group: asText(spec['group']),
        version: asText(version['name']),
        kind: asText(names['kind']),
        plural: asText(names['plural']),
        namespaced: spec['scope'] === 'Namespaced',
        hasStatus: isJsonObject(asObject(version['subresources'])['status']),
        schema,
      };
    });
}

function checkKeywords(schema: Json, path: string): void {
  const unknown =
    Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword)) ??
    asObjects(schema['x-kubernetes-validations'])
      .flatMap((rule) => Object.keys(rule))
      .find((keyword) => !RULE_KEYWORDS.has(keyword));
  if (unknown !== undefined) throw new Error(`${path}: the keyword ${unknown} is not supported`);
  if (!FORMATS.has(schema['format'])) throw new Error(`${path}: the format ${String(schema['format'])} is not supported`);
  for (const [name, property] of Object.entries(asObject(schema['properties'])))
    checkKeywords(asObject(property), `${path}.${name}`);
  if (schema['items'] !== undefined) checkKeywords(asObject(schema['items']), `${path}[]`);
  if (schema['additionalProperties'] === undefined) return;
  if (!isJsonObject(schema['additionalProperties'])) throw new Error(`${path}: additionalProperties must be a schema`);
  checkKeywords(schema['additionalProperties'], `${path}.*`);
}
