import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch, UpgradeBatchStatus } from '../../../../../src/api/generated/upgradebatch.ts';
import type { BatchStep } from '../../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, aNode, aSnapshot, byName, done, SETTINGS } from '../support/facts.ts';
import { aBatch, anAction, aPlan, at, hash, outboxOf, settledStatus, timeAt } from '../support/objects.ts';

const ENDED: NodeRecord = { name: 'node-1', state: 'Succeeded' };
const TOLD = outboxOf('os-aaaa-1', 'node-1');

function settled(status: Partial<UpgradeBatchStatus> = {}): UpgradeBatch {
  return aBatch(['node-1'], { status: settledStatus([ENDED], { notification: TOLD, ...status }) });
}

function open(status: UpgradeBatchStatus = {}): UpgradeBatch {
  return aBatch(['node-1'], { status: { nodes: [{ name: 'node-1', state: 'Pending' }], ...status } });
}

function pass(step: Omit<BatchStep, 'size'>, snapshot: Partial<PlanSnapshot>, seconds = 100): Decision {
  const plan = aPlan({ batches: [{ size: 1, ...step }], notify: { sinks: [] } });
  const nodes = byName(done('node-1'), aNode('node-2'));
  const whole = aSnapshot({ plan, nodes, lease: aLease(), ...snapshot });
  return decide({ snapshot: whole, now: at(seconds), settings: SETTINGS, hash });
}

/** What the plan says of itself, and whether anything new starts. */
function told({ planStatus, commands }: Decision): string {
  const starts = commands.some(({ kind }) => kind === 'CreateBatch' || kind === 'OpenTurn') ? 'starts' : 'waits';
  return `${planStatus?.summary ?? ''} ${planStatus?.reason ?? ''}: ${starts}`;
}

function readyMessage({ planStatus }: Decision): string | undefined {
  return planStatus?.conditions?.find(({ type }) => type === 'Ready')?.message;
}

const given = (approval: 'BeforeStart' | 'BeforeNext', action = 'yes'): UpgradeBatchStatus => ({
  approved: { action, approval, time: timeAt(50) },
});

describe('A soak', () => {
  it.each<readonly [string, number, string]>([
    ['holds the next batch at its first second', 0, 'Waiting Soaking: waits'],
    ['holds it at its last second', 299, 'Waiting Soaking: waits'],
    ['ends when its time is over', 300, 'Running BatchRunning: starts'],
  ])('%s', (_, seconds, expected) => {
    expect(told(pass({ soakSeconds: 300 }, { batches: [settled()] }, seconds))).toBe(expected);
  });

  it('says until when, and looks again then', () => {
    const decision = pass({ soakSeconds: 300 }, { batches: [settled()] });
    expect(readyMessage(decision)).toBe('os-aaaa-1 soaks for 300 s, until 2026-11-22T08:05:00Z');
    expect(decision.requeueAt).toBe(at(300));
  });

  it('follows the plan when it is made shorter', () => {
    expect(told(pass({ soakSeconds: 60 }, { batches: [settled()] }))).toBe('Running BatchRunning: starts');
  });

  it('does not hold a batch that is open', () => {
    const nodes = byName(aNode('node-1'), aNode('node-2'));
    expect(told(pass({ soakSeconds: 300 }, { batches: [open()], nodes }))).toBe('Running BatchRunning: starts');
  });

  it('does not hold another revision: it may be the remedy', () => {
    const revision = 'bbbb2222';
    expect(told(pass({ soakSeconds: 300 }, { batches: [settled()], revision }))).toBe('Running BatchRunning: starts');
  });

  it('keeps no plan from ending', () => {
    const nodes = byName(done('node-1'));
    expect(told(pass({ soakSeconds: 300 }, { batches: [settled()], nodes }))).toBe('Succeeded AllSucceeded: waits');
  });

  it('is what the notification of its batch says comes next', () => {
    const batches = [aBatch(['node-1'], { status: { nodes: [ENDED] } })];
    expect(pass({ soakSeconds: 300 }, { batches }).batchStatuses.get('os-aaaa-1')).toMatchObject({
      settledTime: timeAt(100),
      outlook: { next: 'Waiting', reason: 'Soaking', message: 'os-aaaa-1 soaks for 300 s, until 2026-11-22T08:06:40Z' },
    });
  });
});

