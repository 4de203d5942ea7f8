import { compile } from 'json-schema-to-typescript';
import { isDeprecated, storedVersion, type CrdFile, type Schema } from './crd.ts';

/** A schema with a title, and its path in the object, such as `spec.batches[]`. */
interface TitledSchema {
  readonly schema: Schema;
  readonly path: string;
}

/** The input of json-schema-to-typescript. `tsType` names a type that is defined elsewhere. */
interface CompilerSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly tsType?: string;
  readonly properties?: Readonly<Record<string, CompilerSchema>>;
  readonly items?: CompilerSchema;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
}

/** Types that are not generated from a schema. */
const OBJECT_META = 'ObjectMeta';
const OPEN_OBJECT = 'Readonly<Record<string, unknown>>';

/**
 * Renders the TypeScript interfaces of a CRD for objects as the API server returns them: a field with a default is always present. The
 * title of a schema is the name of its interface. Two different schemas with the same title are an error.
 */
export async function renderTypes({ file, crd }: CrdFile): Promise<string> {
  const version = storedVersion(crd);
  const titled = new Map<string, TitledSchema>();
  collectTitled(version.schema.openAPIV3Schema, '', titled);
  const interfaces: string[] = [];
  for (const [title, { schema, path }] of titled) {
    const isRoot = path === '';
    const body = isRoot ? rootSchema(schema, `${crd.spec.group}/${version.name}`) : objectSchema(schema);
    const comment = isRoot ? (schema.description ?? '') : `\`${path}\` of an ${crd.spec.names.kind}.`;
    const text = await compile(structuredClone({ ...body, title }) as Parameters<typeof compile>[0], title, {
      additionalProperties: false,
      bannerComment: '',
      format: false,
      ignoreMinAndMaxItems: true,
      unknownAny: true,
    });
    interfaces.push(`/** ${comment} */\n${formatInterface(text)}`);
  }
  return [
    `// Generated from crds/${file} by \`npm run generate\`: do not edit.\n`,
    "import type { ObjectMeta } from '../object-meta.ts';\n",
    ...interfaces,
  ].join('\n');
}

/** Finds the titled object schemas, depth first in the order of the fields. */
function collectTitled(schema: Schema, path: string, titled: Map<string, TitledSchema>): void {
  if (schema.title !== undefined && schema.properties !== undefined && !isOpen(schema)) {
    const known = titled.get(schema.title);
    if (known === undefined) titled.set(schema.title, { schema, path });
    else if (shape(known.schema) !== shape(schema)) {
      throw new Error(
        `The schemas at ${known.path} and ${path} differ but have the same title ${schema.title}: change one of the titles.`,
      );
    } else return;
  }
  for (const [name, property] of currentFields(schema)) {
    if (!isOpen(schema)) collectTitled(property, path === '' ? name : `${path}.${name}`, titled);
  }
  if (schema.items !== undefined) collectTitled(schema.items, `${path}[]`, titled);
}

/** The fields without those that are deprecated: only src/core/renamed-fields.ts may read these, and it does so without a type. */
function currentFields(schema: Schema): readonly (readonly [string, Schema])[] {
  return Object.entries(schema.properties ?? {}).filter(([, field]) => !isDeprecated(field));
}

function isOpen(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/** The schema as text without its own description and default, which differ between the fields that use it. */
function shape(schema: Schema): string {
  return JSON.stringify({ ...schema, description: undefined, default: undefined });
}

function rootSchema(schema: Schema, apiVersion: string): CompilerSchema {
  const body = objectSchema(schema);
  return {
    ...body,
    required: ['apiVersion', 'kind', 'metadata', ...(body.required ?? [])],
    properties: {
      ...body.properties,
      apiVersion: { type: 'string', enum: [apiVersion] },
      kind: { type: 'string', enum: [schema.title ?? ''] },
      metadata: { tsType: OBJECT_META },
    },
  };
}

function objectSchema(schema: Schema): CompilerSchema {
  const properties = currentFields(schema);
  const defaulted = properties.filter(([, property]) => property.default !== undefined).map(([name]) => name);
  return {
    type: 'object',
    additionalProperties: false,
    required: [...new Set([...(schema.required ?? []), ...defaulted])],
    properties: Object.fromEntries(properties.map(([name, property]) => [name, fieldSchema(property)])),
  };
}

function fieldSchema(schema: Schema): CompilerSchema {
  const description = schema.description === undefined ? {} : { description: schema.description };
  if (schema['x-kubernetes-int-or-string'] === true) return { ...description, tsType: 'number | string' };
  if (isOpen(schema)) return { ...description, tsType: OPEN_OBJECT };
  if (schema.additionalProperties !== undefined) return { ...description, tsType: 'Readonly<Record<string, string>>' };
  if (schema.properties !== undefined) {
    if (schema.title === undefined)
      throw new Error(`An object schema requires a title, the name of its interface: "${schema.description ?? '?'}".`);
    return { ...description, tsType: schema.title };
  }
  if (schema.type === 'object') return { ...description, tsType: OPEN_OBJECT };
  if (schema.items !== undefined) return { ...description, type: 'array', items: fieldSchema(schema.items) };
  return {
    ...description,
    ...(schema.type === undefined ? {} : { type: schema.type }),
    ...(schema.enum === undefined ? {} : { enum: schema.enum }),
  };
}

/** Indents the compiler's output and makes every property and array read-only. */
function formatInterface(text: string): string {
  const body = text
    .trim()
    .replaceAll(/\/\*\*\n \* (.*)\n \*\//g, '/** $1 */')
    .split('\n')
    .map((line) => {
      if (line.startsWith('export ') || line === '}') return line;
      if (line.startsWith('/**')) return `  ${line}`;
      const property = /^(\w+\??): (.*?)(\[\])?$/.exec(line);
      if (property === null)
        throw new Error(`json-schema-to-typescript wrote an unexpected line, where a property was expected: "${line}".`);
      const [, name = '', type = '', array] = property;
      const single = type.replaceAll('"', "'");
      return array === undefined
        ? `  readonly ${name}: ${single.replace(/^\((.*)\)$/, '$1')};`
        : `  readonly ${name}: readonly ${single}[];`;
    });
  return `${body.join('\n')}\n`;
}
