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

/** What became of a batch's messages to the pager. */
interface Told {
  readonly outlook?: BatchOutlook;
  /** Who was asked to take the final message; the first two sinks, unless others are named. */
  readonly sinks?: readonly string[];
  /** What the pager answered to it; nothing yet, when left out. */
  readonly answer?: Receipt['outcome'];
  /** When the pager was alerted, in seconds from the start of the batch, which settles after 2,280. */
  readonly alerted?: number;
}

/** A batch of an earlier time, as it is on record. */
function told(
  nodes: readonly NodeRecord[],
  { outlook = NEXT, sinks = ['ops', 'page'], answer, alerted }: Told = {},
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

const TROUBLE = told(BAD, { answer: 'Delivered' });
const OVER = told(GOOD, { answer: 'Delivered' });
/** Went well, and was not told to the pager. */
const SILENT = told(GOOD, { sinks: ['ops'] });

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
    const alerts = told(GOOD, { alerted: 60 }).status?.notification?.alerts ?? [];

    expect(finalSinks(SINKS, { spec: SPEC, status: { nodes: GOOD, outlook: NEXT }, alerts, earlier: [] })).toEqual([
      'ops',
      'page',
    ]);
  });
});

describe('`send: OnTrouble`: a batch that went well tells the pager that trouble is over', () => {
  it.each([
    { title: 'after a batch with trouble', earlier: [TROUBLE], asked: true },
    { title: 'after trouble that the pager has not taken yet', earlier: [told(BAD)], asked: true },
    { title: 'after trouble that the pager may not have taken', earlier: [told(BAD, { answer: 'Failed' })], asked: true },
    { title: 'once', earlier: [TROUBLE, OVER], asked: false },
    { title: 'once, however many batches follow', earlier: [TROUBLE, OVER, SILENT, SILENT], asked: false },
    { title: 'again where that was refused', earlier: [TROUBLE, told(GOOD, { answer: 'Failed' })], asked: true },
    { title: 'again where that is not delivered yet', earlier: [TROUBLE, told(GOOD)], asked: true },
    { title: 'though a batch between told it nothing', earlier: [TROUBLE, SILENT], asked: true },
    { title: 'though it was out of the plan for the last batch', earlier: [TROUBLE, told(BAD, { sinks: ['ops'] })], asked: true },
    { title: 'after new trouble', earlier: [TROUBLE, OVER, TROUBLE], asked: true },
    { title: 'after an abort', earlier: [told(GOOD, { outlook: follows('Aborted'), answer: 'Delivered' })], asked: true },
    { title: 'after an approval', earlier: [told(GOOD, { outlook: WAITS, answer: 'Delivered' })], asked: true },
    { title: 'after an alert between two batches', earlier: [told(GOOD, { sinks: ['ops'], alerted: 3000 })], asked: true },
    {
      title: 'after an alert that came when all was well',
      earlier: [TROUBLE, told(GOOD, { answer: 'Delivered', alerted: 3000 })],
      asked: true,
    },
    { title: 'not where that ended an alert', earlier: [told(GOOD, { answer: 'Delivered', alerted: 60 })], asked: false },
    {
      title: 'again where what ended an alert was refused',
      earlier: [told(GOOD, { answer: 'Failed', alerted: 60 })],
      asked: true,
    },
    { title: 'not where the pager was not in the plan then', earlier: [told(BAD, { sinks: ['ops'] })], asked: false },
    { title: 'not where nothing was before', earlier: [], asked: false },
  ])('$title: $asked', ({ earlier, asked }) => {
    const sinks = finalSinks(SINKS, { spec: SPEC, status: { nodes: GOOD, outlook: NEXT }, alerts: [], earlier });

    expect(sinks).toEqual(asked ? ['ops', 'page'] : ['ops']);
  });
});

describe('who still waits for the end of the rollout after a batch', () => {
  it.each([
    { title: 'whoever asks for the end', batch: SILENT, waiting: ['mail'] },
    { title: 'nobody who was told it', batch: told(GOOD, { sinks: ['ops', 'mail'] }), waiting: [] },
    { title: 'nobody when the batch was the end', batch: told(GOOD, { outlook: follows('Done'), sinks: ['ops'] }), waiting: [] },
    {
      title: 'the pager that was alerted since',
      batch: told(GOOD, { sinks: ['ops'], alerted: 3000 }),
      waiting: ['page', 'mail'],
    },
    { title: 'not the pager that has the final message', batch: told(BAD, { alerted: 3000 }), waiting: ['mail'] },
  ])('$title: $waiting', ({ batch, waiting }) => {
    expect(awaitingEnd(SINKS, batch)).toEqual(waiting);
  });
});