describe('approval: BeforeNext', () => {
  const step = { approval: 'BeforeNext' } as const;
  it.each<readonly [string, Partial<PlanSnapshot>, string]>([
    ['holds the next batch', { batches: [settled()] }, 'Paused ApprovalRequired: waits'],
    [
      'lets it be made once the last one is approved',
      { batches: [settled(given('BeforeNext'))] },
      'Running BatchRunning: starts',
    ],
    ['is not given by an approval of the start', { batches: [settled(given('BeforeStart'))] }, 'Paused ApprovalRequired: waits'],
    [
      'asks again for each batch of a step that repeats',
      {
        batches: [
          settled(given('BeforeNext')),
          aBatch(['node-3'], {
            name: 'os-aaaa-2',
            spec: { index: 2 },
            status: settledStatus([{ name: 'node-3', state: 'Succeeded' }]),
          }),
        ],
      },
      'Paused ApprovalRequired: waits',
    ],
    [
      'asks nothing when no node is left',
      { batches: [settled()], nodes: byName(done('node-1')) },
      'Succeeded AllSucceeded: waits',
    ],
    [
      'holds no batch that is open',
      { batches: [open()], nodes: byName(aNode('node-1'), aNode('node-2')) },
      'Running BatchRunning: starts',
    ],
  ])('%s', (_, snapshot, expected) => {
    expect(told(pass(step, snapshot))).toBe(expected);
  });

  it('says what to create', () => {
    expect(readyMessage(pass(step, { batches: [settled()] }))).toBe(
      'os-aaaa-1 waits for approval before the next batch; to approve, create an UpgradeAction in fleet with spec ' +
        '{plan: os, action: Approve, batch: os-aaaa-1}: nothing runs',
    );
  });

  it('is asked for in the notification of the batch', () => {
    const batches = [aBatch(['node-1'], { status: { nodes: [ENDED] } })];
    const { outlook } = pass(step, { batches }).batchStatuses.get('os-aaaa-1') ?? {};
    expect(outlook).toMatchObject({ next: 'Paused', reason: 'ApprovalRequired' });
  });

  it('may be given during the soak, which then goes on', () => {
    const soak = { ...step, soakSeconds: 300 };
    expect(told(pass(soak, { batches: [settled()] }))).toBe('Paused ApprovalRequired: waits');
    expect(told(pass(soak, { batches: [settled(given('BeforeNext'))] }))).toBe('Waiting Soaking: waits');
  });
});

describe('approval: BeforeStart', () => {
  const step = { approval: 'BeforeStart' } as const;
  const nodes = byName(aNode('node-1'), aNode('node-2'));
  it.each<readonly [string, Partial<PlanSnapshot>, string]>([
    ['makes the batch, so that it has a name', { nodes }, 'Running BatchRunning: starts'],
    ['opens no turn of it', { nodes, batches: [open()] }, 'Paused ApprovalRequired: waits'],
    ['opens turns once it is approved', { nodes, batches: [open(given('BeforeStart'))] }, 'Running BatchRunning: starts'],
    [
      'is not given by an approval of what follows',
      { nodes, batches: [open(given('BeforeNext'))] },
      'Paused ApprovalRequired: waits',
    ],
  ])('%s', (_, snapshot, expected) => {
    expect(told(pass(step, snapshot))).toBe(expected);
  });

  it('skips no node that is down while it waits: its turn has not come', () => {
    const decision = pass(step, { nodes: byName(aNode('node-1', { ready: false }), aNode('node-2')), batches: [open()] });
    expect(decision.batchStatuses.get('os-aaaa-1')?.nodes).toEqual([{ name: 'node-1', state: 'Pending' }]);
  });

  it('is foretold in the notification of the batch before', () => {
    const batches = [aBatch(['node-1'], { status: { nodes: [ENDED] } })];
    const { outlook } = pass(step, { batches }).batchStatuses.get('os-aaaa-1') ?? {};
    expect(outlook).toMatchObject({ next: 'NextBatch', message: 'batch 2, 1 node, once it is approved' });
  });
});

