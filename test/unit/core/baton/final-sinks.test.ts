import { describe, expect, it } from '@jest/globals';
import type { BatchOutlook, NodeRecord, Receipt, UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import type { Sink } from '../../../../src/api/generated/upgradeplan.ts';
import { awaitingEnd, finalSinks } from '../../../../src/core/baton/final-sinks.ts';
import { aBatch, after, failed, succeeded } from '../notification/a-batch.ts';

const aSink = (name: string, send?: Sink['send']): Sink => ({
  name,
  webhook: { url: `https://${name}.example/` },
  ...(send === undefined ? {} : { send }),
});
const SINKS = [aSink('ops'), aSink('page', 'OnTrouble'), aSink('mail', 'PlanEnd')];

const follows = (next: BatchOutlook['next'], reason?: string): BatchOutlook => ({
  next,
  message: '',
  ...(reason === undefined ? {} : { reason }),
});
const NEXT = follows('NextBatch');
const WAITS = follows('Paused', 'ApprovalRequired');
const GOOD = [succeeded('node-1')];
const BAD = [succeeded('node-1'), failed('node-2', 'JobFailed', 'exit code 1', { quarantined: false })];
const HELD: readonly NodeRecord[] = [{ ...succeeded('node-1'), quarantined: true }];

const SPEC = aBatch(GOOD).spec;

/** The messages of a batch to the pager. */
interface Messages {
  readonly outlook?: BatchOutlook;
  /** The sinks that got the final message; the first two by default. */
  readonly sinks?: readonly string[];
  /** The outcome of the final message to the pager; absent if it is not known yet. */
  readonly answer?: Receipt['outcome'];
  /** When the pager was alerted, in seconds from the start of the batch, which settles after 2,280. */
  readonly alerted?: number;
}

/** An earlier batch, as recorded. */
function earlierBatch(
  nodes: readonly NodeRecord[],
  { outlook = NEXT, sinks = ['ops', 'page'], answer, alerted }: Messages = {},
): UpgradeBatch {
  const id = 'before/1';
  const alert = { id: 'before/2', action: 'None', causes: [], next: '', sinks: ['page'] } as const;
  return aBatch(nodes, {
    status: {
      outlook,
      notification: {
        id,
        sinks,
        ...(alerted === undefined ? {} : { alerts: [{ ...alert, time: after(alerted) }] }),
        receipts: answer === undefined ? [] : [{ sink: 'page', id, outcome: answer, time: after(2300) }],
      },
    },
  });
}

const TROUBLE = earlierBatch(BAD, { answer: 'Delivered' });
const OVER = earlierBatch(GOOD, { answer: 'Delivered' });
/** Ended well, and was not sent to the pager. */
const SILENT = earlierBatch(GOOD, { sinks: ['ops'] });

describe('`send`: who gets the final message of a batch', () => {
  it.each([
    { title: 'went well and is not the last', nodes: GOOD, outlook: NEXT, asked: ['ops'] },
    { title: 'has a failed node', nodes: BAD, outlook: NEXT, asked: ['ops', 'page'] },
    { title: 'has a node that is still in quarantine', nodes: HELD, outlook: NEXT, asked: ['ops', 'page'] },
    { title: 'waits for approval', nodes: GOOD, outlook: WAITS, asked: ['ops', 'page'] },
    { title: 'ends paused by a person', nodes: GOOD, outlook: follows('Paused', 'PausedByAction'), asked: ['ops'] },
    { title: 'waits for its window', nodes: GOOD, outlook: follows('Waiting', 'WindowClosed'), asked: ['ops'] },
    { title: 'went well and is the last', nodes: GOOD, outlook: follows('Done'), asked: ['ops', 'mail'] },
    { title: 'is the last, with a failed node', nodes: BAD, outlook: follows('Done'), asked: ['ops', 'page', 'mail'] },
    { title: 'ends aborted', nodes: GOOD, outlook: follows('Aborted'), asked: ['ops', 'page', 'mail'] },
    { title: 'ends because the plan was deleted', nodes: GOOD, outlook: follows('Deleted'), asked: ['ops', 'mail'] },
  ])('that $title: $asked', ({ nodes, outlook, asked }) => {
    expect(finalSinks(SINKS, { spec: SPEC, status: { nodes, outlook }, alerts: [], earlier: [] })).toEqual(asked);
  });

  it('that went well, but alerted the pager while it ran: the pager as well', () => {
    const alerts = earlierBatch(GOOD, { alerted: 60 }).status?.notification?.alerts ?? [];

    expect(finalSinks(SINKS, { spec: SPEC, status: { nodes: GOOD, outlook: NEXT }, alerts, earlier: [] })).toEqual([
      'ops',
      'page',
    ]);
  });
});

describe('`send: OnTrouble`: a batch that ended well reports to the pager that the trouble is over', () => {
  it.each([
    { title: 'after a batch with trouble', earlier: [TROUBLE], asked: true },
    { title: 'after trouble that is not delivered yet', earlier: [earlierBatch(BAD)], asked: true },
    { title: 'after trouble whose delivery failed', earlier: [earlierBatch(BAD, { answer: 'Failed' })], asked: true },
    { title: 'once', earlier: [TROUBLE, OVER], asked: false },
    { title: 'once, however many batches follow', earlier: [TROUBLE, OVER, SILENT, SILENT], asked: false },
    { title: 'again if its delivery failed', earlier: [TROUBLE, earlierBatch(GOOD, { answer: 'Failed' })], asked: true },
    { title: 'again if it is not delivered yet', earlier: [TROUBLE, earlierBatch(GOOD)], asked: true },
    { title: 'even if a batch in between sent it nothing', earlier: [TROUBLE, SILENT], asked: true },
    {
      title: 'even if the plan did not have it during the last batch',
      earlier: [TROUBLE, earlierBatch(BAD, { sinks: ['ops'] })],
      asked: true,
    },
    { title: 'after new trouble', earlier: [TROUBLE, OVER, TROUBLE], asked: true },
    { title: 'after an abort', earlier: [earlierBatch(GOOD, { outlook: follows('Aborted'), answer: 'Delivered' })], asked: true },
    { title: 'after an approval', earlier: [earlierBatch(GOOD, { outlook: WAITS, answer: 'Delivered' })], asked: true },
    {
      title: 'after an alert between two batches',
      earlier: [earlierBatch(GOOD, { sinks: ['ops'], alerted: 3000 })],
      asked: true,
    },
    {
      title: 'after an alert that came when all was well',
      earlier: [TROUBLE, earlierBatch(GOOD, { answer: 'Delivered', alerted: 3000 })],
      asked: true,
    },
    {
      title: 'not if the last message ended an alert',
      earlier: [earlierBatch(GOOD, { answer: 'Delivered', alerted: 60 })],
      asked: false,
    },
    {
      title: 'again if the message that ended an alert was not delivered',
      earlier: [earlierBatch(GOOD, { answer: 'Failed', alerted: 60 })],
      asked: true,
    },
    { title: 'not if the plan did not have the pager then', earlier: [earlierBatch(BAD, { sinks: ['ops'] })], asked: false },
    { title: 'not before the first batch', earlier: [], asked: false },
  ])('$title: $asked', ({ earlier, asked }) => {
    const sinks = finalSinks(SINKS, { spec: SPEC, status: { nodes: GOOD, outlook: NEXT }, alerts: [], earlier });

    expect(sinks).toEqual(asked ? ['ops', 'page'] : ['ops']);
  });
});

describe('Who still waits for the end of the rollout after a batch', () => {
  it.each([
    { title: 'whoever asks for the end', batch: SILENT, waiting: ['mail'] },
    { title: 'nobody who was notified of the end', batch: earlierBatch(GOOD, { sinks: ['ops', 'mail'] }), waiting: [] },
    {
      title: 'nobody when the batch was the end',
      batch: earlierBatch(GOOD, { outlook: follows('Done'), sinks: ['ops'] }),
      waiting: [],
    },
    {
      title: 'the pager that was alerted since',
      batch: earlierBatch(GOOD, { sinks: ['ops'], alerted: 3000 }),
      waiting: ['page', 'mail'],
    },
    { title: 'not the pager that has the final message', batch: earlierBatch(BAD, { alerted: 3000 }), waiting: ['mail'] },
  ])('$title: $waiting', ({ batch, waiting }) => {
    expect(awaitingEnd(SINKS, batch)).toEqual(waiting);
  });
});
