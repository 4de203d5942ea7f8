import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import {
  ANNOTATIONS,
  DONE_MARK_PREFIX,
  GROUP,
  LABELS,
  REPORTING_AGENT,
  SERVICE_ACCOUNTS,
  SOCKET_DIRECTORY,
  TAINTS,
} from '../../../src/api/names.ts';

const CHART = fileURLToPath(new URL('../../../charts/baton', import.meta.url));
const VALUES = readFileSync(join(CHART, 'values.yaml'), 'utf8');

/** A JSON schema, as far as values.schema.json goes. */
interface ValuesSchema {
  readonly properties?: Readonly<Record<string, ValuesSchema>>;
  readonly additionalProperties?: boolean | object;
  readonly $ref?: string;
}

/** The text of every template, without the generated CRDs. */
const templates = readdirSync(join(CHART, 'templates'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(yaml|tpl)$/.test(name) && !name.startsWith('crds/'))
  .map((name) => readFileSync(join(CHART, 'templates', name), 'utf8'))
  .join('\n');

describe('the values of the chart', () => {
  const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as ValuesSchema;
  const values = parse(VALUES) as Readonly<Record<string, unknown>>;

  it('fit their schema', () => {
    const ajv = new Ajv({ allowUnionTypes: true });
    expect([ajv.validate(schema, values), ajv.errorsText()]).toEqual([true, 'No errors']);
  });

  it('are each in the schema, and the schema has no others', () => {
    // Helm gives every chart `global`.
    expect(leaves(schema).filter((path) => path !== 'global')).toEqual(written('', values));
  });

  it('are each used by a template', () => {
    const unused = written('', values).filter((path) => !templates.includes(`.Values.${path}`));
    // `crds` is used by the generated templates.
    expect(unused).toEqual(['crds.install', 'crds.keep']);
  });

  it('are each explained, unless Kubernetes has the same field', () => {
    const familiar = ['repository', 'pullPolicy', 'resources', 'nodeSelector', 'tolerations', 'priorityClassName'];
    const explained = (path: string): boolean => new RegExp(`^ *#.*\\n *${path.replace(/^.*\./, '')}:`, 'm').test(VALUES);
    const silent = written('', values).filter((path) => !explained(path));
    expect(silent.filter((path) => !familiar.some((name) => path.endsWith(`.${name}`)))).toEqual([]);
  });
});

describe('the names in the templates', () => {
  it.each(['operator', 'reporter'])('are variables that the %s reads', (program) => {
    const template = readFileSync(join(CHART, `templates/${program}.yaml`), 'utf8');
    const source = readFileSync(join(CHART, `../../src/${program}/${program}-config.ts`), 'utf8');
    const variables = [...template.matchAll(/name: (BATON_\w+)/g)].map(([, name = '']) => name);
    expect(variables.length).toBeGreaterThan(2);
    expect(variables.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
  });

  it('are those of src/api/names.ts', () => {
    const names = [LABELS, ANNOTATIONS, TAINTS].flatMap((table): readonly string[] => Object.values(table));
    // The Lease policy asks for any label of the group.
    const known = new Set([...names, DONE_MARK_PREFIX, REPORTING_AGENT, `${GROUP}/`]);
    const used = [...templates.matchAll(/(?:done\.)?baton\.dev\/[a-z-]*/g)].map(([name]) => name);
    expect(used.length).toBeGreaterThan(20);
    expect([...new Set(used)].filter((name) => !known.has(name))).toEqual([]);
  });

  it('include every ServiceAccount, the API group and the socket', () => {
    for (const name of [...Object.values(SERVICE_ACCOUNTS), `[${GROUP}]`, SOCKET_DIRECTORY]) expect(templates).toContain(name);
  });
});

/** The paths of the values that are no group, in the order of values.yaml's groups. */
function written(prefix: string, values: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(values)
    .flatMap(([key, value]) => {
      const path = prefix === '' ? key : `${prefix}.${key}`;
      return isGroup(path, value) ? written(path, value) : [path];
    })
    .sort();
}

/** Objects whose keys are the user's own are values, not groups. */
function isGroup(path: string, value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !/(resources|nodeSelector)$/.test(path);
}

function leaves(schema: ValuesSchema, prefix = ''): readonly string[] {
  return Object.entries(schema.properties ?? {})
    .flatMap(([key, inner]) => {
      const path = prefix === '' ? key : `${prefix}.${key}`;
      return inner.properties === undefined ? [path] : leaves(inner, path);
    })
    .sort();
}
