import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compressNodeNames, expandNodeNames, listNodeNames } from '../../../../../src/core/notification/model/node-names.ts';

/** Node names as clouds and racks make them; the numbers are close together, so that ranges and leading zeros occur. */
const nodeName = fc
  .tuple(
    fc.constantFrom('node-', 'n', 'ip-10-0-', 'db', '', '10.0.0.', 'a1b'),
    fc.oneof(
      fc.integer({ min: 0, max: 30 }).map(String),
      fc.constantFrom('', '0', '00', '007', '008', '09', '098', '099', '100', '1e3', '12345678901234567890'),
    ),
    fc.constantFrom('', 'x', '.example', '-b.rack-7.example'),
  )
  .map((parts) => parts.join(''))
  .filter((name) => name !== '');

describe('The names of nodes', () => {
  it.each([
    { names: [], groups: [] },
    { names: ['node-7'], groups: ['node-7'] },
    { names: ['node-10', 'node-9', 'node-11', 'node-9'], groups: ['node-[9-11]'] },
    { names: ['node-1', 'node-2', 'node-7', 'db'], groups: ['db', 'node-[1-2,7]'] },
    { names: ['node-008', 'node-009', 'node-010'], groups: ['node-[008-010]'] },
    { names: ['node-8', 'node-08', 'node-9'], groups: ['node-[08,8-9]'] },
    { names: ['ip-10-0-1-4.internal', 'ip-10-0-1-5.internal'], groups: ['ip-10-0-1-[4-5].internal'] },
    { names: ['10.0.0.4', '10.0.0.5'], groups: ['10.0.0.[4-5]'] },
    { names: ['a-1.rack-1', 'a-1.rack-2'], groups: ['a-1.rack-1', 'a-1.rack-2'] },
  ])('$names become $groups', ({ names, groups }) => {
    expect(compressNodeNames(names).sort()).toEqual(groups);
  });

  it('are the same after compressing and expanding', () => {
    fc.assert(
      fc.property(fc.array(nodeName, { maxLength: 60 }), (names) => {
        const groups = compressNodeNames(names);

        expect(expandNodeNames(groups.join(',')).sort()).toEqual([...new Set(names)].sort());
        expect(expandNodeNames(groups.join(', ')).sort()).toEqual([...new Set(names)].sort());
      }),
      { numRuns: 1000 },
    );
  });

  it('fit into the limit, with the number of those left out', () => {
    fc.assert(
      fc.property(fc.array(nodeName, { minLength: 1, maxLength: 200 }), fc.integer({ min: 60, max: 200 }), (names, limit) => {
        const text = listNodeNames(names, limit);

        const [named = '', more] = text.split(/ and (\d+) more$/);
        expect(text.length).toBeLessThanOrEqual(limit);
        expect(expandNodeNames(named).length + Number(more ?? 0)).toBe(new Set(names).size);
      }),
    );
  });
});
