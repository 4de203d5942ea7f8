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

it.each<{
  readonly title: string;
  readonly others: readonly SiblingPlan[];
  readonly end: Parameters<typeof dependents>[1];
  readonly expected: readonly object[];
}>([
  { title: 'is unblocked by its success', others: [WAITS], end: {}, expected: [UNBLOCKED] },
  { title: 'stays blocked by its failure', others: [WAITS], end: { succeeded: false }, expected: [BLOCKED] },
  {
    title: 'stays blocked by another one',
    others: [
      { ...WAITS, dependsOn: [THIS, FIRMWARE] },
      { ...met, succeeded: false },
    ],
    end: {},
    expected: [BLOCKED],
  },
  {
    title: 'stays blocked by another one at another version',
    others: [
      { ...WAITS, dependsOn: [THIS, FIRMWARE] },
      { ...met, version: '6' },
    ],
    end: {},
    expected: [BLOCKED],
  },
  {
    title: 'is unblocked when all others have succeeded',
    others: [{ ...WAITS, dependsOn: [THIS, FIRMWARE] }, met],
    end: {},
    expected: [UNBLOCKED],
  },
  {
    title: 'has the time of its next window',
    others: [{ ...WAITS, windows: [NIGHTS] }],
    end: {},
    expected: [{ ...UNBLOCKED, nextWindowTime: '2026-11-23T21:00:00Z' }],
  },
  {
    title: 'may start at once in its window',
    others: [{ ...WAITS, windows: [NIGHTS] }],
    end: { now: NIGHT },
    expected: [UNBLOCKED],
  },
  {
    title: 'has no time of a window while it is blocked',
    others: [{ ...WAITS, windows: [NIGHTS] }],
    end: { succeeded: false },
    expected: [BLOCKED],
  },
  {
    title: 'is left out if it waits for another version',
    others: [{ ...WAITS, dependsOn: [{ ...THIS, version: '13' }] }],
    end: {},
    expected: [],
  },
  { title: 'is left out once it has succeeded itself', others: [{ ...WAITS, succeeded: true }], end: {}, expected: [] },
])('A plan that depends on the one that ends $title', ({ others, end, expected }) => {
  expect(dependents(others, end)).toEqual(expected);
});
