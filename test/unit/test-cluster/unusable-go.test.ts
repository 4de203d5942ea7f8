import { describe, expect, it } from '@jest/globals';
import { describeUnusableGo, type FoundGo } from '../../cluster/require-go.ts';

function at(version: string): FoundGo {
  return { path: '/usr/bin/go', version };
}

describe('The Go that builds the test cluster', () => {
  it.each([
    { found: undefined, here: 'no Go' },
    { found: at('go1.19.8'), here: 'go1.19.8 (/usr/bin/go)' },
    { found: at('go1.9'), here: 'go1.9 (/usr/bin/go)' },
    { found: at('go1.25.9'), here: 'go1.25.9 (/usr/bin/go)' },
    { found: at(''), here: 'a Go that does not run (/usr/bin/go)' },
  ])('is not $here: the error names the version and where to get it', ({ found, here }) => {
    expect(describeUnusableGo(found)).toBe(
      `Kubernetes is built from source, which needs Go 1.26 or later; this machine has ${here}. ` +
        'Get Go from https://go.dev/dl/, put its bin folder on the PATH, and run the same command again.',
    );
  });

  it.each([{ version: 'go1.26' }, { version: 'go1.26.4' }, { version: 'go1.27rc1' }, { version: 'go1.100.0' }])(
    'may be $version',
    ({ version }) => {
      expect(describeUnusableGo(at(version))).toBeUndefined();
    },
  );
});
