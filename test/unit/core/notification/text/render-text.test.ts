import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import type { BatchOutlook } from '../../../../../src/api/generated/upgradebatch.ts';
import { consolidate } from '../../../../../src/core/notification/consolidation/consolidate.ts';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import { golden } from '../golden.ts';
import { scenarioOf, SCENARIOS, type Scenario } from '../scenarios.ts';

function notificationOf(scenario: Scenario): Notification {
  return consolidate({ ...scenario, agent: { node: 'node-217', pod: 'kernel-agent-5c1f-3' } });
}

describe('The text of a notification', () => {
  it.each(SCENARIOS)('reads as its golden file: $title', (scenario) => {
    const file = fileURLToPath(new URL(`../golden/${scenario.name}.txt`, import.meta.url));

    const { text } = notificationOf(scenario);

    expect(`${text}\n`).toBe(golden(file, `${text}\n`));
  });

  it.each(SCENARIOS)('has at most 12 lines and 4,000 characters: $title', (scenario) => {
    const { text } = notificationOf(scenario);

    expect(text.split('\n').length).toBeLessThanOrEqual(12);
    expect(text.length).toBeLessThanOrEqual(4000);
  });
});

describe('The runbook of a plan', () => {
  const runbookUrl = 'https://wiki.example/runbooks/kernel';

  it.each([
    { name: 'clean', shown: false },
    { name: 'done', shown: false },
    { name: 'failed-within-budget', shown: true },
    { name: 'approval', shown: true },
    { name: 'rolling-back', shown: true },
  ])('has a line if a node failed or a person has to act, and is always in the data: $name', ({ name, shown }) => {
    const { text, runbookUrl: url } = notificationOf({ ...scenarioOf(name), runbookUrl });

    expect(text.includes(`\nRunbook: ${runbookUrl}\n`)).toBe(shown);
    expect(url).toBe(runbookUrl);
  });

  it.each(SCENARIOS)('leaves a text of at most 12 lines and 4,000 characters, as long as it may be: $title', (scenario) => {
    const { text } = notificationOf({ ...scenario, runbookUrl: `https://wiki.example/${'x'.repeat(491)}` });

    expect(text.split('\n').length).toBeLessThanOrEqual(12);
    expect(text.length).toBeLessThanOrEqual(4000);
  });
});

/** A scenario whose outlook is another one. */
function withOutlook(name: string, change: (outlook: BatchOutlook) => BatchOutlook): Scenario {
  const scenario = scenarioOf(name);
  const { batch } = scenario;
  const outlook = change(batch.status?.outlook ?? { next: 'Done', message: '' });
  return { ...scenario, batch: { ...batch, status: { ...batch.status, outlook } } };
}

it('a Resume with a budget of 0 continues until the next failure', () => {
  expect(notificationOf(withOutlook('paused', (outlook) => ({ ...outlook, maxFailed: 0 }))).text).toContain(
    '\nGo on (until the next failure): ',
  );
});

it('the request for an approval outside the windows says when the next one opens', () => {
  const { text, next } = notificationOf(
    withOutlook('approval', ({ windowEndTime: _open, ...outlook }) => ({ ...outlook, nextWindowTime: '2026-11-23T21:00:00Z' })),
  );

  expect(text).toContain('Next: batch 2, 20 nodes, once it is approved, not before Mon 22:00 CET\n');
  expect(next).toMatchObject({ opensTime: '2026-11-23T21:00:00Z' });
});
