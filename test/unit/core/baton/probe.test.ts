import { describe, expect, it } from '@jest/globals';
import type { Receipt } from '../../../../src/api/generated/upgradebatch.ts';
import { judgeProbe, probeId } from '../../../../src/core/baton/probe.ts';

const refused = { kind: 'Retry', reason: 'NoAnswer', message: 'ops.example: ECONNREFUSED' } as const;
const unreachable = { kind: 'Final', outcome: 'Failed', reason: 'SinkUnreachable', message: refused.message };
const missing = { kind: 'Permanent', reason: 'SecretMissing', message: 'the key url of the Secret hook is missing' } as const;

describe('A probe', () => {
  it.each([
    { title: 'reached it', result: { kind: 'Reached' }, verdict: { kind: 'Final', outcome: 'Reached' } },
    { title: 'failed', result: refused, verdict: { kind: 'Retry', afterMs: 1_000 } },
    {
      title: 'failed for a long time, but only twice',
      result: refused,
      attempts: 2,
      elapsedMs: 60_000,
      verdict: { kind: 'Retry', afterMs: 2_000 },
    },
    {
      title: 'failed many times within a moment',
      result: refused,
      attempts: 4,
      elapsedMs: 9_999,
      verdict: { kind: 'Retry', afterMs: 8_000 },
    },
    { title: 'failed three times within ten seconds', result: refused, attempts: 3, elapsedMs: 10_000, verdict: unreachable },
    { title: 'has no Secret yet', result: missing, attempts: 9, elapsedMs: 60_000, verdict: { kind: 'Retry', afterMs: 60_000 } },
    {
      title: 'has no Secret for too long',
      result: missing,
      elapsedMs: 90_000,
      verdict: { kind: 'Final', outcome: 'Failed', reason: 'SecretMissing', message: missing.message },
    },
    {
      title: 'will always fail',
      result: { ...missing, reason: 'AddressNotAllowed' },
      verdict: { kind: 'Final', outcome: 'Failed', reason: 'AddressNotAllowed', message: missing.message },
    },
  ] as const)('that $title: $verdict', ({ result, verdict, ...history }) => {
    expect(judgeProbe(result, { attempts: 1, elapsedMs: 0, ...history }, 1)).toEqual(verdict);
  });
});

describe('The result of a probe', () => {
  const [batchUid, before] = ['uid-2', 'uid-1'];
  const failed = { kind: 'Final', outcome: 'Failed', reason: 'SinkUnreachable', message: '' } as const;
  const reached = { kind: 'Final', outcome: 'Reached' } as const;
  let second = 0;
  const word = (id: string, changes: Partial<Receipt> = {}): Receipt => ({
    ...{ sink: 'ops', id, node: 'node-a', outcome: 'Failed', reason: 'SinkUnreachable' },
    ...{ time: `2026-11-22T10:00:${String(10 + second++)}Z`, ...changes },
  });
  const well = (id: string): Receipt => word(id, { outcome: 'Reached' });

  it.each([
    { title: 'that it failed', verdict: failed, known: [], id: 'uid-2/probe' },
    { title: 'that it failed again', verdict: failed, known: [word('uid-2/probe')], id: undefined },
    { title: 'that it failed in another batch, too', verdict: failed, known: [word('uid-1/probe')], id: 'uid-2/probe' },
    {
      title: 'that it failed from another node, too',
      verdict: failed,
      known: [word('uid-2/probe', { node: 'node-b' })],
      id: 'uid-2/probe.2',
    },
    {
      title: 'that it failed otherwise',
      verdict: failed,
      known: [word('uid-2/probe.4', { reason: 'SecretMissing' })],
      id: 'uid-2/probe.5',
    },
    {
      title: 'that it failed once more',
      verdict: failed,
      known: [word('uid-2/probe'), well('uid-2/probe.2')],
      id: 'uid-2/probe.3',
    },
    { title: 'that it reached the sink', verdict: reached, known: [], id: undefined },
    { title: 'that it reached the sink after a failure', verdict: reached, known: [word('uid-2/probe')], id: 'uid-2/probe.2' },
    {
      title: 'that it reached the sink after a failure in another batch',
      verdict: reached,
      known: [word('uid-1/probe')],
      id: 'uid-2/probe',
    },
    {
      title: 'that it reached the sink again',
      verdict: reached,
      known: [word('uid-2/probe'), well('uid-2/probe.2')],
      id: undefined,
    },
    {
      title: 'that it reached the sink, which rejects messages',
      verdict: reached,
      known: [word(`${before}/1`, { reason: 'Refused' })],
      id: undefined,
    },
    {
      title: 'that it failed, where another sink did',
      verdict: failed,
      known: [word('uid-2/probe', { sink: 'chat' })],
      id: 'uid-2/probe',
    },
  ])('$title has the id $id', ({ verdict, known, id }) => {
    expect(probeId(verdict, { batchUid, sink: 'ops', node: 'node-a' }, known)).toBe(id);
  });
});
