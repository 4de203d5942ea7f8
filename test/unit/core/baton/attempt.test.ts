import { describe, expect, it } from '@jest/globals';
import type { Receipt } from '../../../../src/api/generated/upgradebatch.ts';
import { judgeAttempt, makeReceipt } from '../../../../src/core/baton/attempt.ts';
import type { SendResult } from '../../../../src/core/notification/model/send-result.ts';

const DELIVERY = { batch: 'kernel-7f3c-1', batchUid: 'uid', id: 'uid/1', sink: 'ops' };
const retry = { kind: 'Retry', reason: 'Unavailable', message: 'HTTP 503' } as const;
const missing = { kind: 'Permanent', reason: 'SecretMissing', message: 'the signing secret is missing' } as const;

describe('An attempt', () => {
  it.each([
    {
      title: 'delivered',
      result: { kind: 'Delivered' },
      attempts: 1,
      elapsedMs: 0,
      verdict: { kind: 'Final', outcome: 'Delivered' },
    },
    { title: 'failed for now', result: retry, attempts: 1, elapsedMs: 0, verdict: { kind: 'Retry', afterMs: 1_000 } },
    {
      title: 'failed after a day',
      result: retry,
      attempts: 9_999,
      elapsedMs: 86_400_000,
      verdict: { kind: 'Retry', afterMs: 60_000 },
    },
    {
      title: 'answered with Retry-After',
      result: { ...retry, afterMs: 120_000 },
      attempts: 1,
      elapsedMs: 0,
      verdict: { kind: 'Retry', afterMs: 120_000 },
    },
    {
      title: 'answered with a short Retry-After',
      result: { ...retry, afterMs: 1 },
      attempts: 3,
      elapsedMs: 0,
      verdict: { kind: 'Retry', afterMs: 4_000 },
    },
    {
      title: 'answered with a Retry-After of a year',
      result: { ...retry, afterMs: 3e10 },
      attempts: 1,
      elapsedMs: 0,
      verdict: { kind: 'Retry', afterMs: 600_000 },
    },
    { title: 'without a secret', result: missing, attempts: 1, elapsedMs: 89_999, verdict: { kind: 'Retry', afterMs: 1_000 } },
    {
      title: 'without a secret after the grace period',
      result: missing,
      attempts: 7,
      elapsedMs: 90_000,
      verdict: { kind: 'Final', outcome: 'Failed', reason: 'SecretMissing' },
    },
    {
      title: 'rejected',
      result: { kind: 'Permanent', reason: 'Refused', message: 'HTTP 410' },
      attempts: 1,
      elapsedMs: 0,
      verdict: { kind: 'Final', outcome: 'Failed', reason: 'Refused', message: 'HTTP 410' },
    },
  ] as const)('$title: $verdict', ({ result, attempts, elapsedMs, verdict }) => {
    expect(judgeAttempt(result, { attempts, timedOut: false, elapsedMs }, 1)).toMatchObject(verdict);
  });

  it('that timed out is retried less and less often, because it may have been accepted', () => {
    const late = { ...retry, reason: 'NoAnswer', message: 'no answer within 10 s' };
    const waits = [1, 7, 9, 99].map((attempts) => judgeAttempt(late, { attempts, timedOut: true, elapsedMs: 0 }, 1));
    expect(waits.map((wait) => 'afterMs' in wait && wait.afterMs)).toEqual([1_000, 64_000, 256_000, 300_000]);
  });

  it('is retried after a wait of which half is random', () => {
    const waits = [0, 0.5, 1].map((random) => judgeAttempt(retry, { attempts: 4, timedOut: false, elapsedMs: 0 }, random));
    expect(waits.map((wait) => 'afterMs' in wait && wait.afterMs)).toEqual([4_000, 6_000, 8_000]);
  });
});

function receiptFor(result: SendResult): Receipt {
  const verdict = judgeAttempt(result, { attempts: 1, timedOut: false, elapsedMs: 0 }, 1);
  if (verdict.kind !== 'Final') throw new Error('An attempt that is retried has no receipt.');
  return makeReceipt(DELIVERY, verdict, { node: 'node-1', attempts: 1, now: 0 });
}

describe('A receipt', () => {
  it('says what happened to the notification, who sent it, and when', () => {
    expect(
      makeReceipt(
        DELIVERY,
        { kind: 'Final', outcome: 'Delivered' },
        { node: 'node-1', attempts: 2, now: Date.parse('2026-11-22T10:00:00.9Z') },
      ),
    ).toEqual({
      sink: 'ops',
      id: 'uid/1',
      outcome: 'Delivered',
      node: 'node-1',
      attempts: 2,
      time: '2026-11-22T10:00:00Z',
    });
  });

  it('keeps to the limits of the status', () => {
    const verdict = { kind: 'Final', outcome: 'Failed', reason: 'R'.repeat(100), message: 'é'.repeat(400) } as const;

    const receipt = makeReceipt(DELIVERY, verdict, { node: 'node-1', attempts: 0, now: 0 });

    expect(receipt.reason).toHaveLength(63);
    expect(new TextEncoder().encode(receipt.message).length).toBeLessThanOrEqual(256);
    expect(receipt).not.toHaveProperty('attempts');
  });

  it.each([
    { title: 'the longest', handle: 'é'.repeat(64), kept: 'é'.repeat(64) },
    { title: 'a longer one, which would name another message if it were cut', handle: 'é'.repeat(65), kept: undefined },
    { title: 'an empty one', handle: '', kept: undefined },
  ])('has the handle of the message: $title', ({ handle, kept }) => {
    expect(receiptFor({ kind: 'Delivered', handle }).handle).toBe(kept);
  });

  it('has the remark of a delivery, within the limits of the status', () => {
    const remark = { reason: 'R'.repeat(100), message: 'é'.repeat(400) };
    const receipt = receiptFor({ kind: 'Delivered', remark });

    expect(receipt.outcome).toBe('Delivered');
    expect(receipt.remark?.reason).toHaveLength(63);
    expect(new TextEncoder().encode(receipt.remark?.message).length).toBeLessThanOrEqual(256);
  });
});
