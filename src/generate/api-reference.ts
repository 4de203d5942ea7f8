import { isDeprecated, storedVersion, type CrdFile, type Schema, type ValidationRule } from './crd.ts';
import { cell } from './markdown.ts';

const INTRODUCTION = `# API reference

Generated from crds/ by \`npm run generate\`: do not edit.

Every field is optional unless it is marked **required**. A field of a plan that is marked "re-runs: yes" is part of the revision: changing it
upgrades nodes again that are already done. A field without a mark inherits that of the object that contains it. \`kubectl explain uplan.spec\`
shows the same descriptions for the version in your cluster.
`;

/** A section of the reference, for one object schema. */
interface Section {
  /** Path in the object, such as `spec.batches[]`; empty for the kind itself. */
  readonly path: string;
  readonly schema: Schema;
}

/** Renders docs/reference/api.md: each kind, each object in it, and each field with its bounds and rules. */
export function renderApiReference(files: readonly CrdFile[]): string {
  return [INTRODUCTION, ...files.map(kind)].join('\n');
}

function kind({ crd }: CrdFile): string {
  const version = storedVersion(crd);
  const { names, group } = crd.spec;
  const root = version.schema.openAPIV3Schema;
  const columns = version.additionalPrinterColumns
    .map(({ name, jsonPath, description = '' }) => `| ${name.toUpperCase()} | \`${cell(jsonPath)}\` | ${cell(description)} |`)
    .join('\n');
  const head = [
    `## ${names.kind}`,
    '',
    `${root.description ?? ''} apiVersion \`${group}/${version.name}\`, short name \`${names.shortNames.join('`, `')}\`.`,
    ...rules(root['x-kubernetes-validations'] ?? []),
    '',
    '| Column | Path | Meaning |',
    '| --- | --- | --- |',
    columns,
  ].join('\n');
  return `${head}\n\n${sections('', root)
    .filter(({ path }) => path !== '')
    .map(section)
    .join('\n')}`;
}

/** The object schemas in reading order: an object, then the objects in its fields. Deprecated fields have no section. */
function sections(path: string, schema: Schema): readonly Section[] {
  const own = schema.properties === undefined || isOpen(schema) || path === 'metadata' ? [] : [{ path, schema }];
  const fields = isOpen(schema) ? [] : Object.entries(schema.properties ?? {});
  const current = fields.filter(([, field]) => !isDeprecated(field));
  const below = current.flatMap(([name, field]) => sections(path === '' ? name : `${path}.${name}`, field));
  return [...own, ...below, ...(schema.items === undefined ? [] : sections(`${path}[]`, schema.items))];
}

function section({ path, schema }: Section): string {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const need = required.has(name) ? '**required**' : field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
    const own = fieldRules(field).map((rule) => rule.message);
    const text = [field.description ?? '', ...own.map((message) => `It ${message}.`)].join(' ');
    return `| \`${name}\` | ${cell(typeOf(field))} | ${cell(need)} | ${cell(text)} |`;
  });
  return [
    `### ${path}`,
    ...rules(schema['x-kubernetes-validations'] ?? []),
    '',
    '| Field | Type | Default | Description |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The rules of a field without its own section. */
function fieldRules(field: Schema): readonly ValidationRule[] {
  return field.properties === undefined || isOpen(field) ? (field['x-kubernetes-validations'] ?? []) : [];
}

function rules(list: readonly ValidationRule[]): readonly string[] {
  return list.length === 0 ? [] : ['', ...list.map(({ message }) => `- ${message}.`)];
}

function isOpen(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

function typeOf(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return `integer${bounds(schema.minimum, schema.maximum, '')}, or string matching \`${schema.pattern ?? '.*'}\``;
  }
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}${bounds(schema.minItems, schema.maxItems, ' items')}`;
  if (schema.additionalProperties !== undefined) return `map of ${typeOf(schema.additionalProperties)}`;
  if (schema.type === 'integer') return `integer${bounds(schema.minimum, schema.maximum, '')}`;
  if (schema.format === 'date-time') return 'time (RFC 3339)';
  if (schema.type === 'string') {
    const pattern = schema.pattern === undefined ? '' : ` matching \`${schema.pattern}\``;
    return `string${bounds(schema.minLength, schema.maxLength, ' characters')}${pattern}`;
  }
  return schema.title ?? schema.type ?? '';
}

function bounds(from: number | undefined, to: number | undefined, unit: string): string {
  if (from === undefined && to === undefined) return '';
  if (to === undefined) return ` (at least ${String(from)}${unit})`;
  return from === undefined ? ` (at most ${String(to)}${unit})` : ` (${String(from)} to ${String(to)}${unit})`;
}
