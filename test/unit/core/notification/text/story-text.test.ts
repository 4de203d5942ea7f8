import { describe, expect, it } from '@jest/globals';
import type { RolloutStory, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { consolidate } from '../../../../../src/core/notification/consolidation/consolidate.ts';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import { aBatch, after, succeeded } from '../a-batch.ts';
import { outlook } from '../an-outlook.ts';

function notificationOf(story: Partial<RolloutStory>, changes: object = {}, sink?: 'None'): Notification {
  const end = outlook({
    next: 'Done',
    message: 'done',
    planSucceeded: 400,
    story: { startTime: after(0), batches: 2, ...story },
    ...changes,
  });
  const batch: UpgradeBatch = aBatch([succeeded('node-1')], { status: { outlook: end } });
  return consolidate({ batch, reports: [], cluster: '', agent: { node: 'node-1', pod: 'a' }, detail: { sink } });
}

describe('The story of a rollout', () => {
  it('has the time of work and of waiting, and adds up waits with the same name', () => {
    const waits = [
      { reason: 'PausedBySpec', seconds: 600 },
      { reason: 'PausedByAction', seconds: 300 },
      { reason: 'SomethingNew', seconds: 60 },
      { reason: 'BatonMoving', seconds: 5 },
    ];
    const { story, text } = notificationOf({ waits });

    expect(story).toMatchObject({ seconds: 2280, waitedSeconds: 965 });
    expect(text).toContain('Sat 23:16–Sat 23:54 CET: worked 21m55, waited 16m05 (pause 15m00, SomethingNew 1m00)');
  });

  it('mentions failed nodes of earlier batches, and how to retry all of them', () => {
    const { action, text, commands } = notificationOf(
      { quarantined: 2, quarantinedNodes: [{ name: 'node-8' }, { name: 'node-9' }] },
      { planFailed: 3 },
    );

    expect(action).toBe('Act');
    expect(text).toContain('Left cordoned by us: node-[8-9]');
    expect(text).toContain('After repair, put the 3 into a later batch');
    expect(commands.find(({ purpose }) => purpose === 'Retry')?.command).toContain('"action":"Retry","revision":"7f3c"');
  });

  it('releases the nodes of all batches after an abort', () => {
    const left = { quarantined: 1, quarantinedNodes: [{ name: 'node-8' }] };
    const { commands, text } = notificationOf(left, { next: 'Aborted', reason: 'Aborted', message: 'by ann', planFailed: 1 });

    expect(commands.map(({ purpose }) => purpose)).not.toContain('Retry');
    expect(text).toContain('"action":"Release","nodes":["node-8"]');
  });

  it('names no node if the sink does not want it', () => {
    const acts = [{ action: 'Skip', requestedBy: 'ann', reason: 'node-8 has no disk', time: after(60) }];
    const notification = notificationOf(
      { quarantined: 2, quarantinedNodes: [{ name: 'node-8' }, { name: 'node-9' }], actions: acts },
      { planFailed: 2 },
      'None',
    );

    expect(JSON.stringify(notification)).not.toMatch(/node-[89]/);
    expect(notification.text).toContain('Left cordoned by us: 2 nodes');
    expect(notification.text).toContain('People: skipped by ann 23:17 "<node> has no disk"');
  });

  it('follows the nodeDetail of a group of nodes', () => {
    const { story } = notificationOf({
      quarantined: 2,
      quarantinedNodes: [{ name: 'node-8', nodeDetail: 'None' }, { name: 'node-9' }],
    });

    expect(story?.quarantinedNodes).toBe('node-9');
  });

  it('leaves out batches in the middle if the line is too long', () => {
    const shown = Array.from({ length: 24 }, (_, i) => ({
      index: i * 10 + 1,
      kind: 'Upgrade' as const,
      nodes: 1000,
      succeeded: 999,
      failed: 1,
    }));
    const line =
      notificationOf({ batches: 240, listedBatches: shown })
        .text.split('\n')
        .find((each) => each.startsWith('Batches: ')) ?? '';

    expect(line).toMatch(/^Batches: 1 🔴999\/1000 · … · 11 🔴/);
    expect(line).toMatch(/231 🔴999\/1000$/);
    expect(line.length).toBeLessThanOrEqual(280);
  });
});
