import { isJsonObject, type Json } from '../../../core/json.ts';
import type { GroupVersion } from '../discovery/resource-groups.ts';
import { apiVersionOf, type ResourceType } from '../resources/resource-type.ts';
import { COMMON_PROPERTIES, META_SCHEMAS } from './meta-schemas.ts';

/** `api/v1` or `apis/GROUP/VERSION`: how the index names a document, and where it is found below `/openapi/v3/`. */
export function documentName(groupVersion: Pick<GroupVersion, 'group' | 'version'>): string {
  return `${groupVersion.group === '' ? 'api' : 'apis'}/${apiVersionOf(groupVersion)}`;
}

/** `/openapi/v3`. */
export function openApiIndex(versions: readonly GroupVersion[]): unknown {
  const names = versions.map(documentName);
  return { paths: Object.fromEntries(names.map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}` }])) };
}

/**
 * The OpenAPI document of a group. Custom resources are described as their CRDs say. Of other resources it says only that writes take
 * `fieldValidation`, so that kubectl leaves validation to the server.
 */
export function openApiDocument(groupVersion: GroupVersion): unknown {
  const schemas = groupVersion.types.map((type) => [schemaName(type), schemaOf(type)] as const);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' },
    paths: Object.fromEntries(groupVersion.types.map((type) => [pathOf(type), { patch: patchOperation(type) }])),
    components: { schemas: { ...Object.fromEntries(schemas), ...META_SCHEMAS } },
  };
}

function pathOf(type: ResourceType): string {
  const namespace = type.namespaced ? 'namespaces/{namespace}/' : '';
  return `/${documentName(type)}/${namespace}${type.plural}/{name}`;
}

// kubectl would build strategic merge patches from the schema if the operation accepted them; it knows the kinds of Kubernetes itself.
function patchOperation(type: ResourceType): unknown {
  const content = Object.fromEntries(
    ['application/json-patch+json', 'application/merge-patch+json'].map((each) => [each, { schema: { type: 'object' } }]),
  );
  return {
    parameters: ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
      name,
      in: 'query',
      schema: { type: 'string', uniqueItems: true },
    })),
    requestBody: { content, required: true },
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-group-version-kind': kindOf(type),
  };
}

function schemaName({ group, version, kind }: ResourceType): string {
  const reversed = group === '' ? 'core' : group.split('.').reverse().join('.');
  return `${reversed}.${version}.${kind}`;
}

function schemaOf(type: ResourceType): unknown {
  const kinds = { 'x-kubernetes-group-version-kind': [kindOf(type)] };
  if (type.schema === undefined) {
    const description = `The embedded API server does not describe the fields of ${type.kind}. They are those of Kubernetes.`;
    return { type: 'object', description, properties: COMMON_PROPERTIES, ...kinds };
  }
  const published = withAlternatives(type.schema);
  const properties = isJsonObject(published['properties']) ? published['properties'] : {};
  return { ...published, properties: { ...properties, ...COMMON_PROPERTIES }, ...kinds };
}

function kindOf({ group, kind, version }: ResourceType): unknown {
  return { group, kind, version };
}

/** A schema in which a field that is a number or a text has both as alternatives, as Kubernetes publishes it. */
function withAlternatives(schema: Json): Json {
  const entries = Object.entries(schema).map(([key, value]): readonly [string, unknown] => {
    if (key === 'properties' && isJsonObject(value)) return [key, mapValues(value)];
    if ((key === 'items' || key === 'additionalProperties') && isJsonObject(value)) return [key, withAlternatives(value)];
    return [key, value];
  });
  const alternatives = schema['x-kubernetes-int-or-string'] === true ? { anyOf: [{ type: 'integer' }, { type: 'string' }] } : {};
  return { ...Object.fromEntries(entries), ...alternatives };
}

function mapValues(properties: Json): Json {
  const entries = Object.entries(properties).map(([name, value]) => [
    name,
    isJsonObject(value) ? withAlternatives(value) : value,
  ]);
  return Object.fromEntries(entries) as Json;
}
