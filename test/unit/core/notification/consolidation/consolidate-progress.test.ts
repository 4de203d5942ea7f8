import { describe, expect, it } from '@jest/globals';
import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { consolidateProgress, progressKey } from '../../../../../src/core/notification/consolidation/consolidate-progress.ts';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import { aBatch, nodeNames, succeeded } from '../a-batch.ts';
import { schemaErrors } from '../schema.ts';

const NOW = Date.parse('2026-11-21T22:31:00Z');

/** A batch of four nodes, of which two are through. */
function running(state: 'Succeeded' | 'RolledBack'): UpgradeBatch {
  const through = nodeNames(1, 2).map((name) => ({ ...succeeded(name), state }));
  const batch = aBatch([...through, { name: 'node-3', state: 'Upgrading' }, { name: 'node-4', state: 'Pending' }], {
    ...(state === 'Succeeded' ? {} : { spec: { rollback: { batch: 'kernel-7f3c-3', decidedTime: '2026-11-21T22:00:00Z' } } }),
    status: {
      summary: { running: 1, succeeded: state === 'Succeeded' ? 2 : 0, ...(state === 'RolledBack' ? { rolledBack: 2 } : {}) },
    },
  });
  const { outlook: _outlook, settledTime: _time, ...status } = batch.status ?? {};
  return { ...batch, status };
}

function notificationOf(batch: UpgradeBatch): Notification {
  const agent = { node: 'node-9', pod: 'a' };
  return consolidateProgress(
    { batch, reports: [], cluster: 'prod', agent, timeZone: 'Europe/Paris' },
    `${batch.metadata.uid}/live`,
    NOW,
  );
}

describe('The live message', () => {
  it('shows the progress of the batch, in the time zone of the plan', () => {
    const notification = notificationOf(running('Succeeded'));

    expect(notification.text.split('\n')).toEqual([
      '⏳ prod · kernel 6.12.31 · batch 4 · 2/4 nodes done',
      '1 in their turn, 1 to come',
      'as of 2026-11-21 23:31 CET · agent node-9',
    ]);
    expect(schemaErrors(notification)).toEqual([]);
  });

  it('of a rollback counts the nodes that were rolled back', () => {
    const batch = running('RolledBack');

    expect(notificationOf(batch).text).toContain('· batch 4 · 2/4 nodes of kernel-7f3c-3 back\n');
    expect(progressKey(batch)).toBe(progressKey(running('Succeeded')));
  });
});
