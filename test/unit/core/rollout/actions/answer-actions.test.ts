import { describe, expect, it } from '@jest/globals';
import type { UpgradeAction } from '../../../../../src/api/generated/upgradeaction.ts';
import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { isAnswered } from '../../../../../src/core/rollout/actions/answered.ts';
import { answerActions } from '../../../../../src/core/rollout/actions/answer-actions.ts';
import { failureBudget } from '../../../../../src/core/rollout/fleet/budget.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import type { ActionsResult } from '../../../../../src/core/rollout/model/actions-result.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aNode, aQuarantined, aSnapshot, byName, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, anAction, aPlan, at, hash, resumedBy, settledStatus, timeAt } from '../support/objects.ts';

function answer(snapshot: Partial<PlanSnapshot>): ActionsResult {
  const whole = aSnapshot(snapshot);
  const fleet = surveyFleet(whole);
  const input = { snapshot: whole, now: at(100), settings: SETTINGS, hash };
  return answerActions({ input, fleet, budget: failureBudget(whole, fleet) });
}

/** What is done and answered, in short. */
function told({ commands, control }: ActionsResult): readonly string[] {
  const told = commands.map((command) => {
    if (command.kind === 'AnswerAction') return `${command.answer.status} ${command.answer.reason}`;
    return command.kind === 'EndQuarantine' ? `EndQuarantine ${command.node.name}` : command.kind;
  });
  return [...told, ...control.history.map((entry) => `history: ${entry.message}`)];
}

const FAILED: readonly NodeRecord[] = [
  { name: 'node-1', state: 'Failed', quarantined: true },
  { name: 'node-2', state: 'Failed', reason: 'DrainTimeout' },
  { name: 'node-3', state: 'Succeeded' },
];
const NAMES = FAILED.map((record) => record.name);
const SETTLED = aBatch(NAMES, { status: settledStatus(FAILED) });

describe('A Release', () => {
  const release = (...nodes: readonly string[]): readonly UpgradeAction[] => [anAction({ action: 'Release', nodes })];
  it.each<readonly [string, Partial<PlanSnapshot>, readonly string[]]>([
    [
      'ends the quarantine of its nodes',
      { actions: release('node-1'), nodes: byName(aQuarantined('node-1')) },
      ['EndQuarantine node-1'],
    ],
    [
      'ends the remaining quarantines after a kill',
      { actions: release('node-1', 'node-2'), nodes: byName(aNode('node-1'), aQuarantined('node-2')) },
      ['EndQuarantine node-2'],
    ],
    [
      'is done once none of its nodes is quarantined',
      { actions: release('node-1'), nodes: byName(aNode('node-1')) },
      ['history: released: node-1'],
    ],
    [
      'is done for a node that failed before its upgrade began',
      { actions: release('node-2'), nodes: byName(aNode('node-2')) },
      ['history: released: node-2'],
    ],
    ['is done for a node that is gone', { actions: release('node-1') }, ['history: released: node-1']],
    [
      'waits for a node that failed and is still in its turn',
      { actions: release('node-1'), nodes: byName(inTurn('node-1')) },
      ['Unknown Pending'],
    ],
    [
      'does nothing for a node that did not fail',
      { actions: release('node-1', 'node-3'), nodes: byName(aQuarantined('node-1'), aNode('node-3')) },
      ['False NotQuarantined'],
    ],
    [
      'does nothing for a node in quarantine by another plan',
      { actions: release('node-9'), nodes: byName(aQuarantined('node-9', { planUid: 'another' })) },
      ['False NotQuarantined'],
    ],
    [
      'releases a node whose batch is gone',
      { actions: release('node-9'), nodes: byName(aQuarantined('node-9')) },
      ['EndQuarantine node-9'],
    ],
  ])('%s', (_, snapshot, expected) => {
    expect(told(answer({ batches: [SETTLED], ...snapshot }))).toEqual(expected);
  });

  it('names the nodes that this plan has not quarantined', () => {
    const [command] = answer({ batches: [SETTLED], actions: release('node-3', 'node-8') }).commands;
    expect(command).toMatchObject({ answer: { message: 'not quarantined by this plan: node-3, node-8; no node was released' } });
  });
});

