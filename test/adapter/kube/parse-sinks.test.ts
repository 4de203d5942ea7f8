import { expect, it } from '@jest/globals';
import { parseSinks } from '../../../src/kube/parse-sinks.ts';

it('reads a YAML list of sinks as it stands', () => {
  expect(parseSinks('- name: ops\n  webhook: {url: "https://hooks.example/"}\n')).toEqual({
    kind: 'Parsed',
    sinks: [{ name: 'ops', webhook: { url: 'https://hooks.example/' } }],
  });
});

it.each([
  ['what is no YAML', '- name: [', /^it is no YAML: /],
  ['an alias without an anchor', '- *a', /^it is no YAML: /],
  ['nothing', '', 'it is no list of sinks'],
  ['a single sink', 'name: ops', 'it is no list of sinks'],
  ['an entry that is no object', '[{name: ops}, chat]', 'its entry 2 is no sink with a name'],
  ['an entry without a name', '[{webhook: {}}]', 'its entry 1 is no sink with a name'],
  ['two sinks of one name', '[{name: ops}, {name: ops}]', "it has two sinks 'ops'"],
])('refuses %s', (_title, text, problem) => {
  expect(parseSinks(text)).toEqual({
    kind: 'Refused',
    problem: typeof problem === 'string' ? problem : expect.stringMatching(problem),
  });
});
