import { describe, expect, it } from '@jest/globals';
import { readClusterFreezes } from '../../../../src/operator/watch/cluster-freezes.ts';

describe('The freezes of the cluster', () => {
  const read = (data: Readonly<Record<string, string>> | undefined): unknown =>
    readClusterFreezes({
      metadata: { namespace: 'baton-system', name: 'baton-freezes' },
      ...(data === undefined ? {} : { data }),
    });

  it('are an empty list without the ConfigMap', () => {
    expect(readClusterFreezes(undefined)).toEqual({ kind: 'Known', freezes: [] });
  });

  it.each([
    ['a list', '- {name: year-end, from: "2026-12-20T00:00:00Z", to: "2027-01-04T00:00:00+01:00", reason: change freeze}', 1],
    ['times that YAML may parse as dates', '- {name: a, from: 2026-12-20T00:00:00Z, to: 2027-01-04T00:00:00Z}', 1],
    ['an empty list', '[]', 0],
    ['only a comment', '# none this year', 0],
  ])('are read from %s', (_, yaml, count) => {
    expect(read({ 'freezes.yaml': yaml })).toMatchObject({ kind: 'Known', freezes: { length: count } });
  });

  it.each<readonly [string, Readonly<Record<string, string>> | undefined, string]>([
    ['no data', undefined, "the key 'freezes.yaml' is missing"],
    ['another key', { freezes: '[]' }, "the key 'freezes.yaml' is missing"],
    ['invalid YAML', { 'freezes.yaml': '- {name: a' }, 'freezes.yaml is not valid YAML'],
    ['no list', { 'freezes.yaml': 'name: a' }, 'freezes.yaml must be a list of freezes'],
    ['no end', { 'freezes.yaml': '- {name: a, from: "2026-12-20T00:00:00Z"}' }, 'freezes.yaml.0.to must be a time as in'],
    ['a day', { 'freezes.yaml': '- {name: a, from: "2026-12-20", to: "2027-01-04"}' }, 'freezes.yaml.0.from must be a time'],
    [
      'an end before its beginning',
      { 'freezes.yaml': '- {name: a, from: "2026-12-20T00:00:00Z", to: "2026-12-19T00:00:00Z"}' },
      '`to` must be after `from`',
    ],
    [
      'an unknown field',
      { 'freezes.yaml': '- {name: a, from: "2026-12-20T00:00:00Z", to: "2026-12-21T00:00:00Z", until: x}' },
      'Unrecognized key',
    ],
  ])('that have %s are unreadable, with a message that says what to do', (_, data, message) => {
    const freezes = read(data);
    expect(freezes).toMatchObject({ kind: 'Unreadable' });
    expect(JSON.stringify(freezes)).toContain('the ConfigMap baton-system/baton-freezes: ');
    expect(JSON.stringify(freezes)).toContain(message);
    expect(JSON.stringify(freezes)).toContain('correct it or delete it');
  });
});
