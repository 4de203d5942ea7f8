import { describe, expect, it } from '@jest/globals';
import type { BatchDrain, DrainRecord } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { PodFact } from '../../../../../../src/core/facts.ts';
import { decideDrain, type DrainInput, type DrainDecision } from '../../../../../../src/core/rollout/turn/drain/decide-drain.ts';
import type { EvictionAnswer } from '../../../../../../src/core/rollout/model/eviction-answer.ts';
import { aPod, inTurn } from '../../support/facts.ts';
import { aDrain, at, timeAt } from '../../support/objects.ts';

/** What there is to see of a drain, 100 s after the turn was opened; its time is over after 600 s. */
interface Case {
  readonly pods?: readonly PodFact[];
  readonly policy?: Partial<BatchDrain>;
  readonly before?: DrainRecord;
  readonly answers?: Readonly<Record<string, EvictionAnswer>>;
  readonly operator?: DrainInput['operator'];
  readonly now?: number;
}

function drain({ pods = [], policy = {}, before, answers = {}, operator, now = 100 }: Case): DrainDecision {
  return decideDrain({
    node: inTurn('node-1'),
    pods,
    policy: aDrain(policy),
    opened: at(0),
    timeoutSeconds: 600,
    before,
    answers: new Map(Object.entries(answers)),
    operator,
    now: at(now),
  });
}

/** The decision in short: its kind, the commands for Pods, and its message. */
function describeDecision(result: DrainDecision): readonly (string | readonly string[])[] {
  if (result.kind === 'Done') return ['Done'];
  if (result.kind === 'TimedOut') return ['TimedOut', result.message];
  const commands = result.commands.map((command) =>
    command.kind === 'Evict' || command.kind === 'DeletePod' ? `${command.kind} ${command.pod.name}` : command.kind,
  );
  return ['Draining', commands, result.message];
}

const WEB = aPod('web-1', 'node-1');
const rejected = (budget: string | undefined, askAgainMs = 5000): EvictionAnswer => ({
  rejection: { message: 'a webhook says no', budget },
  askAgainMs,
});
const GRANTED: EvictionAnswer = { rejection: undefined, askAgainMs: 5000 };

describe('A drain', () => {
  it('is done when no Pod is left to evict', () => {
    expect(drain({ pods: [aPod('logs-1', 'node-1', { controllerKind: 'DaemonSet' })] })).toEqual({ kind: 'Done' });
  });

  it('evicts all Pods at once', () => {
    const pods = [WEB, aPod('web-2', 'node-1')];
    expect(describeDecision(drain({ pods }))).toEqual(['Draining', ['Evict web-1', 'Evict web-2'], '2 Pods to go']);
  });

  it('waits for a Pod that is terminating', () => {
    const pods = [aPod('web-1', 'node-1', { deleting: true, endsBy: at(130) })];
    expect(describeDecision(drain({ pods }))).toEqual(['Draining', [], 'Pod shop/web-1 is terminating']);
  });

  it('ends at its timeout also for a Pod that never ends, on a host that is lost', () => {
    const pods = [aPod('web-1', 'node-1', { deleting: true, endsBy: at(130) })];
    expect(describeDecision(drain({ pods, now: 600 }))[0]).toBe('Draining');
    expect(describeDecision(drain({ pods, now: 601 }))).toEqual([
      'TimedOut',
      'not drained within 600 s: Pod shop/web-1 is terminating',
    ]);
  });

  it('continues with the others while a Pod blocks it, and says which one', () => {
    const result = drain({ pods: [WEB, aPod('bare', 'node-1', { controllerKind: undefined })] });
    expect(describeDecision(result)).toEqual([
      'Draining',
      ['Evict web-1'],
      `since ${timeAt(100)}: Pod shop/bare has no controller; set drain.unmanagedPods: Delete to evict it (and 1 more)`,
    ]);
  });
});

