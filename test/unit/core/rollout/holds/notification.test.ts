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

/** A batch that has settled at the start, told to some. */
function told(receipts: readonly Receipt[], resumed = false): UpgradeBatch {
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

function goesOn(decision: Decision): boolean {
  return decision.commands.some((command: Command) => command.kind === 'CreateBatch');
}

describe('notify.required: the next batch', () => {
  it.each([
    ['a refusal for good', [OPS, REFUSED]],
    ['somebody who has not been told', [OPS]],
  ])('while it is held by %s, takes no exclusive group, which it would have to give back', (_, receipts) => {
    const { commands } = pass({ batch: told(receipts), exclusiveGroup: 'disruptive' });
    expect(commands.filter(({ kind }) => kind === 'AcquireGroup')).toEqual([]);
  });

  it.each<readonly [string, Case, boolean, string | undefined]>([
    ['comes when everybody has been told', { batch: told([OPS, CHAT]) }, true, undefined],
    ['waits half a minute for those who have not, as always', { batch: told([OPS]), seconds: 29 }, false, 'Notifying'],
    ['waits for longer', { batch: told([OPS]), seconds: 31 }, false, 'NotificationPending'],
    ['waits for hours', { batch: told([OPS]), seconds: 9 * 3600 }, false, 'NotificationPending'],
    ['does not, where the plan does not say so', { batch: told([OPS]), seconds: 31, required: false }, true, undefined],
    ['is not held by what a probe has found out', { batch: told([OPS, CHAT, UNREACHED]) }, true, undefined],
    ['is not let go by what a probe has found out', { batch: told([OPS, UNREACHED]), seconds: 31 }, false, 'NotificationPending'],
    ['is held by a refusal for good', { batch: told([OPS, REFUSED]), seconds: 5 }, false, 'NotificationFailed'],
    ['is not, where the plan does not say so', { batch: told([OPS, REFUSED]), required: false }, true, undefined],
    ['is not held by a sink that was removed', { batch: told([OPS, { ...REFUSED, reason: 'SinkRemoved' }]) }, true, undefined],
    ['comes after a Resume', { batch: told([OPS, REFUSED], true) }, true, undefined],
    ['comes after a Resume, although somebody was not told', { batch: told([OPS], true) }, true, undefined],
  ])('%s', (_, world, expected, reason) => {
    const decision = pass(world);

    expect(goesOn(decision)).toBe(expected);
    if (reason !== undefined) expect(decision.planStatus?.reason).toBe(reason);
  });

  it('says who was not told, why, and what to do', () => {
    const ready = pass({ batch: told([OPS, REFUSED]) }).planStatus?.conditions?.[0];

    expect(ready?.message).toContain('chat was not told of os-aaaa-1 (HTTP 410 from chat.example)');
    expect(ready?.message).toContain('create an UpgradeAction Resume for os-aaaa-1');
  });

  it.each([
    { title: 'refused it for good', receipts: [OPS, REFUSED] },
    { title: 'has not taken it yet', receipts: [OPS] },
  ])('may be let go by a Resume when a sink $title', ({ receipts }) => {
    const { batchStatuses } = pass({ batch: told(receipts), resume: true });

    expect(batchStatuses.get('os-aaaa-1')?.resumed).toMatchObject({ action: 'act' });
  });

  it('is not to be resumed when nothing holds it', () => {
    expect(pass({ batch: told([OPS, CHAT]), resume: true }).commands).toContainEqual(
      expect.objectContaining({ kind: 'AnswerAction', answer: expect.objectContaining({ reason: 'NotPaused' }) as unknown }),
    );
  });
});
