import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { byteLength } from '../../../../../src/core/text.ts';
import { pagerDutyEvents } from '../../../../../src/notify/kinds/pager-duty/pager-duty-events.ts';
import { golden } from '../../../core/notification/golden.ts';
import { notificationOf } from '../../notification-of.ts';

/** PagerDuty's own limits, in bytes and characters. */
const EVENT_BYTES = 512_000;
const SUMMARY_LENGTH = 1_024;
const KEY_LENGTH = 255;

describe('The events of a notification', () => {
  it.each(['clean', 'paused', 'thousand-failures'])('read as their golden file: %s', (scenario) => {
    const text = `${JSON.stringify(pagerDutyEvents(notificationOf(scenario), true), undefined, 2)}\n`;

    expect(text).toBe(golden(fileURLToPath(new URL(`../../golden/pager-duty-${scenario}.json`, import.meta.url)), text));
  });

  it.each([
    { scenario: 'clean', changes: true, expected: ['resolve', 'change'] },
    { scenario: 'clean', changes: false, expected: ['resolve'] },
    { scenario: 'done', changes: false, expected: ['resolve'] },
    { scenario: 'failed-within-budget', changes: true, expected: ['trigger warning'] },
    { scenario: 'stalled-by-quarantine', changes: true, expected: ['trigger error'] },
    { scenario: 'paused', changes: false, expected: ['trigger critical'] },
    { scenario: 'done-with-failures', changes: true, expected: ['trigger error'] },
  ])('are $expected for $scenario, with changes: $changes', ({ scenario, changes, expected }) => {
    const events = pagerDutyEvents(notificationOf(scenario), changes).map(({ path, body }) => {
      if (path === '/v2/change/enqueue') return 'change';
      const { severity } = (body['payload'] ?? {}) as { readonly severity?: string };
      return [String(body['event_action']), ...(severity === undefined ? [] : [severity])].join(' ');
    });

    expect(events).toEqual(expected);
  });

  it('of a test neither page anybody nor resolve anything', () => {
    expect(pagerDutyEvents({ ...notificationOf('paused'), kind: 'Test' }, false).map(({ path }) => path)).toEqual([
      '/v2/change/enqueue',
    ]);
  });

  it('of one plan have the same key for all revisions, and those of another plan another', () => {
    const paused = notificationOf('paused');
    const keys = [
      paused,
      notificationOf('clean'),
      { ...paused, plan: { ...paused.plan, revision: '91aa' } },
      { ...paused, plan: { ...paused.plan, uid: 'other' } },
    ].map((notification) => pagerDutyEvents(notification, false)[0]?.body['dedup_key']);

    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).toBe(keys[0]);
    expect(keys[3]).not.toBe(keys[0]);
    expect(String(keys[0]).length).toBeLessThanOrEqual(KEY_LENGTH);
  });

  it('fit into the limits of PagerDuty, whatever the notification contains', () => {
    const notification = notificationOf('thousand-failures');
    const endless = {
      ...notification,
      text: `${'設'.repeat(2_000)}\n${'é'.repeat(50_000)}`,
      nodes: notification.nodes.map((node) => ({ ...node, message: '設定'.repeat(1_000) })),
    };

    // A user's own template may make as much, and of characters that JSON escapes.
    const ownText = { ...notification, text: `x\n${'\u0001"'.repeat(120_000)}` };

    const notifications = [notification, endless, ownText, { ...ownText, kind: 'Test' as const }];
    for (const { body } of notifications.flatMap((each) => pagerDutyEvents(each, true))) {
      const { summary } = body['payload'] as { readonly summary: string };
      expect(summary.length).toBeLessThanOrEqual(SUMMARY_LENGTH);
      expect(byteLength(JSON.stringify({ routing_key: 'x'.repeat(32), ...body }))).toBeLessThanOrEqual(EVENT_BYTES);
    }
  });
});
