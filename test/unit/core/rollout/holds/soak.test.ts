import { describe, expect, it } from '@jest/globals';
import { aNode, byName, done } from '../support/facts.ts';
import { aBatch, at, timeAt } from '../support/objects.ts';
import { ENDED, open, pass, progressOf, readyMessage, settled } from '../support/one-step.ts';

describe('A soak', () => {
  it.each<readonly [string, number, string]>([
    ['holds the next batch at its first second', 0, 'Waiting Soaking: waits'],
    ['holds it at its last second', 299, 'Waiting Soaking: waits'],
    ['ends when its time is over', 300, 'Running BatchRunning: starts'],
  ])('%s', (_, seconds, expected) => {
    expect(progressOf(pass({ soakSeconds: 300 }, { batches: [settled()] }, seconds))).toBe(expected);
  });

  it('says until when it lasts, and requeues the plan for that time', () => {
    const decision = pass({ soakSeconds: 300 }, { batches: [settled()] });
    expect(readyMessage(decision)).toBe('os-aaaa-1 soaks for 300 s, until 2026-11-22T08:05:00Z');
    expect(decision.requeueAt).toBe(at(300));
  });

  it('ends earlier if the plan shortens it', () => {
    expect(progressOf(pass({ soakSeconds: 60 }, { batches: [settled()] }))).toBe('Running BatchRunning: starts');
  });

  it('does not hold an open batch', () => {
    const nodes = byName(aNode('node-1'), aNode('node-2'));
    expect(progressOf(pass({ soakSeconds: 300 }, { batches: [open()], nodes }))).toBe('Running BatchRunning: starts');
  });

  it('does not hold another revision, which may be the fix', () => {
    const revision = 'bbbb2222';
    expect(progressOf(pass({ soakSeconds: 300 }, { batches: [settled()], revision }))).toBe('Running BatchRunning: starts');
  });

  it('does not delay the end of the rollout', () => {
    const nodes = byName(done('node-1'));
    expect(progressOf(pass({ soakSeconds: 300 }, { batches: [settled()], nodes }))).toBe('Succeeded AllSucceeded: waits');
  });

  it('is the outlook of its batch', () => {
    const batches = [aBatch(['node-1'], { status: { nodes: [ENDED] } })];
    expect(pass({ soakSeconds: 300 }, { batches }).batchStatuses.get('os-aaaa-1')).toMatchObject({
      settledTime: timeAt(100),
      outlook: { next: 'Waiting', reason: 'Soaking', message: 'os-aaaa-1 soaks for 300 s, until 2026-11-22T08:06:40Z' },
    });
  });
});
