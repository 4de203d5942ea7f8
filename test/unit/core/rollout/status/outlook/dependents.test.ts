import { expect, it } from '@jest/globals';
import type { StoryDependent } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { SiblingPlan } from '../../../../../../src/core/rollout/model/facts.ts';
import { dependentsOf } from '../../../../../../src/core/rollout/status/outlook/dependents.ts';
import { aSnapshot, SETTINGS } from '../../support/facts.ts';
import { aPlan, hash } from '../../support/objects.ts';

const NIGHTS = { name: 'nights', schedule: '0 22 * * 1-5', durationSeconds: 21_600, timeZone: 'Europe/Paris' };
/** A Monday in Paris, in UTC: the window opens at 21:00. */
const NOON = Date.parse('2026-11-23T12:00:00Z');
const NIGHT = Date.parse('2026-11-23T23:00:00Z');

const THIS = { name: 'os', version: '12.9' };
const FIRMWARE = { name: 'firmware', version: '7' };
const WAITS: SiblingPlan = { name: 'gpu-driver', version: '5', succeeded: false, dependsOn: [THIS], windows: [] };

function dependents(others: readonly SiblingPlan[], { succeeded = true, now = NOON } = {}): readonly StoryDependent[] {
  const siblings = new Map(others.map((sibling) => [sibling.name, sibling]));
  return dependentsOf({ snapshot: aSnapshot({ plan: aPlan(), siblings }), settings: SETTINGS, now, hash }, succeeded);
}

const UNBLOCKED = { plan: 'gpu-driver', state: 'Unblocked' };
const BLOCKED = { plan: 'gpu-driver', state: 'Blocked' };
const met = { ...FIRMWARE, succeeded: true, dependsOn: [], windows: [] };

it.each<readonly [string, readonly SiblingPlan[], Parameters<typeof dependents>[1], readonly object[]]>([
  ['is unblocked by its success', [WAITS], {}, [UNBLOCKED]],
  ['stays blocked by its failure', [WAITS], { succeeded: false }, [BLOCKED]],
  [
    'stays blocked by another one',
    [
      { ...WAITS, dependsOn: [THIS, FIRMWARE] },
      { ...met, succeeded: false },
    ],
    {},
    [BLOCKED],
  ],
  [
    'stays blocked by another one at another version',
    [
      { ...WAITS, dependsOn: [THIS, FIRMWARE] },
      { ...met, version: '6' },
    ],
    {},
    [BLOCKED],
  ],
  ['is unblocked when all others have succeeded', [{ ...WAITS, dependsOn: [THIS, FIRMWARE] }, met], {}, [UNBLOCKED]],
  [
    'has the time of its next window',
    [{ ...WAITS, windows: [NIGHTS] }],
    {},
    [{ ...UNBLOCKED, nextWindowTime: '2026-11-23T21:00:00Z' }],
  ],
  ['may start at once in its window', [{ ...WAITS, windows: [NIGHTS] }], { now: NIGHT }, [UNBLOCKED]],
  ['has no time of a window while it is blocked', [{ ...WAITS, windows: [NIGHTS] }], { succeeded: false }, [BLOCKED]],
  ['is left out if it waits for another version', [{ ...WAITS, dependsOn: [{ ...THIS, version: '13' }] }], {}, []],
  ['is left out once it has succeeded itself', [{ ...WAITS, succeeded: true }], {}, []],
])('A plan that depends on the one that ends %s', (_, others, end, expected) => {
  expect(dependents(others, end)).toEqual(expected);
});