describe('A budget that allows no eviction', () => {
  const answers = { 'uid-of-web-1': rejected('web') };

  it('is named with the Pod and since when', () => {
    const result = drain({ pods: [WEB], answers });
    expect(result).toMatchObject({
      kind: 'Draining',
      record: { pod: 'shop/web-1', budget: 'web', blockedSinceTime: timeAt(100) },
    });
    expect(describeDecision(result)[2]).toBe(`since ${timeAt(100)}: PodDisruptionBudget web holds Pod shop/web-1`);
  });

  it.each([
    ['while the API server says so', { 'uid-of-web-1': rejected('web') }],
    ['after the operator was killed and has not asked again', {}],
  ])('keeps its time %s', (_, known) => {
    const before = { pod: 'shop/web-1', budget: 'web', blockedSinceTime: timeAt(20) };
    expect(drain({ pods: [WEB], before, answers: known })).toMatchObject({ record: before });
  });

  it('is removed from the record when the Pod is evicted', () => {
    const before = { pod: 'shop/web-1', budget: 'web', blockedSinceTime: timeAt(20) };
    expect(drain({ pods: [WEB], before, answers: { 'uid-of-web-1': GRANTED } })).toMatchObject({ record: {} });
    expect(drain({ pods: [{ ...WEB, deleting: true }], before })).toMatchObject({ record: {} });
  });

  it('stays the reported one when another one blocks too', () => {
    const pods = [aPod('app-1', 'node-1'), WEB];
    const before = { pod: 'shop/web-1', budget: 'web', blockedSinceTime: timeAt(20) };
    const both = { 'uid-of-app-1': rejected('app'), 'uid-of-web-1': rejected('web') };
    expect(drain({ pods, before, answers: both })).toMatchObject({ record: before });
    expect(drain({ pods, answers: both })).toMatchObject({ record: { pod: 'shop/app-1', blockedSinceTime: timeAt(100) } });
  });

  it('is tried again after its backoff, not in every pass', () => {
    const result = drain({ pods: [WEB], answers });
    expect(result).toMatchObject({ commands: [], requeueAt: at(105) });
    expect(describeDecision(drain({ pods: [WEB], answers: { 'uid-of-web-1': rejected('web', 0) } }))[1]).toEqual(['Evict web-1']);
  });

  it('ends the drain at its timeout, with its name and time on record (T14)', () => {
    const before = { pod: 'shop/web-1', budget: 'web', blockedSinceTime: timeAt(20) };
    expect(drain({ pods: [WEB], before, answers, now: 601 })).toEqual({
      kind: 'TimedOut',
      record: before,
      message: 'not drained within 600 s: PodDisruptionBudget web holds Pod shop/web-1',
    });
  });

  it('is distinguished from a rejection by a webhook', () => {
    const result = drain({ pods: [WEB], answers: { 'uid-of-web-1': rejected(undefined) } });
    expect(result).toMatchObject({ record: { pod: 'shop/web-1', blockedSinceTime: timeAt(100) } });
    expect(describeDecision(result)[2]).toBe(`since ${timeAt(100)}: Pod shop/web-1: a webhook says no`);
  });
});

describe('waitFor', () => {
  const policy = { waitFor: { podSelector: { matchLabels: { job: 'batch' } }, timeoutSeconds: 300 } };
  const job = aPod('job-1', 'node-1', { labels: { job: 'batch' }, controllerKind: 'Job' });

  it('evicts nothing while a Pod that it names runs, and says until when', () => {
    const result = drain({ pods: [WEB, job], policy });
    expect(describeDecision(result)).toEqual([
      'Draining',
      [],
      `since ${timeAt(100)}: waiting until 2026-11-22T08:05:00Z for Pod shop/job-1 to end`,
    ]);
    expect(result).toMatchObject({ requeueAt: at(300), record: { pod: 'shop/job-1' } });
    expect(result).not.toHaveProperty('record.evictionStartTime');
  });

  it('evicts when it has ended, and counts the timeout from then', () => {
    const result = drain({ pods: [WEB], policy, now: 250 });
    expect(describeDecision(result)[1]).toEqual(['Evict web-1']);
    expect(result).toMatchObject({ record: { evictionStartTime: timeAt(250) } });
    const before = { evictionStartTime: timeAt(250) };
    expect(drain({ pods: [WEB], policy, before, now: 849 }).kind).toBe('Draining');
    expect(drain({ pods: [WEB], policy, before, now: 851 }).kind).toBe('TimedOut');
  });

  it('evicts what it names at its own timeout', () => {
    expect(describeDecision(drain({ pods: [job], policy, now: 299 }))[1]).toEqual([]);
    expect(describeDecision(drain({ pods: [job], policy, now: 300 }))[1]).toEqual(['Evict job-1']);
  });

  it('does not begin again once evictions have begun', () => {
    expect(describeDecision(drain({ pods: [job], policy, before: { evictionStartTime: timeAt(50) } }))[1]).toEqual([
      'Evict job-1',
    ]);
  });
});

