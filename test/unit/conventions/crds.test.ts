import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readCrds, storedVersion, type Schema } from '../../../src/generate/crd.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A field or list item of an API, with where it stands. */
interface Place {
  readonly path: string;
  readonly schema: Schema;
  /** Name of the field; undefined for list items. */
  readonly field: string | undefined;
}

const crds = readCrds(ROOT).map(({ file, crd }) => ({ file, crd, version: storedVersion(crd) }));
const places = crds.flatMap(({ crd, version }) => walk(crd.spec.names.kind, version.schema.openAPIV3Schema));

/** Everything below a schema that Baton's own rules apply to: not the metadata, nor the insides of a Pod template. */
function walk(path: string, schema: Schema): readonly Place[] {
  const fields = schema['x-kubernetes-preserve-unknown-fields'] === true ? [] : Object.entries(schema.properties ?? {});
  const below = fields
    .filter(([field]) => !/^\w+\.(apiVersion|kind|metadata)$/.test(`${path}.${field}`))
    .flatMap(([field, inner]) => [{ path: `${path}.${field}`, schema: inner, field }, ...walk(`${path}.${field}`, inner)]);
  const items =
    schema.items === undefined
      ? []
      : [{ path: `${path}[]`, schema: schema.items, field: undefined }, ...walk(`${path}[]`, schema.items)];
  return [...below, ...items];
}

/** Where a condition does not hold. */
function where(violates: (place: Place) => boolean): readonly string[] {
  return places.filter(violates).map(({ path }) => path);
}

const KEYWORDS = new Set([
  ...[
    'type',
    'format',
    'title',
    'description',
    'default',
    'enum',
    'pattern',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'minItems',
  ],
  ...['maxItems', 'maxProperties', 'required', 'properties', 'items', 'additionalProperties', 'x-kubernetes-int-or-string'],
  ...['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-validations'],
]);

