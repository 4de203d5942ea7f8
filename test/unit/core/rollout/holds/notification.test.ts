import { describe, expect, it } from '@jest/globals';
import type { Receipt, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import { aNode, aSnapshot, byName, SETTINGS } from '../support/facts.ts';
import { aBatch, anAction, aPlan, at, hash, resumedBy, settledStatus, timeAt } from '../support/objects.ts';

const ID = 'uid-of-os-aaaa-1/1';
const SINKS = ['ops', 'chat'].map((name) => ({ name, webhook: { url: 'https://hooks.example' } }));
const OPS: Receipt = { sink: 'ops', id: ID, outcome: 'Delivered', time: timeAt(1) };
const CHAT: Receipt = { ...OPS, sink: 'chat' };
const UNREACHED: Receipt = { ...CHAT, id: 'uid-of-os-aaaa-1/probe', outcome: 'Failed', reason: 'SinkUnreachable' };
const REFUSED: Receipt = { ...CHAT, outcome: 'Failed', reason: 'Refused', message: 'HTTP 410 from chat.example' };

/** A batch that settled at the start, with receipts of some sinks. */
function settledWith(receipts: readonly Receipt[], resumed = false): UpgradeBatch {
  return aBatch(['node-1'], {
    status: settledStatus([{ name: 'node-1', state: 'Succeeded' }], {
      outlook: { next: 'NextBatch', message: '' },
      notification: { id: ID, sinks: ['ops', 'chat'], receipts },
      ...(resumed ? { resumed: resumedBy('go') } : {}),
    }),
  });
}

interface Case {
  readonly batch: UpgradeBatch;
  readonly exclusiveGroup?: string;
  readonly required?: boolean;
  readonly seconds?: number;
  readonly resume?: boolean;
}

function pass({ batch, required = true, seconds = 60, resume = false, ...spec }: Case): Decision {
  const snapshot = aSnapshot({
    plan: aPlan({ notify: { sinks: SINKS, required }, ...spec }),
    nodes: byName(aNode('node-1'), aNode('node-2')),
    batches: [batch],
    actions: resume ? [anAction({ action: 'Resume', batch: 'os-aaaa-1' })] : [],
  });
  return decide({ snapshot, now: at(seconds), settings: SETTINGS, hash });
}

function continues(decision: Decision): boolean {
  return decision.commands.some((command: Command) => command.kind === 'CreateBatch');
}

describe('notify.required: the next batch', () => {
  it.each([
    ['a sink that rejected the notification', [OPS, REFUSED]],
    ['a sink that has not received it', [OPS]],
  ])('does not acquire the exclusive group while it is held by %s', (_, receipts) => {
    const { commands } = pass({ batch: settledWith(receipts), exclusiveGroup: 'disruptive' });
    expect(commands.filter(({ kind }) => kind === 'AcquireGroup')).toEqual([]);
  });

  it.each<{ readonly title: string; readonly world: Case; readonly expected: boolean; readonly reason: string | undefined }>([
    {
      title: 'is created when every sink has the notification',
      world: { batch: settledWith([OPS, CHAT]) },
      expected: true,
      reason: undefined,
    },
    {
      title: 'waits half a minute for the other sinks, as always',
      world: { batch: settledWith([OPS]), seconds: 29 },
      expected: false,
      reason: 'Notifying',
    },
    {
      title: 'waits longer for a required notification',
      world: { batch: settledWith([OPS]), seconds: 31 },
      expected: false,
      reason: 'NotificationPending',
    },
    {
      title: 'waits for hours',
      world: { batch: settledWith([OPS]), seconds: 9 * 3600 },
      expected: false,
      reason: 'NotificationPending',
    },
    {
      title: 'does not wait longer if the notification is not required',
      world: { batch: settledWith([OPS]), seconds: 31, required: false },
      expected: true,
      reason: undefined,
    },
    {
      title: 'is not held by a failed probe',
      world: { batch: settledWith([OPS, CHAT, UNREACHED]) },
      expected: true,
      reason: undefined,
    },
    {
      title: 'is not released by a failed probe',
      world: { batch: settledWith([OPS, UNREACHED]), seconds: 31 },
      expected: false,
      reason: 'NotificationPending',
    },
    {
      title: 'is held by a sink that rejected the notification',
      world: { batch: settledWith([OPS, REFUSED]), seconds: 5 },
      expected: false,
      reason: 'NotificationFailed',
    },
    {
      title: 'is not held by it if the notification is not required',
      world: { batch: settledWith([OPS, REFUSED]), required: false },
      expected: true,
      reason: undefined,
    },
    {
      title: 'is not held by a sink that was removed',
      world: { batch: settledWith([OPS, { ...REFUSED, reason: 'SinkRemoved' }]) },
      expected: true,
      reason: undefined,
    },
    {
      title: 'is created after a Resume',
      world: { batch: settledWith([OPS, REFUSED], true) },
      expected: true,
      reason: undefined,
    },
    {
      title: 'is created after a Resume, although a sink has not received the notification',
      world: { batch: settledWith([OPS], true) },
      expected: true,
      reason: undefined,
    },
  ])('$title', ({ world, expected, reason }) => {
    const decision = pass(world);

    expect(continues(decision)).toBe(expected);
    if (reason !== undefined) expect(decision.planStatus?.reason).toBe(reason);
  });

  it('names the sink, the cause and what to do', () => {
    const ready = pass({ batch: settledWith([OPS, REFUSED]) }).planStatus?.conditions?.[0];

    expect(ready?.message).toContain('chat did not receive the notification of os-aaaa-1 (HTTP 410 from chat.example)');
    expect(ready?.message).toContain('create an UpgradeAction Resume for os-aaaa-1');
  });

  it.each([
    { title: 'rejected the notification', receipts: [OPS, REFUSED] },
    { title: 'has not received it yet', receipts: [OPS] },
  ])('can be resumed when a sink $title', ({ receipts }) => {
    const { batchStatuses } = pass({ batch: settledWith(receipts), resume: true });

    expect(batchStatuses.get('os-aaaa-1')?.resumed).toMatchObject({ action: 'act' });
  });

  it('cannot be resumed when nothing holds it', () => {
    expect(pass({ batch: settledWith([OPS, CHAT]), resume: true }).commands).toContainEqual(
      expect.objectContaining({ kind: 'AnswerAction', answer: expect.objectContaining({ reason: 'NotPaused' }) as unknown }),
    );
  });
});
