import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { byteLength } from '../../../../../src/core/text.ts';
import { alertmanagerAlerts, type Alert } from '../../../../../src/notify/kinds/alertmanager/alertmanager-alerts.ts';
import { golden } from '../../../core/notification/golden.ts';
import { SENT_AT, notificationOf } from '../../notification-of.ts';

function alerts(scenario: string): readonly Alert[] {
  return alertmanagerAlerts(notificationOf(scenario), SENT_AT);
}

/** Which alerts are firing then, by name and severity. */
function firing(scenario: string): string[] {
  return alerts(scenario)
    .filter(({ endsAt }) => Date.parse(endsAt) > SENT_AT)
    .map(({ labels }) => `${labels['alertname'] ?? ''} ${labels['severity'] ?? ''}`);
}

describe('The alerts of a notification', () => {
  it.each(['clean', 'paused', 'thousand-failures'])('read as their golden file: %s', (scenario) => {
    const text = `${JSON.stringify(alerts(scenario), undefined, 2)}\n`;

    expect(text).toBe(golden(fileURLToPath(new URL(`../../golden/alertmanager-${scenario}.json`, import.meta.url)), text));
  });

  it.each([
    { scenario: 'clean', expected: ['BatonUpgradeBatchSettled info'] },
    { scenario: 'done', expected: ['BatonUpgradeBatchSettled info'] },
    { scenario: 'failed-within-budget', expected: ['BatonUpgradeTrouble warning'] },
    { scenario: 'stalled-by-quarantine', expected: ['BatonUpgradeTrouble warning'] },
    { scenario: 'paused', expected: ['BatonUpgradeTrouble critical'] },
    { scenario: 'aborted', expected: ['BatonUpgradeTrouble critical'] },
    { scenario: 'done-with-failures', expected: ['BatonUpgradeTrouble warning'] },
  ])('depend on the outcome: $scenario', ({ scenario, expected }) => {
    expect(firing(scenario)).toEqual(expected);
  });

  it.each(['failed-within-budget', 'paused'])('of a batch without trouble resolve those of %s', (scenario) => {
    const [trouble] = alerts(scenario);

    const ended = alerts('clean').filter(({ endsAt }) => Date.parse(endsAt) <= SENT_AT);

    expect(ended.map(({ labels }) => labels)).toContainEqual(trouble?.labels);
  });

  it('resolve the warning when trouble becomes critical', () => {
    const [milder] = alerts('failed-within-budget');

    const ended = alerts('paused').filter(({ endsAt }) => Date.parse(endsAt) <= SENT_AT);

    expect(ended.map(({ labels }) => labels)).toEqual([milder?.labels]);
  });

  it('begin when the batch settled, but never after they end', () => {
    const late = alertmanagerAlerts(notificationOf('paused'), SENT_AT - 3_600_000);

    for (const { startsAt, endsAt } of late) expect(Date.parse(startsAt)).toBeLessThanOrEqual(Date.parse(endsAt));
    expect(alerts('paused')[0]?.startsAt).toBe(notificationOf('paused').settledTime);
  });

  it('of a test leave real trouble alone', () => {
    const alerts = alertmanagerAlerts({ ...notificationOf('paused'), kind: 'Test' }, SENT_AT);

    expect(alerts.map(({ labels }) => labels['alertname'])).toEqual(['BatonUpgradeTest']);
  });

  it('of a thousand failures stay small', () => {
    expect(byteLength(JSON.stringify(alerts('thousand-failures')))).toBeLessThan(24_000);
  });
});
