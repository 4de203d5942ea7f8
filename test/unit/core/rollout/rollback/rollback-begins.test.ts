import { describe, expect, it } from '@jest/globals';
import type { UpgradeActionSpec } from '../../../../../src/api/generated/upgradeaction.ts';
import type { UpgradePlanStatus } from '../../../../../src/api/generated/upgradeplan.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aNode, byName, done } from '../support/facts.ts';
import { anAction, aProcess, REVISION, timeAt, type PlanChanges } from '../support/objects.ts';
import { aRollback, made, pass, RECORDS, settled, underWay, upgraded } from './a-rollback.ts';

const POLICY: PlanChanges = { failure: { then: 'Rollback' } };
const WELL: Partial<PlanSnapshot> = { batches: [settled([upgraded('node-2')])], nodes: byName(done('node-2'), aNode('node-4')) };

function answerTo(
  spec: Omit<UpgradeActionSpec, 'plan'>,
  snapshot: Partial<PlanSnapshot> = {},
  plan: PlanChanges = {},
  status?: UpgradePlanStatus,
): string {
  const { commands, planStatus } = pass({ actions: [anAction(spec)], ...snapshot }, plan, status);
  const answer = commands.find((command) => command.kind === 'AnswerAction')?.answer;
  if (answer !== undefined) return `${answer.status} ${answer.reason}: ${answer.message}`;
  return planStatus?.history?.map(({ message }) => `Done: ${message}`).join() ?? '';
}

describe('failure.then: Rollback', () => {
  it('waits for approval, and names the UpgradeAction that gives it', () => {
    const { planStatus, commands } = pass({}, POLICY);

    expect(planStatus).toMatchObject({ summary: 'Paused', reason: 'RollbackApprovalRequired' });
    expect(planStatus?.rollback).toBeUndefined();
    expect(planStatus?.conditions?.find(({ type }) => type === 'Ready')?.message).toContain(
      'rollback of 2 nodes of os-aaaa-1 awaits approval; to approve it, create an UpgradeAction in fleet with spec {plan: os, action: Rollback, batch: os-aaaa-1}',
    );
    expect(commands.filter(({ kind }) => kind === 'CreateBatch')).toEqual([]);
  });

  it('with scope Plan asks to roll back the whole revision', () => {
    const { planStatus } = pass({}, { failure: { then: 'Rollback', rollback: { scope: 'Plan', approval: 'Required' } } });

    expect(planStatus?.conditions?.find(({ type }) => type === 'Ready')?.message).toContain(
      '{plan: os, action: Rollback, revision: aaaa1111}',
    );
  });

  it('with approval None records the rollback, and begins it in the next pass', () => {
    const first = pass({}, { failure: { then: 'Rollback', rollback: { scope: 'Batch', approval: 'None' } } });

    expect(first.planStatus).toMatchObject({ summary: 'Running', reason: 'RollingBack' });
    expect(first.planStatus?.rollback).toMatchObject({ scope: 'Batch', batch: 'os-aaaa-1', message: '1 failed, budget 0' });
    expect(made(first)).toBeUndefined();
    expect(made(pass({}, POLICY, underWay()))).toMatchObject({ index: 2, rollback: { batch: 'os-aaaa-1' } });
  });

  it('only pauses if nothing can be rolled back', () => {
    const untouched = RECORDS.map((record) => ({ ...record, processes: [], state: 'Failed' as const, quarantined: false }));
    expect(pass({ batches: [settled(untouched)] }, POLICY).planStatus?.reason).toBe('BudgetExceeded');
  });

  it('lets no other node of the batch start', () => {
    const batch = { ...settled(), status: { nodes: [...RECORDS.slice(0, 2), { name: 'node-3', state: 'Pending' as const }] } };
    const { batchStatuses } = pass(
      { batches: [batch] },
      { failure: { then: 'Rollback', rollback: { scope: 'Batch', approval: 'None' } } },
    );

    expect(batchStatuses.get('os-aaaa-1')?.nodes?.[2]).toMatchObject({ state: 'NotAttempted', reason: 'RollingBack' });
  });
});