/** Every word of the code, without the generated types: they name each field whether or not anything reads it. */
function wordsOfCode(): ReadonlySet<string> {
  const source = join(ROOT, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const own = files.filter((file) => !file.startsWith(join('api', 'generated')));
  return new Set(own.flatMap((file) => readFileSync(join(source, file), 'utf8').match(/\w+/g) ?? []));
}

describe('every field of the API', () => {
  it('of a spec is named by the code: a field that is accepted and ignored is a defect', () => {
    const words = wordsOfCode();
    expect(where(({ path, field }) => /^\w+\.spec\b/.test(path) && field !== undefined && !words.has(field))).toEqual([]);
  });

  it('was found', () => {
    expect(places.length).toBeGreaterThan(120);
  });

  it('has only keywords that the generator knows: a comma in an unquoted description makes another', () => {
    expect(where(({ schema }) => Object.keys(schema).some((key) => !KEYWORDS.has(key)))).toEqual([]);
  });

  it('has a description that begins with its name and ends as a sentence', () => {
    const lacking = where(
      ({ schema, field }) =>
        field !== undefined && !(schema.description?.startsWith(`${field} `) === true && schema.description.endsWith('.')),
    );
    expect(lacking).toEqual([]);
  });

  it('has a length, when it is a string', () => {
    const fixed = (schema: Schema): boolean => schema.enum !== undefined || schema.format === 'date-time';
    expect(where(({ schema }) => schema.type === 'string' && !fixed(schema) && schema.maxLength === undefined)).toEqual([]);
  });

  it('has a bound and a list type, when it is a list', () => {
    expect(where(({ schema }) => schema.type === 'array' && schema.maxItems === undefined)).toEqual([]);
    expect(where(({ schema }) => schema.type === 'array' && schema['x-kubernetes-list-type'] === undefined)).toEqual([]);
    const keyless = (schema: Schema): boolean =>
      schema['x-kubernetes-list-type'] === 'map' && (schema['x-kubernetes-list-map-keys'] ?? []).length === 0;
    expect(where(({ schema }) => keyless(schema))).toEqual([]);
  });

  it('has a size, when it is a map', () => {
    expect(where(({ schema }) => schema.additionalProperties !== undefined && schema.maxProperties === undefined)).toEqual([]);
  });

  it('has a format and a least value, when it is an integer, and a greatest value where people write it', () => {
    expect(
      where(({ schema }) => schema.type === 'integer' && (schema.format === undefined || schema.minimum === undefined)),
    ).toEqual([]);
    expect(
      where(({ schema, path }) => path.includes('.spec.') && schema.type === 'integer' && schema.maximum === undefined),
    ).toEqual([]);
    expect(where(({ schema }) => schema.type === 'number')).toEqual([]);
  });

  it('has bounds by keywords, when it is a count or a percentage: CEL takes it for a string without bound', () => {
    const bounded = ({ minimum, maximum, maxLength, pattern }: Schema): boolean =>
      [minimum, maximum, maxLength, pattern].every((keyword) => keyword !== undefined);
    const open = ({ schema }: Place): boolean => schema['x-kubernetes-int-or-string'] === true;
    expect(where((place) => open(place) && !bounded(place.schema))).toEqual([]);
    expect(where((place) => open(place) && place.schema['x-kubernetes-validations'] !== undefined)).toEqual([]);
  });

  it('has a title, when it is an object: the name of its TypeScript type', () => {
    const untitled = ({ schema }: Place): boolean => schema.properties !== undefined && schema.title === undefined;
    expect(where((place) => untitled(place) && !place.path.endsWith('.template.spec'))).toEqual([]);
  });

  it('is no boolean, but for those that were weighed: an enumeration can grow', () => {
    const names = [...new Set(where(({ schema }) => schema.type === 'boolean').map((path) => path.replace(/^.*\./, '')))].sort();
    expect(names).toEqual(['allNodes', 'daemonSetsReady', 'live', 'overdue', 'paused', 'quarantined', 'rebooting', 'required']);
  });

  it('says a duration in seconds and a time as …Time', () => {
    expect(where(({ field = '' }) => /(Timeout|Period|Deadline|Duration)$/.test(field))).toEqual([]);
    // Both ends of a freeze, and the one word for which a window is opened, say that they are times.
    const times = /(^t|T)ime$|^(from|to|nextOpening)$/;
    expect(where(({ schema, field = '' }) => schema.format === 'date-time' && !times.test(field))).toEqual([]);
    expect(where(({ field }) => field === 'phase')).toEqual([]);
  });

  it('is optional when it has a default', () => {
    const both = ({ schema }: Place): boolean =>
      Object.entries(schema.properties ?? {}).some(
        ([name, field]) => field.default !== undefined && schema.required?.includes(name) === true,
      );
    expect(where(both)).toEqual([]);
  });

  it('has CamelCase values, when it is an enumeration', () => {
    expect(where(({ schema }) => schema.enum?.some((value) => !/^[A-Z][A-Za-z]*$/.test(value)) === true)).toEqual([]);
  });
});

describe.each(crds)('$file', ({ crd, version }) => {
  it('has a status subresource, a short name and the age as last column', () => {
    expect(version.subresources).toEqual({ status: {} });
    expect(crd.spec.names.shortNames).toHaveLength(1);
    expect(version.additionalPrinterColumns.at(-1)).toMatchObject({ name: 'Age', jsonPath: '.metadata.creationTimestamp' });
  });

  it('has conditions as Kubernetes has them, first in the status', () => {
    const status = version.schema.openAPIV3Schema.properties?.['status'];
    const [first] = Object.keys(status?.properties ?? {});
    expect(first).toBe('conditions');
    const conditions = status?.properties?.['conditions'];
    expect(conditions).toMatchObject({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
    expect(Object.keys(conditions?.items?.properties ?? {}).sort()).toEqual(
      ['type', 'status', 'reason', 'message', 'observedGeneration', 'lastTransitionTime'].sort(),
    );
    expect(conditions?.items?.required).toEqual(['type', 'status', 'reason', 'message', 'lastTransitionTime']);
    expect(conditions?.items?.properties?.['status']?.enum).toEqual(['True', 'False', 'Unknown']);
    expect(conditions?.items?.properties?.['reason']?.minLength).toBe(1);
  });
});