describe('force', () => {
  const policy = { force: { podSelector: { matchLabels: { tier: 'cache' } } } };
  const cache = aPod('cache-1', 'node-1', { labels: { tier: 'cache' } });
  const answers = { 'uid-of-cache-1': rejected('cache') };

  it('deletes nothing before the timeout', () => {
    expect(describeDecision(drain({ pods: [cache], policy, answers, now: 600 }))[1]).toEqual([]);
  });

  it('deletes past their budget the Pods that it names after the timeout, and records since when', () => {
    const result = drain({ pods: [cache], policy, answers, now: 601 });
    expect(describeDecision(result)).toEqual([
      'Draining',
      ['DeletePod cache-1'],
      'deleted past its budget after 600 s: Pod shop/cache-1',
    ]);
    expect(result).toMatchObject({ record: { forcedDeletionStartTime: timeAt(601) } });
  });

  it('deletes nothing while another Pod blocks the drain, and names that one', () => {
    const result = drain({ pods: [cache, WEB], policy, answers: { ...answers, 'uid-of-web-1': rejected('web') }, now: 601 });
    expect(describeDecision(result)).toEqual([
      'TimedOut',
      'not drained within 600 s: PodDisruptionBudget web holds Pod shop/web-1',
    ]);
  });

  it('does not allow the loss of emptyDir data', () => {
    const result = drain({ pods: [{ ...cache, emptyDir: true }], policy, answers, now: 601 });
    expect(result.kind).toBe('TimedOut');
    expect(describeDecision(result)[1]).toContain('has emptyDir data');
  });

  it('gives what it deleted its own grace period and a minute, then gives up', () => {
    const pods = [{ ...cache, deleting: true, endsBy: at(700) }];
    const before = { forcedDeletionStartTime: timeAt(601) };
    expect(describeDecision(drain({ pods, policy, before, now: 760 }))[0]).toBe('Draining');
    expect(describeDecision(drain({ pods, policy, before, now: 761 }))).toEqual([
      'TimedOut',
      'not drained within 600 s: Pod shop/cache-1 is terminating',
    ]);
  });

  it('still deletes when the operator was away at the timeout', () => {
    expect(describeDecision(drain({ pods: [cache], policy, now: 9000 }))[1]).toEqual(['DeletePod cache-1']);
  });

  it('deletes again when a deletion is rejected, but not in every pass', () => {
    const before = { forcedDeletionStartTime: timeAt(601) };
    expect(describeDecision(drain({ pods: [cache], policy, before, answers, now: 603 }))[1]).toEqual([]);
    const due = { 'uid-of-cache-1': rejected(undefined, 0) };
    expect(describeDecision(drain({ pods: [cache], policy, before, answers: due, now: 606 }))[1]).toEqual(['DeletePod cache-1']);
    expect(drain({ pods: [cache], policy, before, answers, now: 662 }).kind).toBe('TimedOut');
  });
});

describe("The operator's own Pod", () => {
  const pod = aPod('operator', 'node-1', { createdTime: at(-1000) });
  const operator = { uid: pod.uid, movable: true };

  it('is evicted last', () => {
    expect(describeDecision(drain({ pods: [WEB, pod], operator }))[1]).toEqual(['Evict web-1']);
    expect(describeDecision(drain({ pods: [pod], operator }))).toEqual([
      'Draining',
      ['Evict operator'],
      'the operator moves to another node',
    ]);
  });

  it.each<readonly [string, Case]>([
    ['it cannot run elsewhere, as in a cluster of one node', { operator: { uid: pod.uid, movable: false } }],
    ['a budget holds it', { operator, answers: { [pod.uid]: rejected('operator') } }],
    ['no time is left for it to start elsewhere', { operator, now: 541 }],
    ['it came back although the node is cordoned', { operator, pods: [{ ...pod, createdTime: at(10) }] }],
  ])('does not hold up the drain when %s', (_, input) => {
    expect(drain({ pods: [pod], ...input })).toEqual({ kind: 'Done' });
  });
});