describe('A Resume', () => {
  const resume = (batch: string, name = 'go-on'): UpgradeAction =>
    anAction({ action: 'Resume', batch, requestedBy: 'ben' }, name);
  const open = aBatch(NAMES, { status: { nodes: FAILED } });
  const resumed: UpgradeBatch = { ...SETTLED, status: { ...SETTLED.status, resumed: resumedBy('go-on') } };
  const fine = aBatch(['node-3'], { status: settledStatus([FAILED[2]!]) });
  const later = aBatch(['node-4'], { name: 'os-aaaa-2', spec: { index: 2 }, status: settledStatus([]) });
  it.each<{
    readonly title: string;
    readonly batches: readonly UpgradeBatch[];
    readonly batch: string;
    readonly expected: readonly string[];
    readonly noted: boolean;
  }>([
    { title: 'is recorded in the batch that it names', batches: [SETTLED], batch: 'os-aaaa-1', expected: [], noted: true },
    {
      title: 'is done once it is recorded',
      batches: [resumed],
      batch: 'os-aaaa-1',
      expected: ['history: resumed after os-aaaa-1; the failure budget starts again'],
      noted: false,
    },
    {
      title: 'waits until running nodes are finished',
      batches: [open],
      batch: 'os-aaaa-1',
      expected: ['Unknown Pending'],
      noted: false,
    },
    {
      title: 'is rejected if the failure budget has not paused the plan',
      batches: [fine],
      batch: 'os-aaaa-1',
      expected: ['False NotPaused'],
      noted: false,
    },
    {
      title: 'is rejected for a batch that does not exist',
      batches: [SETTLED],
      batch: 'os-aaaa-9',
      expected: ['False WrongBatch'],
      noted: false,
    },
    {
      title: 'is rejected for a batch before the newest',
      batches: [SETTLED, later],
      batch: 'os-aaaa-1',
      expected: ['False WrongBatch'],
      noted: false,
    },
    {
      title: 'is accepted for the newest batch, whichever failed',
      batches: [SETTLED, later],
      batch: 'os-aaaa-2',
      expected: [],
      noted: true,
    },
  ])('$title', ({ batches, batch, expected, noted }) => {
    const step = answer({ batches, actions: [resume(batch)] });
    expect(told(step)).toEqual(expected);
    expect([...step.resumed]).toEqual(
      noted ? [[batch, { action: 'go-on', requestedBy: 'ben', format: 1, time: timeAt(100) }]] : [],
    );
  });

  it('is answered only once while it waits', () => {
    const [command] = answer({ batches: [open], actions: [resume('os-aaaa-1')] }).commands;
    if (command?.kind !== 'AnswerAction') throw new Error('An answer was expected.');
    const condition = { type: 'Applied', ...command.answer, lastTransitionTime: timeAt(0) };
    const waiting = { ...resume('os-aaaa-1'), status: { conditions: [condition] } };
    expect(answer({ batches: [open], actions: [waiting] }).commands).toEqual([]);
  });

  it('is only for a batch of this revision', () => {
    const old = aBatch(NAMES, { spec: { revision: 'old' }, status: settledStatus(FAILED) });
    expect(told(answer({ batches: [old], actions: [resume('os-aaaa-1')] }))).toEqual(['False NotPaused']);
  });

  it('says after which batch the plan is paused', () => {
    const [command] = answer({ batches: [SETTLED], actions: [resume('os-aaaa-9')] }).commands;
    expect(command).toMatchObject({ answer: { message: 'the plan is paused after os-aaaa-1, not after os-aaaa-9' } });
  });
});

describe('An UpgradeAction takes effect once', () => {
  it.each([
    ['True', true],
    ['False', true],
    ['Unknown', false],
  ] as const)('answered %s: %s', (status, answered) => {
    const condition = { type: 'Applied', status, reason: 'Done', message: '', lastTransitionTime: timeAt(0) };
    const action = { ...anAction({ action: 'Release', nodes: ['node-1'] }), status: { conditions: [condition] } };
    expect(isAnswered(action)).toBe(answered);
    expect(answer({ batches: [SETTLED], actions: [action] }).control.history).toHaveLength(answered ? 0 : 1);
  });

  it('is added to the history before it is answered, so that a kill in between does not repeat it', () => {
    const actions = [anAction({ action: 'Pause', batch: 'os-aaaa-1', requestedBy: 'ben', reason: 'smoke' }, 'stop')];
    const first = answer({ batches: [SETTLED], actions });
    expect(first.commands).toEqual([]);
    expect(first.control).toEqual({
      pausedBy: { action: 'stop', requestedBy: 'ben', reason: 'smoke', time: timeAt(100) },
      ended: undefined,
      history: [
        {
          action: 'Pause',
          name: 'stop',
          uid: 'uid-of-stop',
          requestedBy: 'ben',
          reason: 'smoke',
          batch: 'os-aaaa-1',
          message: 'paused by ben (stop): smoke',
          time: timeAt(100),
        },
      ],
    });
    const plan = { ...aPlan(), status: { history: [...first.control.history] } };
    const second = answer({ plan, batches: [SETTLED], actions });
    expect(told(second)).toEqual(['True Done', 'history: paused by ben (stop): smoke']);
    expect(second.control.pausedBy).toBeUndefined();
  });

  it('that changes the plan is decided by the outcome of the one before', () => {
    const actions = [
      anAction({ action: 'Pause', batch: 'os-aaaa-1' }, 'one'),
      anAction({ action: 'Abort', batch: 'os-aaaa-1' }, 'two'),
    ];
    const { control } = answer({ batches: [SETTLED], actions, nodes: byName(aNode('node-9')) });
    expect(control.history.map(({ name }) => name)).toEqual(['one']);
    expect(control.ended).toBeUndefined();
  });

  it('stays in the history among the last twenty', () => {
    const history = Array.from({ length: 20 }, (_, i) => ({
      action: 'Release',
      name: `act-${i}`,
      uid: `uid-of-act-${i}`,
      message: '',
      time: timeAt(0),
    }));
    const { control } = answer({
      plan: { ...aPlan(), status: { history } },
      batches: [SETTLED],
      actions: [anAction({ action: 'Pause', batch: 'os-aaaa-1' }, 'new')],
    });
    expect(control.history).toHaveLength(20);
    expect(control.history.map(({ name }) => name)).toEqual([...history.slice(1).map(({ name }) => name), 'new']);
  });
});
