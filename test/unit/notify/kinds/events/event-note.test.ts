import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { byteLength } from '../../../../../src/core/text.ts';
import { planEvent } from '../../../../../src/notify/kinds/events/event-note.ts';
import type { PlanEvent } from '../../../../../src/notify/plan-event.ts';
import { golden } from '../../../core/notification/golden.ts';
import { notificationOf } from '../../notification-of.ts';

function event(scenario: string): PlanEvent {
  return planEvent(notificationOf(scenario), { name: 'baton-notification-1', eventTime: '2026-11-21T22:54:06.000000Z' });
}

describe('The Event of a notification', () => {
  it.each(['clean', 'paused', 'thousand-failures'])('reads as its golden file: %s', (scenario) => {
    const text = `${JSON.stringify(event(scenario), undefined, 2)}\n`;

    expect(text).toBe(golden(fileURLToPath(new URL(`../../golden/event-${scenario}.json`, import.meta.url)), text));
  });

  it.each([
    { scenario: 'clean', type: 'Normal' },
    { scenario: 'failed-within-budget', type: 'Warning' },
    { scenario: 'paused', type: 'Warning' },
  ])('is $type for $scenario', ({ scenario, type }) => {
    expect(event(scenario)).toMatchObject({ type, reason: 'BatchSettled' });
  });

  it('is about the plan, and names the batch', () => {
    const { regarding, related } = event('paused');

    expect(regarding).toMatchObject({ kind: 'UpgradePlan', namespace: 'fleet', name: 'kernel', uid: 'uid-of-plan' });
    expect(related).toMatchObject({ kind: 'UpgradeBatch', name: 'kernel-7f3c-5', uid: 'uid-of-kernel-7f3c-5' });
  });

  it('has a note within the limit of the API server, without cut characters', () => {
    const family = '👩‍👩‍👧‍👦';
    const { note } = planEvent({ ...notificationOf('clean'), text: family.repeat(100) }, { name: 'x', eventTime: '' });

    expect(byteLength(note)).toBeLessThanOrEqual(1_024);
    expect(note.replaceAll(family, '')).toBe('…');
    expect(byteLength(event('thousand-failures').note)).toBeLessThanOrEqual(1_024);
  });

  it('has only whole lines, and says where the others are', () => {
    const lines = event('paused').note.split('\n');

    expect(lines.pop()).toMatch(/^…and \d more lines, see kubectl describe ubatch kernel-7f3c-5 -n fleet$/);
    expect(notificationOf('paused').text.startsWith(lines.join('\n'))).toBe(true);
  });
});
