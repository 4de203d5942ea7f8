import { describe, expect, it } from '@jest/globals';
import type { UpgradeActionSpec } from '../../../../../src/api/generated/upgradeaction.ts';
import type { UpgradeBatch, UpgradeBatchStatus } from '../../../../../src/api/generated/upgradebatch.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aJob, aNode, aPod, aSnapshot, byName, done, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, anAction, aPlan, at, hash, resumedBy, settledStatus, timeAt } from '../support/objects.ts';

/** A batch as Baton 0.1 wrote it: without a format. */
function withoutFormat({ spec: { format: _format, ...spec }, ...batch }: UpgradeBatch): UpgradeBatch {
  return { ...batch, spec };
}

function pass(snapshot: Partial<PlanSnapshot>): Decision {
  const plan = aPlan({ notify: { sinks: [] } });
  return decide({ snapshot: aSnapshot({ plan, ...snapshot }), now: at(100), settings: SETTINGS, hash });
}

function kinds({ commands }: Decision): readonly string[] {
  return commands.map(({ kind }) => kind);
}

function states(decision: Decision): readonly (string | undefined)[] | undefined {
  return decision.batchStatuses.get('os-aaaa-1')?.nodes?.map(({ state, reason }) => reason ?? state);
}

const NAMES = ['node-1', 'node-2'];
const NOT_ATTEMPTED = { name: 'node-2', state: 'NotAttempted', reason: 'MadeByOlderVersion' } as const;

function settled(changes: Partial<UpgradeBatchStatus> = {}): UpgradeBatch {
  return withoutFormat(
    aBatch(NAMES, { status: settledStatus([{ name: 'node-1', state: 'Succeeded' }, NOT_ATTEMPTED], changes) }),
  );
}

const AFTER = { nodes: byName(done('node-1'), aNode('node-2')) };
const SUCCEEDED = settledStatus([
  { name: 'node-1', state: 'Succeeded' },
  { name: 'node-2', state: 'Succeeded' },
]);

function resume(spec: Partial<UpgradeActionSpec> = {}): Pick<PlanSnapshot, 'actions'> {
  return { actions: [anAction({ action: 'Resume', batch: 'os-aaaa-1', ...spec })] };
}

describe('An open batch of another format', () => {
  const open = withoutFormat(aBatch(NAMES));
  const nodes = byName(inTurn('node-1'), aNode('node-2'));

  it('finishes the turn that runs and starts no other', () => {
    const decision = pass({ batches: [open], nodes });
    expect(kinds(decision)).toContain('CreateJob');
    expect(kinds(decision)).not.toContain('OpenTurn');
    expect(states(decision)).toEqual(['Upgrading', 'MadeByOlderVersion']);
  });

  it('is continued when it has the format of this version', () => {
    const decision = pass({ batches: [aBatch(NAMES)], nodes });
    expect(states(decision)).toEqual(['Upgrading', 'Pending']);
    expect(decision.planStatus?.reason).not.toBe('MadeByOlderVersion');
  });

  it('shows why the plan is paused and what to do', () => {
    const { planStatus } = pass({ batches: [open], nodes });
    expect(planStatus).toMatchObject({ summary: 'Paused', reason: 'MadeByOlderVersion' });
    const ready = planStatus?.conditions?.find(({ type }) => type === 'Stalled');
    expect(ready?.message).toContain('create an UpgradeAction Resume for os-aaaa-1');
  });

  it('does not retry a node that failed', () => {
    const failing = { ...open, spec: { ...open.spec, retriesPerNode: 2 } };
    const job = aJob('node-1', { outcome: 'Failed', reason: 'BackoffLimitExceeded', failedTime: at(50) });
    const pod = aPod('upgrade', 'node-1', { phase: 'Failed' });
    const decision = pass({ batches: [failing], nodes, jobs: [job], pods: new Map([['node-1', [pod]]]) });
    expect(kinds(decision)).not.toContain('RetryTurn');
  });

  it('says so when a newer version wrote it', () => {
    const newer = aBatch(NAMES, { spec: { format: 99 } });
    const { planStatus } = pass({ batches: [newer], nodes });
    expect(planStatus?.conditions?.find(({ type }) => type === 'Stalled')?.message).toContain('a newer version of Baton');
  });
});

describe('A settled batch of another format', () => {
  it('holds the next batch', () => {
    const decision = pass({ batches: [settled()], ...AFTER });
    expect(kinds(decision)).not.toContain('CreateBatch');
    expect(decision.planStatus?.reason).toBe('MadeByOlderVersion');
  });

  it('still holds after a Resume that was given for another cause before Baton was upgraded', () => {
    const { format: _format, ...before } = resumedBy('earlier');
    const decision = pass({ batches: [settled({ resumed: before })], ...AFTER });
    expect(decision.planStatus?.reason).toBe('MadeByOlderVersion');
  });

  it('goes on in this format after a Resume, with the nodes that were not attempted', () => {
    const decision = pass({ batches: [settled({ resumed: resumedBy('go') })], ...AFTER });
    const created = decision.commands.find((command) => command.kind === 'CreateBatch');
    expect(created).toMatchObject({ batch: { spec: { format: 1, nodes: [{ name: 'node-2' }] } } });
  });

  it('does not hold a fleet that is done', () => {
    const batch = withoutFormat(aBatch(NAMES, { status: SUCCEEDED }));
    const { planStatus } = pass({ batches: [batch], nodes: byName(done('node-1'), done('node-2')) });
    expect(planStatus?.reason).toBe('AllSucceeded');
  });

  it('does not hold nodes that joined after the start', () => {
    const batch = withoutFormat(aBatch(NAMES, { status: SUCCEEDED, meta: { creationTimestamp: timeAt(0) } }));
    const late = aNode('node-9', { createdTime: at(10) });
    const { planStatus } = pass({ batches: [batch], nodes: byName(done('node-1'), done('node-2'), late) });
    expect(planStatus?.reason).not.toBe('MadeByOlderVersion');
  });
});

describe('A Resume of a plan whose newest batch has another format', () => {
  it('waits until the turns that run have ended', () => {
    const decision = pass({
      batches: [withoutFormat(aBatch(NAMES))],
      nodes: byName(inTurn('node-1'), aNode('node-2')),
      ...resume(),
    });
    const answer = decision.commands.find((command) => command.kind === 'AnswerAction');
    expect(answer?.answer).toMatchObject({ status: 'Unknown' });
    expect(decision.batchStatuses.get('os-aaaa-1')?.resumed).toBeUndefined();
  });

  it('is recorded with the format that it accepts, and keeps a raised budget', () => {
    const { format: _format, ...before } = resumedBy('earlier');
    const decision = pass({ batches: [settled({ resumed: { ...before, maxFailed: 5 } })], ...AFTER, ...resume() });
    expect(decision.batchStatuses.get('os-aaaa-1')?.resumed).toMatchObject({ action: 'act', format: 1, maxFailed: 5 });
  });

  it('has to name the batch', () => {
    const { batch: _batch, ...unnamed } = anAction({ action: 'Resume', batch: 'x' }).spec;
    const action = anAction({ ...unnamed, revision: 'aaaa1111' });
    const decision = pass({ batches: [settled()], ...AFTER, actions: [action] });
    const answer = decision.commands.find((command) => command.kind === 'AnswerAction');
    expect(answer?.answer).toMatchObject({ status: 'False', reason: 'WrongBatch' });
    expect(answer?.answer.message).toContain('`batch` must name os-aaaa-1');
  });
});
