import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { AdmitResult } from '../../../src/simulator/api-server/schema/admit.ts';
import { definitionOf, simulatedResult } from '../../support/crd-server.ts';
import type { Tree } from '../../support/mutations.ts';

const EXAMPLES = new URL('../../../docs/examples/', import.meta.url);
const files = readdirSync(EXAMPLES);
const plans = files.filter((file) => file.endsWith('.yaml'));

function read(file: string): string {
  return readFileSync(new URL(file, EXAMPLES), 'utf8');
}

function objectsOf(file: string): readonly Tree[] {
  return parseAllDocuments(read(file)).map((document) => document.toJS() as Tree);
}

function create(object: Tree): AdmitResult {
  return simulatedResult({ object, fieldValidation: 'Strict', definition: definitionOf(object['kind']) });
}

describe.each(plans)('docs/examples/%s', (file) => {
  it('is accepted by the API server, with every field known', () => {
    for (const object of objectsOf(file)) expect(create(object)).toMatchObject({ kind: 'Admitted', warnings: [] });
  });
});

describe('docs/examples', () => {
  const pages = files.filter((file) => file.endsWith('.md') && file !== 'README.md');

  it('has a page for every plan but the two that are explained by their comments', () => {
    expect(pages.map((page) => page.replace('.md', ''))).toEqual(
      plans.map((plan) => plan.replace('.yaml', '')).filter((name) => name !== 'minimal' && name !== 'full'),
    );
  });

  it.each(pages)('shows in %s the whole plan as it is in its file', (page) => {
    expect(read(page)).toContain(`\`\`\`yaml\n${read(page.replace('.md', '.yaml'))}\`\`\``);
  });

  it.each(pages)('says in %s what the image does, what to check, how to go back and what was never run', (page) => {
    const headings = [...read(page).matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    expect(headings).toEqual([
      'The plan',
      expect.stringMatching(/^What the (image|hosts?|DaemonSet) ha(s|ve) to do$/),
      'What to check',
      'How to go back',
      'What was tested',
    ]);
  });

  it.each(plans)('is linked from the list: %s', (file) => {
    expect(read('README.md')).toContain(`(${file})`);
  });
});

/** Every object without one of its fields. */
function* reductionsOf(value: unknown): Generator<{ readonly path: string; readonly value: unknown }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const { path, value: smaller } of reductionsOf(item))
        yield { path: `[${index}]${path}`, value: value.with(index, smaller) };
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, field] of Object.entries(value)) {
      yield { path: `.${key}`, value: Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) };
      for (const { path, value: smaller } of reductionsOf(field))
        yield { path: `.${key}${path}`, value: { ...value, [key]: smaller } };
    }
  }
}

describe('docs/examples/minimal.yaml', () => {
  it('has no field that could be left out, except the one that prevents a drain and those of the container', () => {
    const [plan] = objectsOf('minimal.yaml');
    const optional = [...reductionsOf(plan)]
      .filter(({ path }) => path.startsWith('.spec') && !path.includes('.template.'))
      .filter(({ value }) => create(value as Tree).kind === 'Admitted')
      .map(({ path }) => path);

    expect(optional).toEqual(['.spec.processes[0].disruption']);
  });
});
