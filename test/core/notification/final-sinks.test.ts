import { describe, expect, it } from '@jest/globals';
import type { BatchOutlook, NodeRecord, UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { Sink } from '../../../src/api/generated/upgradeplan.ts';
import { awaitingEnd, finalSinks, sendPolicy } from '../../../src/core/notification/final-sinks.ts';
import { aBatch, failed, succeeded } from './a-batch.ts';

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
const GOOD = [succeeded('node-1')];
const BAD = [succeeded('node-1'), failed('node-2', 'JobFailed', 'exit code 1', { quarantined: false })];
const HELD: readonly NodeRecord[] = [{ ...succeeded('node-1'), quarantined: true }];

/** The batch before, as it was told to these sinks. */
function told(nodes: readonly NodeRecord[], outlook: BatchOutlook, sinks: readonly string[]): UpgradeBatch {
  return aBatch(nodes, { status: { outlook, notification: { id: 'before/1', sinks } } });
}

describe('`send`: who gets the final message of a batch', () => {
  it.each([
    { title: 'went well and is not the last', nodes: GOOD, outlook: NEXT, asked: ['ops'] },
    { title: 'has a failed node', nodes: BAD, outlook: NEXT, asked: ['ops', 'page'] },
    { title: 'has a node that is still in quarantine', nodes: HELD, outlook: NEXT, asked: ['ops', 'page'] },
    { title: 'waits for approval', nodes: GOOD, outlook: follows('Paused', 'ApprovalRequired'), asked: ['ops', 'page'] },
    { title: 'ends paused by a person', nodes: GOOD, outlook: follows('Paused', 'PausedByAct'), asked: ['ops'] },
    { title: 'waits for its window', nodes: GOOD, outlook: follows('Waiting', 'WindowClosed'), asked: ['ops'] },
    { title: 'went well and is the last', nodes: GOOD, outlook: follows('Done'), asked: ['ops', 'mail'] },
    { title: 'is the last, with a failed node', nodes: BAD, outlook: follows('Done'), asked: ['ops', 'page', 'mail'] },
    { title: 'ends aborted', nodes: GOOD, outlook: follows('Aborted'), asked: ['ops', 'page', 'mail'] },
    { title: 'ends because the plan was deleted', nodes: GOOD, outlook: follows('Deleted'), asked: ['ops', 'mail'] },
  ])('that $title: $asked', ({ nodes, outlook, asked }) => {
    expect(finalSinks(SINKS, { status: { nodes, outlook }, alerts: [], previous: undefined })).toEqual(asked);
  });

  it.each([
    { title: 'told the pager of trouble', previous: told(BAD, NEXT, ['ops', 'page']), asked: ['ops', 'page'] },
    { title: 'told the pager that trouble was over', previous: told(GOOD, NEXT, ['ops', 'page']), asked: ['ops'] },
    { title: 'had trouble before the pager was in the plan', previous: told(BAD, NEXT, ['ops']), asked: ['ops'] },
  ])('that went well, where the batch before $title: $asked', ({ previous, asked }) => {
    expect(finalSinks(SINKS, { status: { nodes: GOOD, outlook: NEXT }, alerts: [], previous })).toEqual(asked);
  });
});

describe('`send`: what a sink asks for', () => {
  it.each([
    { sink: aSink('ops'), policy: 'EveryBatch' },
    { sink: aSink('ops', 'PlanEnd'), policy: 'PlanEnd' },
    { sink: { name: 'page', pagerDuty: {} } as unknown as Sink, policy: 'OnTrouble' },
    { sink: { name: 'page', send: 'EveryBatch', pagerDuty: {} } as unknown as Sink, policy: 'EveryBatch' },
  ])('of $sink is $policy', ({ sink, policy }) => {
    expect(sendPolicy(sink)).toBe(policy);
  });
});

describe('`send: PlanEnd` after a batch that did not end the rollout', () => {
  it.each([
    { title: 'waits for the end', batch: told(GOOD, NEXT, ['ops']), waiting: ['mail'] },
    { title: 'waits for nothing more once it is told', batch: told(GOOD, NEXT, ['ops', 'mail']), waiting: [] },
    { title: 'waits for nothing when the batch was the end', batch: told(GOOD, follows('Done'), ['ops']), waiting: [] },
  ])('$title', ({ batch, waiting }) => {
    expect(awaitingEnd(SINKS, batch)).toEqual(waiting);
  });
});