describe('An Approve', () => {
  const act = (batch: string, name = 'yes'): ReturnType<typeof anAction> =>
    anAction({ action: 'Approve', batch, requestedBy: 'anna' }, name);
  const noted = (approval: 'BeforeStart' | 'BeforeNext'): object => ({
    approved: { action: 'yes', approval, requestedBy: 'anna', time: timeAt(100) },
  });
  const nodes = byName(aNode('node-1'), aNode('node-2'));

  function answers({ commands, planStatus }: Decision): readonly string[] {
    const given = commands.flatMap((command) =>
      command.kind === 'AnswerAction' ? [`${command.answer.status} ${command.answer.reason}: ${command.answer.message}`] : [],
    );
    return [...given, ...(planStatus?.history ?? []).map(({ message }) => `history: ${message}`)];
  }

  it.each<readonly [string, BatchStep['approval'] & string, Partial<PlanSnapshot>, 'BeforeStart' | 'BeforeNext']>([
    ['of a settled batch is noted in it', 'BeforeNext', { batches: [settled()] }, 'BeforeNext'],
    ['of a batch that is to start is noted in it', 'BeforeStart', { batches: [open()], nodes }, 'BeforeStart'],
  ])('%s', (_, approval, snapshot, expected) => {
    const decision = pass({ approval }, { ...snapshot, actions: [act('os-aaaa-1')] });
    expect(decision.batchStatuses.get('os-aaaa-1')).toMatchObject(noted(expected));
    expect(answers(decision)).toEqual([]);
    expect(told(decision)).toBe('Paused ApprovalRequired: waits');
  });

  it.each<readonly [string, BatchStep['approval'] & string, Partial<PlanSnapshot>, string]>([
    ['is done once it is on record', 'BeforeNext', { batches: [settled(given('BeforeNext'))] }, 'history: approved: os-aaaa-1'],
    [
      'of another batch is refused',
      'BeforeNext',
      { batches: [settled()], actions: [act('os-aaaa-9')] },
      'False WrongBatch: os-aaaa-1 waits for approval, not os-aaaa-9',
    ],
    [
      'that comes before the batch has settled is refused',
      'BeforeNext',
      { batches: [open()], nodes },
      'False NotWaiting: no batch of the plan waits for approval now',
    ],
    [
      'that nobody asked for is refused',
      'None',
      { batches: [settled()] },
      'False NotWaiting: no batch of the plan waits for approval now',
    ],
    [
      'of what is approved says by which act',
      'BeforeNext',
      { batches: [settled(given('BeforeNext', 'first'))] },
      'False NotWaiting: no batch of the plan waits for approval now; os-aaaa-1 was approved by first',
    ],
  ])('%s', (_, approval, snapshot, expected) => {
    const decision = pass({ approval }, { actions: [act('os-aaaa-1')], ...snapshot });
    expect(answers(decision)).toEqual([expected]);
  });

  it('that is one of two counts when it is the first', () => {
    const decision = pass(
      { approval: 'BeforeNext' },
      { batches: [settled()], actions: [act('os-aaaa-1'), act('os-aaaa-1', 'me-too')] },
    );
    expect(decision.batchStatuses.get('os-aaaa-1')).toMatchObject(noted('BeforeNext'));
  });
});