describe('An UpgradeAction Rollback', () => {
  it('rolls back the named batch or the whole revision, and ends a pause', () => {
    const pausedBy = { action: 'stop', time: timeAt(40) };
    const one = pass(
      { ...WELL, actions: [anAction({ action: 'Rollback', batch: 'os-aaaa-1', reason: 'panics' })] },
      {},
      { pausedBy },
    );
    expect(one.planStatus?.rollback).toMatchObject({
      scope: 'Batch',
      batch: 'os-aaaa-1',
      message: 'by act: panics',
      action: 'act',
    });
    expect(one.planStatus?.pausedBy).toBeUndefined();

    const all = pass({ ...WELL, actions: [anAction({ action: 'Rollback', revision: REVISION.slice(0, 4) })] });
    expect(all.planStatus?.rollback).toMatchObject({ scope: 'Plan', revision: REVISION });
    expect(all.planStatus?.rollback?.batch).toBeUndefined();
  });

  it('works after an Abort as well', () => {
    const ended = { reason: 'Aborted', revision: REVISION, message: 'by ben', time: timeAt(40) } as const;
    const { planStatus } = pass({ ...WELL, actions: [anAction({ action: 'Rollback', batch: 'os-aaaa-1' })] }, {}, { ended });

    expect(planStatus?.ended).toBeUndefined();
    expect(planStatus?.rollback).toMatchObject({ batch: 'os-aaaa-1' });
  });

  it.each<readonly [string, Parameters<typeof answerTo>, string]>([
    ['of another revision', [{ action: 'Rollback', revision: 'bbbb' }], 'False WrongRevision'],
    ['of a batch of another rollout', [{ action: 'Rollback', batch: 'os-bbbb-1' }], 'False WrongBatch'],
    [
      'of a rollback',
      [
        { action: 'Rollback', batch: 'os-aaaa-2' },
        { batches: [settled(), { ...aRollback(['node-2']), status: settled().status ?? {} }] },
      ],
      'False WrongBatch: os-aaaa-2 is itself a rollback',
    ],
    ['while another one is in progress', [{ action: 'Rollback', batch: 'os-aaaa-1' }, {}, {}, underWay()], 'False RollingBack'],
    [
      'if no process can be rolled back',
      [{ action: 'Rollback', batch: 'os-aaaa-1' }, {}, { processes: [aProcess()] }],
      'False NoRollback: no process of the plan has `job.rollback.template`: add one',
    ],
    [
      'of a batch that changed nothing',
      [{ action: 'Rollback', batch: 'os-aaaa-1' }, { batches: [settled([{ name: 'node-2', state: 'Skipped' }])] }],
      'False NothingToRollBack: nothing that os-aaaa-1 changed is left',
    ],
    [
      'if the earlier version of the nodes is not known',
      [{ action: 'Rollback', batch: 'os-aaaa-1' }, { batches: [settled([upgraded('node-2', { fromVersion: '12.9' })])] }],
      'False NothingToRollBack: 1 node of os-aaaa-1 cannot be rolled back: their earlier version is not known',
    ],
  ])('is rejected %s', (_, args, answer) => {
    expect(answerTo(...args)).toContain(answer);
  });
});

describe('An UpgradeAction Approve', () => {
  const approve = { action: 'Approve', batch: 'os-aaaa-1' } as const;

  it('starts the rollback that the policy asks for, with its scope', () => {
    const policy: PlanChanges = { failure: { then: 'Rollback', rollback: { scope: 'Plan', approval: 'Required' } } };
    expect(pass({ actions: [anAction(approve)] }, policy).planStatus?.rollback).toMatchObject({ scope: 'Plan', action: 'act' });
  });

  it('is rejected if a step of the batch waits for approval as well, because either could be meant', () => {
    const spec: PlanChanges = { ...POLICY, batches: [{ size: 2, approval: 'BeforeNext' }] };
    expect(answerTo(approve, {}, spec)).toContain(
      'False Ambiguous: both a step and a rollback wait for approval after os-aaaa-1',
    );
  });

  it('is rejected if nothing asks for a rollback', () => {
    expect(answerTo(approve, WELL, POLICY)).toContain('False NotWaiting');
  });
});

it('A plan that has moved to another revision rolls nothing back', () => {
  const { planStatus } = pass({}, {}, underWay({ revision: 'bbbb2222' }));

  expect(planStatus?.rollback).toBeUndefined();
  expect(planStatus?.reason).not.toBe('RollingBack');
});
