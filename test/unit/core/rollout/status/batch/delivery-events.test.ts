import { describe, expect, it } from '@jest/globals';
import type { Receipt, UpgradeBatch } from '../../../../../../src/api/generated/upgradebatch.ts';
import { decide } from '../../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../../src/core/rollout/model/decision.ts';
import { aLease, aNode, aSnapshot, byName, SETTINGS } from '../../support/facts.ts';
import { aBatch, aPlan, at, hash, settledStatus, timeAt } from '../../support/objects.ts';

const ID = 'uid-of-os-aaaa-2/1';
const REFUSED: Receipt = { sink: 'ops', id: ID, outcome: 'Failed', reason: 'Refused', message: 'HTTP 410', time: timeAt(50) };

/** A batch with receipts. */
function batchWith(index: number, receipts: readonly Receipt[]): UpgradeBatch {
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
    batches: [batchWith(1, before), batchWith(2, own)],
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

describe('A delivery that failed permanently', () => {
  it.each<{
    readonly title: string;
    readonly found: Receipt;
    readonly before: readonly Receipt[];
    readonly notes: readonly string[];
  }>([
    { title: 'creates an Event on the plan', found: REFUSED, before: [], notes: ['os-aaaa-2 to ops: Refused: HTTP 410'] },
    {
      title: 'creates an Event after a successful one',
      found: REFUSED,
      before: [GOOD],
      notes: ['os-aaaa-2 to ops: Refused: HTTP 410'],
    },
    { title: 'creates no Event if the one before failed for the same reason', found: REFUSED, before: [earlier({})], notes: [] },
    {
      title: 'creates an Event if the one before failed for another reason',
      found: REFUSED,
      before: [earlier({ reason: 'SecretMissing' })],
      notes: ['os-aaaa-2 to ops: Refused: HTTP 410'],
    },
    { title: 'creates no Event about a removed sink', found: { ...REFUSED, reason: 'SinkRemoved' }, before: [], notes: [] },
    {
      title: 'creates an Event with the reason of its receipt',
      found: { ...REFUSED, reason: 'AddressNotAllowed', message: 'loopback' },
      before: [],
      notes: ['os-aaaa-2 to ops: AddressNotAllowed: loopback'],
    },
    {
      title: 'creates an Event about a remark on a delivered message',
      found: { ...GOOD, id: ID, remark: { reason: 'TemplateFailed', message: 'line 3' } },
      before: [],
      notes: ['os-aaaa-2 to ops: TemplateFailed: line 3'],
    },
    {
      title: 'creates an Event about a probe',
      found: UNREACHED,
      before: [],
      notes: ['ops, probed from node-7: SinkUnreachable: hooks.example: ECONNREFUSED'],
    },
    {
      title: 'creates no Event if the last probe failed for the same reason',
      found: UNREACHED,
      before: [{ ...UNREACHED, id: 'uid-of-os-aaaa-1/probe' }],
      notes: [],
    },
    { title: 'creates no Event about a successful probe', found: { ...UNREACHED, outcome: 'Reached' }, before: [], notes: [] },
    { title: 'creates no Event about a delivered message', found: { ...GOOD, id: ID }, before: [], notes: [] },
  ])('$title', ({ found, before, notes }) => {
    expect(notesOf(pass(found, before))).toEqual(notes);
  });

  it('has the same name however often the pass is repeated', () => {
    const first = pass(REFUSED).commands.find(({ kind }) => kind === 'RecordWarnings');
    expect(pass(REFUSED).commands.find(({ kind }) => kind === 'RecordWarnings')).toEqual(first);
    expect(notesOf(pass(REFUSED, [], [REFUSED]))).toEqual([]);
  });
});
