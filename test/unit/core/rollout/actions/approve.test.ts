import { describe, expect, it } from '@jest/globals';
import type { BatchStep } from '../../../../../src/api/generated/upgradeplan.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aNode, byName } from '../support/facts.ts';
import { anAction, timeAt } from '../support/objects.ts';
import { approvedBy, open, pass, progressOf, settled } from '../support/one-step.ts';

describe('An Approve', () => {
  const approve = (batch: string, name = 'yes'): ReturnType<typeof anAction> =>
    anAction({ action: 'Approve', batch, requestedBy: 'anna' }, name);
  const recorded = (approval: 'BeforeStart' | 'BeforeNext'): object => ({
    approved: { action: 'yes', approval, requestedBy: 'anna', time: timeAt(100) },
  });
  const nodes = byName(aNode('node-1'), aNode('node-2'));

  function answers({ commands, planStatus }: Decision): readonly string[] {
    const given = commands.flatMap((command) =>
      command.kind === 'AnswerAction' ? [`${command.answer.status} ${command.answer.reason}: ${command.answer.message}`] : [],
    );
    return [...given, ...(planStatus?.history ?? []).map(({ message }) => `history: ${message}`)];
  }

  it.each<{
    readonly title: string;
    readonly approval: BatchStep['approval'] & string;
    readonly snapshot: Partial<PlanSnapshot>;
    readonly expected: 'BeforeStart' | 'BeforeNext';
  }>([
    {
      title: 'of a settled batch is recorded in it',
      approval: 'BeforeNext',
      snapshot: { batches: [settled()] },
      expected: 'BeforeNext',
    },
    {
      title: 'of a batch before its start is recorded in it',
      approval: 'BeforeStart',
      snapshot: { batches: [open()], nodes },
      expected: 'BeforeStart',
    },
  ])('$title', ({ approval, snapshot, expected }) => {
    const decision = pass({ approval }, { ...snapshot, actions: [approve('os-aaaa-1')] });
    expect(decision.batchStatuses.get('os-aaaa-1')).toMatchObject(recorded(expected));
    expect(answers(decision)).toEqual([]);
    expect(progressOf(decision)).toBe('Paused ApprovalRequired: waits');
  });

  it.each<{
    readonly title: string;
    readonly approval: BatchStep['approval'] & string;
    readonly snapshot: Partial<PlanSnapshot>;
    readonly expected: string;
  }>([
    {
      title: 'is done once it is recorded',
      approval: 'BeforeNext',
      snapshot: { batches: [settled(approvedBy('BeforeNext'))] },
      expected: 'history: approved: os-aaaa-1',
    },
    {
      title: 'of another batch is rejected',
      approval: 'BeforeNext',
      snapshot: { batches: [settled()], actions: [approve('os-aaaa-9')] },
      expected: 'False WrongBatch: os-aaaa-1 waits for approval, not os-aaaa-9',
    },
    {
      title: 'before the batch has settled is rejected',
      approval: 'BeforeNext',
      snapshot: { batches: [open()], nodes },
      expected: 'False NotWaiting: no batch of the plan waits for approval now',
    },
    {
      title: 'that no step asks for is rejected',
      approval: 'None',
      snapshot: { batches: [settled()] },
      expected: 'False NotWaiting: no batch of the plan waits for approval now',
    },
    {
      title: 'of an approved batch is rejected, and names the earlier Approve',
      approval: 'BeforeNext',
      snapshot: { batches: [settled(approvedBy('BeforeNext', 'first'))] },
      expected: 'False NotWaiting: no batch of the plan waits for approval now; os-aaaa-1 was approved by first',
    },
  ])('$title', ({ approval, snapshot, expected }) => {
    const decision = pass({ approval }, { actions: [approve('os-aaaa-1')], ...snapshot });
    expect(answers(decision)).toEqual([expected]);
  });

  it('counts only once for two UpgradeActions', () => {
    const decision = pass(
      { approval: 'BeforeNext' },
      { batches: [settled()], actions: [approve('os-aaaa-1'), approve('os-aaaa-1', 'me-too')] },
    );
    expect(decision.batchStatuses.get('os-aaaa-1')).toMatchObject(recorded('BeforeNext'));
  });
});
