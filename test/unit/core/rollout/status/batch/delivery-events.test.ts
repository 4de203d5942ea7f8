import { describe, expect, it } from '@jest/globals';
import type { Receipt, UpgradeBatch } from '../../../../../../src/api/generated/upgradebatch.ts';
import { decide } from '../../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../../src/core/rollout/model/decision.ts';
import { aLease, aNode, aSnapshot, byName, SETTINGS } from '../../support/facts.ts';
import { aBatch, aPlan, at, hash, settledStatus, timeAt } from '../../support/objects.ts';

const ID = 'uid-of-os-aaaa-2/1';
const REFUSED: Receipt = { sink: 'ops', id: ID, outcome: 'Failed', reason: 'Refused', message: 'HTTP 410', time: timeAt(50) };

/** A batch that was told at some time. */
function told(index: number, receipts: readonly Receipt[]): UpgradeBatch {
  const name = `os-aaaa-${index}`;
  return aBatch(['node-1'], {
    name,
    spec: { index },
    status: settledStatus([{ name: 'node-1', state: 'Succeeded' }], {
      outlook: { next: 'NextBatch', message: '' },
      notification: { id: `uid-of-${name}/1`, sinks: ['ops'], receipts },
    }),
  });
}

/** A pass that finds a receipt on the Lease, after a batch with other receipts. */
function pass(found: Receipt, before: readonly Receipt[] = [], own: readonly Receipt[] = []): Decision {
  const snapshot = aSnapshot({
    plan: aPlan({ notify: { sinks: [{ name: 'ops', webhook: { url: 'https://hooks.example' } }] } }),
    nodes: byName(aNode('node-1')),
    batches: [told(1, before), told(2, own)],
    lease: aLease('node-1', { receipts: [found] }),
  });
  return decide({ snapshot, now: at(60), settings: SETTINGS, hash });
}

function notesOf({ commands }: Decision): readonly unknown[] {
  return commands.flatMap((command) => (command.kind === 'RecordWarnings' ? [command.event['note']] : []));
}

const UNREACHED: Receipt = {
  ...REFUSED,
  id: 'uid-of-os-aaaa-2/probe',
  reason: 'SinkUnreachable',
  message: 'hooks.example: ECONNREFUSED',
  node: 'node-7',
};
const earlier = (changes: Partial<Receipt>): Receipt => ({ ...REFUSED, id: 'uid-of-os-aaaa-1/1', time: timeAt(10), ...changes });
const GOOD: Receipt = { sink: 'ops', id: 'uid-of-os-aaaa-1/1', outcome: 'Delivered', time: timeAt(10) };

describe('A delivery that failed for good', () => {
  it.each<readonly [string, Receipt, readonly Receipt[], readonly string[]]>([
    ['is told as an Event on the plan', REFUSED, [], ['os-aaaa-2 to ops: Refused: HTTP 410']],
    ['is told when the one before was good', REFUSED, [GOOD], ['os-aaaa-2 to ops: Refused: HTTP 410']],
    ['is nothing new when the one before failed so too', REFUSED, [earlier({})], []],
    [
      'is told when the one before failed otherwise',
      REFUSED,
      [earlier({ reason: 'SecretMissing' })],
      ['os-aaaa-2 to ops: Refused: HTTP 410'],
    ],
    ['is not told of a sink that was removed', { ...REFUSED, reason: 'SinkRemoved' }, [], []],
    [
      'is told in the words of its receipt',
      { ...REFUSED, reason: 'AddressNotAllowed', message: 'loopback' },
      [],
      ['os-aaaa-2 to ops: AddressNotAllowed: loopback'],
    ],
    [
      'is told as well where it was delivered otherwise than it should be',
      { ...GOOD, id: ID, remark: { reason: 'TemplateFailed', message: 'line 3' } },
      [],
      ['os-aaaa-2 to ops: TemplateFailed: line 3'],
    ],
    ['is told of a probe as well', UNREACHED, [], ['ops, probed from node-7: SinkUnreachable: hooks.example: ECONNREFUSED']],
    ['is nothing new when the last probe failed so too', UNREACHED, [{ ...UNREACHED, id: 'uid-of-os-aaaa-1/probe' }], []],
    ['is not told of a probe that reached its sink', { ...UNREACHED, outcome: 'Reached' }, [], []],
    ['is not told of a good one', { ...GOOD, id: ID }, [], []],
  ])('%s', (_, found, before, notes) => {
    expect(notesOf(pass(found, before))).toEqual(notes);
  });

  it('is told once, under the same name however often the pass is repeated', () => {
    const first = pass(REFUSED).commands.find(({ kind }) => kind === 'RecordWarnings');
    expect(pass(REFUSED).commands.find(({ kind }) => kind === 'RecordWarnings')).toEqual(first);
    expect(notesOf(pass(REFUSED, [], [REFUSED]))).toEqual([]);
  });
});
