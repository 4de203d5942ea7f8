import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { consolidate } from '../../../../src/core/notification/consolidation/consolidate.ts';
import { golden } from './golden.ts';
import { scenarioOf } from './scenarios.ts';

const FILE = fileURLToPath(new URL('../../../../docs/notifications.md', import.meta.url));
const AGENT = { node: 'node-217', pod: 'baton-agent-5c1f09aa2b7d4e10-3' };

function notificationOf(name: string): ReturnType<typeof consolidate> {
  return consolidate({ ...scenarioOf(name), agent: AGENT });
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** JSON with one line for each field, and for each item of its lists. */
function compactJson(object: object): string {
  const line = (value: unknown): string => JSON.stringify(value).replaceAll('":', '": ').replaceAll(',"', ', "');
  const fields = Object.entries(object).map(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return `  "${name}": ${JSON.stringify(value)}`;
    if (!Array.isArray(value)) return `  "${name}": ${line(value)}`;
    return `  "${name}": [\n${value.map((item) => `    ${typeof item === 'object' && 'command' in item ? JSON.stringify(item) : line(item)}`).join(',\n')}\n  ]`;
  });
  return `{\n${fields.join(',\n')}\n}`;
}

/** Replaces the examples between two markers with those of the scenarios that the first markers name. */
function regenerate(page: string): string {
  return page
    .replace(/<!-- example: [^]*?<!-- end of examples -->/, (section) => {
      const names = [...section.matchAll(/<!-- example: (\S+) -->/g)].map(([, name = '']) => name);
      const examples = names.map(
        (name) => `<!-- example: ${name} -->\n${scenarioOf(name).title}:\n\n${fenced('text', notificationOf(name).text)}\n`,
      );
      return `${examples.join('\n')}\n<!-- end of examples -->`;
    })
    .replace(/<!-- example json: (\S+) -->[^]*?<!-- end of example json -->/, (_section, name: string) => {
      return `<!-- example json: ${name} -->\n${fenced('json', compactJson(notificationOf(name)))}\n<!-- end of example json -->`;
    })
    .replace(/<!-- example alert: (\S+) -->[^]*?<!-- end of example alert -->/, (_section, name: string) => {
      const text = readFileSync(new URL(`golden/alert-${name}.txt`, import.meta.url), 'utf8').trimEnd();
      return `<!-- example alert: ${name} -->\n${fenced('text', text)}\n<!-- end of example alert -->`;
    });
}

it('docs/notifications.md shows the real messages of Baton', () => {
  const page = readFileSync(FILE, 'utf8');

  expect(regenerate(page)).toBe(golden(FILE, regenerate(page)));
});

it('docs/notifications.md names every field of the body', () => {
  const body = readFileSync(FILE, 'utf8').split('## The body')[1] ?? '';

  for (const field of Object.keys(notificationOf('paused'))) expect(body).toContain(`\`${field}\``);
});
