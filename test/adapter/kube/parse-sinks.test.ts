import { expect, it } from '@jest/globals';
import { parseSinks } from '../../../src/kube/parse-sinks.ts';

it('returns the sinks of a YAML list unchanged', () => {
  expect(parseSinks('- name: ops\n  webhook: {url: "https://hooks.example/"}\n')).toEqual({
    kind: 'Parsed',
    sinks: [{ name: 'ops', webhook: { url: 'https://hooks.example/' } }],
  });
});

it.each([
  ['invalid YAML', '- name: [', /^invalid YAML: /],
  ['an alias without an anchor', '- *a', /^invalid YAML: /],
  ['an empty text', '', 'must be a YAML list of sinks'],
  ['a single sink', 'name: ops', 'must be a YAML list of sinks'],
  ['an entry that is not an object', '[{name: ops}, chat]', 'sinks[1]: `name` is required'],
  ['an entry without a name', '[{webhook: {}}]', 'sinks[0]: `name` is required'],
  ['two sinks with the same name', '[{name: ops}, {name: ops}]', "sinks[1]: the name 'ops' is already used"],
])('rejects %s', (_title, text, problem) => {
  expect(parseSinks(text)).toEqual({
    kind: 'Invalid',
    problem: typeof problem === 'string' ? problem : expect.stringMatching(problem),
  });
});
