import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  ACTION_REASONS,
  CONDITIONS,
  NODE_REASONS,
  NOTIFY_REASONS,
  OVERDUE_REASONS,
  PLAN_REASONS,
  PRE_PULL_REASONS,
  PREFLIGHT_REASONS,
  SETTLED_REASONS,
  STALL_REASONS,
} from '../../../../src/api/conditions.ts';

const TEXT = readFileSync(new URL('../../../../docs/conditions.md', import.meta.url), 'utf8');

/** What the first column of the tables under a heading names. */
function namesUnder(heading: string): readonly string[] {
  const from = TEXT.indexOf(`\n## ${heading}\n`);
  const next = TEXT.indexOf('\n## ', from + 1);
  const section = TEXT.slice(from, next === -1 ? undefined : next);
  return [...section.matchAll(/^\| `(?<name>\w+)` +\|/gm)].map((match) => match.groups?.['name'] ?? '');
}

const { ready, reconciling, stalled, succeeded, accepted, notificationsDelivered, settled, notified, rolloutStalled } =
  CONDITIONS;

describe('docs/conditions.md', () => {
  it.each([
    [
      'UpgradePlan',
      [
        ready,
        reconciling,
        stalled,
        rolloutStalled,
        succeeded,
        accepted,
        notificationsDelivered,
        ...Object.values(PLAN_REASONS),
        ...Object.values(STALL_REASONS),
      ],
    ],
    ['Warnings of the pre-flight', Object.values(PREFLIGHT_REASONS)],
    ['Images that are pulled ahead', Object.values(PRE_PULL_REASONS)],
    ['UpgradeBatch', [settled, notified, ...Object.values(SETTLED_REASONS), ...Object.values(NOTIFY_REASONS)]],
    ['Records of nodes', [...Object.values(NODE_REASONS), ...Object.values(OVERDUE_REASONS)]],
    ['UpgradeAction', Object.values(ACTION_REASONS)],
  ])('explains under %s each condition and reason once, and no other', (heading, expected) => {
    expect([...namesUnder(heading)].sort()).toEqual([...expected].sort());
  });

  it('says for each what it means and what to do', () => {
    const rows = TEXT.split('\n').filter((line) => /^\| `\w+`/.test(line));
    expect(rows.length).toBeGreaterThan(50);
    expect(
      rows.filter((row) =>
        row
          .split('|')
          .slice(1, -1)
          .some((cell) => cell.trim() === ''),
      ),
    ).toEqual([]);
  });
});
