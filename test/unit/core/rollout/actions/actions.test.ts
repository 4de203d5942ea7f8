import { describe, expect, it } from '@jest/globals';
import type { UpgradeActionSpec } from '../../../../../src/api/generated/upgradeaction.ts';
import type { NodeRecord, UpgradeBatch, UpgradeBatchStatus } from '../../../../../src/api/generated/upgradebatch.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, aNode, aQuarantined, aSnapshot, byName, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, anAction, aPlan, at, hash, REVISION, resumedBy, settledStatus, timeAt } from '../support/objects.ts';

/** The failed, the succeeded, the one in its turn and the waiting of a batch of four. */
const RECORDS: readonly NodeRecord[] = [
  { name: 'node-1', state: 'Failed', reason: 'JobFailed' },
  { name: 'node-2', state: 'Succeeded' },
];
const RUNNING: readonly NodeRecord[] = [...RECORDS, { name: 'node-3', state: 'Draining' }, { name: 'node-4', state: 'Pending' }];
const NAMES = RUNNING.map(({ name }) => name);

const settled = (status: UpgradeBatchStatus = {}, records = RECORDS): UpgradeBatch =>
  aBatch(
    records.map(({ name }) => name),
    { status: settledStatus(records, status) },
  );
const open = (): UpgradeBatch => aBatch(NAMES, { spec: { maxFailed: 4 }, status: { nodes: [...RUNNING] } });
const FLEET = byName(aNode('node-1'), aNode('node-2'), inTurn('node-3'), aNode('node-4'), aNode('node-5'));
const IDLE = byName(aNode('node-1'), aNode('node-2'), aNode('node-5'));

function pass(snapshot: Partial<PlanSnapshot>, plan: Partial<ReturnType<typeof aPlan>> = {}): Decision {
  const spec = { failure: { maxFailed: 4 }, notify: { sinks: [] } };
  const whole = aSnapshot({ plan: { ...aPlan(spec), ...plan }, batches: [settled()], nodes: IDLE, lease: aLease(), ...snapshot });
  return decide({ snapshot: whole, now: at(100), settings: SETTINGS, hash });
}

/** The answer or the entry in the history that an act has. */
function answerTo(spec: Omit<UpgradeActionSpec, 'plan'>, snapshot: Partial<PlanSnapshot> = {}, plan = {}): string | undefined {
  const { commands, planStatus } = pass({ actions: [anAction(spec, 'act')], ...snapshot }, plan);
  const answers = commands.flatMap((command) =>
    command.kind === 'AnswerAction' ? [`${command.answer.status} ${command.answer.reason}: ${command.answer.message}`] : [],
  );
  return [...answers, ...(planStatus?.history ?? []).map(({ message }) => `Done: ${message}`)][0];
}

const starts = ({ commands }: Decision): boolean => commands.some(({ kind }) => kind === 'CreateBatch' || kind === 'OpenTurn');
const state = (decision: Decision, name: string): NodeRecord | undefined =>
  decision.batchStatuses.get('os-aaaa-1')?.nodes?.find((record) => record.name === name);

describe('An UpgradeAction that is meant for another rollout has no effect', () => {
  it.each(['Pause', 'Abort', 'Retry', 'Skip'] as const)('%s', (action) => {
    const nodes = action === 'Skip' ? { nodes: ['node-5'] } : {};
    expect(answerTo({ action, batch: 'os-aaaa-0', ...nodes })).toMatch(/^False WrongBatch: /);
    expect(answerTo({ action, revision: 'bbbb', ...nodes })).toMatch(/^False WrongRevision: /);
    expect(answerTo({ action, revision: REVISION.slice(0, 4), ...nodes }) ?? '').not.toMatch(/^False Wrong/);
  });

  it('a Pause or an Abort for a batch before the newest', () => {
    const later = aBatch(['node-5'], { name: 'os-aaaa-2', spec: { index: 2 }, status: settledStatus([]) });
    for (const action of ['Pause', 'Abort'] as const) {
      expect(answerTo({ action, batch: 'os-aaaa-1' }, { batches: [settled(), later] })).toMatch(/^False WrongBatch: /);
    }
  });
});

describe('UpgradeAction Pause', () => {
  const pausedBy = { action: 'stop', requestedBy: 'ben', reason: 'smoke', time: timeAt(0) };

  it('lets nothing new start once it is recorded, and says how to continue', () => {
    expect(starts(pass({}))).toBe(true);
    const paused = pass({}, { status: { pausedBy } });
    expect(starts(paused)).toBe(false);
    expect(paused.planStatus).toMatchObject({ summary: 'Paused', reason: 'PausedByAction', pausedBy });
    expect(paused.planStatus?.conditions?.[0]?.message).toBe(
      'paused by ben (stop): smoke; to continue, create an UpgradeAction Resume for os-aaaa-1: nothing runs',
    );
  });

  it('is rejected while another one is in effect', () => {
    expect(answerTo({ action: 'Pause', batch: 'os-aaaa-1' }, {}, { status: { pausedBy } })).toBe(
      'False AlreadyPaused: already paused by stop',
    );
  });

  it('is undone by a Resume', () => {
    const decision = pass({ actions: [anAction({ action: 'Resume', batch: 'os-aaaa-1' })] }, { status: { pausedBy } });
    expect(decision.planStatus).not.toHaveProperty('pausedBy');
    expect(decision.planStatus?.history).toMatchObject([{ action: 'Resume', message: 'resumed' }]);
  });
});

describe('UpgradeAction Resume with maxFailed', () => {
  const plan = aPlan({ failure: { maxFailed: 0 }, notify: { sinks: [] } });

  it('is the budget from there on', () => {
    const spec = { action: 'Resume', batch: 'os-aaaa-1', maxFailed: 1 } as const;
    const asked = pass({ actions: [anAction(spec)] }, plan).batchStatuses.get('os-aaaa-1');
    expect(asked?.resumed).toMatchObject({ action: 'act', maxFailed: 1 });
    const failed: NodeRecord = { name: 'node-5', state: 'Failed' };
    const later = aBatch(['node-5'], { name: 'os-aaaa-2', spec: { index: 2 }, status: settledStatus([failed]) });
    const nodes = byName(aNode('node-1'), aNode('node-6'));
    const raised = settled({ resumed: { ...resumedBy('act'), maxFailed: 1 } });
    expect(starts(pass({ batches: [raised, later], nodes }, plan))).toBe(true);
    expect(starts(pass({ batches: [settled({ resumed: resumedBy('act') }), later], nodes }, plan))).toBe(false);
  });
});

describe('UpgradeAction Abort', () => {
  const ended = { reason: 'Aborted', revision: REVISION, message: 'by ben: smoke', time: timeAt(0) } as const;

  it('is recorded before it is answered', () => {
    const spec = { action: 'Abort', batch: 'os-aaaa-1', requestedBy: 'ben', reason: 'smoke' } as const;
    const { planStatus } = pass({ actions: [anAction(spec, 'enough')] });
    expect(planStatus?.ended).toMatchObject({ reason: 'Aborted', revision: REVISION, action: 'enough', requestedBy: 'ben' });
  });

  it('finishes running nodes, and leaves out the rest', () => {
    const decision = pass({ batches: [open()], nodes: FLEET }, { status: { ended } });
    expect(state(decision, 'node-4')).toMatchObject({ state: 'NotAttempted', reason: 'Aborted' });
    expect(state(decision, 'node-3')).toMatchObject({ state: 'Upgrading' });
    expect(decision.planStatus).toMatchObject({ summary: 'Aborted', reason: 'Aborted' });
    expect(decision.planStatus?.conditions?.find(({ type }) => type === 'Stalled')?.status).toBe('True');
  });

  it('starts nothing more of that revision, and is mentioned in the notification', () => {
    const decision = pass({}, { status: { ended } });
    expect(starts(decision)).toBe(false);
    const last = { ...settled(), status: { nodes: [...RECORDS] } };
    expect(pass({ batches: [last] }, { status: { ended } }).batchStatuses.get('os-aaaa-1')?.outlook).toMatchObject({
      next: 'Aborted',
      message:
        'by ben: smoke; nothing of this revision starts any more, 1 node not attempted; another version begins a new rollout',
    });
  });

  it('is over with another revision', () => {
    const decision = pass({ revision: 'bbbb2222' }, { status: { ended } });
    expect(starts(decision)).toBe(true);
    expect(decision.planStatus).not.toHaveProperty('ended');
  });

  it.each(['Resume', 'Retry', 'Pause', 'Abort'] as const)('cannot be undone by %s', (action) => {
    expect(answerTo({ action, batch: 'os-aaaa-1' }, {}, { status: { ended } })).toMatch(/^False RevisionEnded: /);
  });

  it('still allows Release', () => {
    const nodes = byName(aQuarantined('node-1'));
    const actions = [anAction({ action: 'Release', nodes: ['node-1'] })];
    expect(pass({ nodes, actions }, { status: { ended } }).commands.map(({ kind }) => kind)).toContain('EndQuarantine');
  });

  it('is rejected when nothing is left', () => {
    expect(answerTo({ action: 'Abort', batch: 'os-aaaa-1' }, { nodes: byName(aNode('node-1'), aNode('node-2')) })).toMatch(
      /^False RevisionEnded: nothing/,
    );
  });
});

describe('failure.then: Abort', () => {
  it('aborts where Pause would pause', () => {
    const failure = { maxFailed: 0, then: 'Abort' as const };
    const decision = pass({}, aPlan({ failure, notify: { sinks: [] } }));
    expect(decision.planStatus).toMatchObject({
      summary: 'Aborted',
      ended: { reason: 'Aborted', message: '1 failed, budget 0' },
    });
    expect(starts(decision)).toBe(false);
  });
});

describe('UpgradeAction Retry', () => {
  const retry = (nodes?: readonly string[]): Omit<UpgradeActionSpec, 'plan'> => ({
    action: 'Retry',
    batch: 'os-aaaa-1',
    ...(nodes === undefined ? {} : { nodes: [...nodes] }),
  });
  const marked = settled({}, [{ ...RECORDS[0]!, retriedBy: 'uid-of-act' }, RECORDS[1]!]);

  it.each([
    ['the nodes that it names', ['node-1']],
    ['all that failed', undefined],
  ])('marks the records of the nodes to retry: %s', (_, nodes) => {
    const decision = pass({ actions: [anAction(retry(nodes))] });
    expect(state(decision, 'node-1')).toEqual({ ...RECORDS[0], retriedBy: 'uid-of-act' });
    expect(state(decision, 'node-2')).toEqual(RECORDS[1]);
  });

  it('ends their quarantine first', () => {
    const decision = pass({ actions: [anAction(retry())], nodes: byName(aQuarantined('node-1')) });
    expect(decision.commands).toMatchObject([{ kind: 'EndQuarantine', node: { name: 'node-1' } }]);
  });

  it('is done once the records are marked, even if the node is already in its later batch', () => {
    const later = aBatch(['node-1'], { name: 'os-aaaa-2', spec: { index: 2 } });
    const expected = 'Done: to be retried: node-1';
    expect(answerTo(retry(), { batches: [marked] })).toBe(expected);
    expect(answerTo(retry(), { batches: [marked, later] })).toBe(expected);
    expect(answerTo(retry(['node-1']), { batches: [marked, later] })).toBe(expected);
  });

  it('waits until running nodes are finished', () => {
    expect(answerTo(retry(), { batches: [open()], nodes: FLEET })).toBe('Unknown Pending: waits until os-aaaa-1 is settled');
  });

  it('is rejected for a node that did not fail', () => {
    expect(answerTo(retry(['node-1', 'node-2']))).toBe(
      'False NotFailed: neither failed nor rolled back: node-2; no node is retried',
    );
  });

  it('gives the node a later batch, with the processes that did not succeed', () => {
    const processes = [
      { name: 'firmware', state: 'Succeeded' as const },
      { name: 'os', state: 'Failed' as const },
    ];
    const record = { ...RECORDS[0]!, retriedBy: 'uid-of-act', processes };
    const plan = aPlan({
      failure: { maxFailed: 4 },
      notify: { sinks: [] },
      processes: ['firmware', 'os'].map((name) => ({ ...aPlan().spec.processes[0]!, name })),
    });
    const decision = pass({ batches: [settled({}, [record])], nodes: byName(aNode('node-1')) }, plan);
    expect(decision.commands).toMatchObject([
      { kind: 'CreateBatch', batch: { spec: { nodes: [{ name: 'node-1', processes: ['os'] }] } } },
    ]);
  });
});

describe('UpgradeAction Skip', () => {
  const skip = (...nodes: string[]): Omit<UpgradeActionSpec, 'plan'> => ({
    action: 'Skip',
    batch: 'os-aaaa-1',
    nodes,
    requestedBy: 'ben',
    reason: 'busy',
  });
  const running: Partial<PlanSnapshot> = { batches: [open()], nodes: FLEET };

  it('skips a node that waits, and records who asked and why', () => {
    const decision = pass({ ...running, actions: [anAction(skip('node-4'))] });
    expect(state(decision, 'node-4')).toEqual({
      name: 'node-4',
      state: 'Skipped',
      reason: 'SkippedByAction',
      message: 'by ben (act): busy',
      endTime: timeAt(100),
    });
    expect(starts(decision)).toBe(false);
  });

  it.each<readonly [string, string, string]>([
    [
      'waits for a node that is not in a batch yet',
      'node-5',
      'Unknown Pending: to be skipped as soon as they are in a batch: node-5',
    ],
    [
      'is rejected for a node in its turn',
      'node-3',
      'False NodeInTurn: already in their turn: node-3; running nodes are finished',
    ],
    ['is rejected for a node that has its outcome', 'node-2', 'False NodeNotWaiting: '],
    ['is rejected for a node that does not belong to the plan', 'node-9', 'False NodeNotWaiting: '],
  ])('%s', (_, node, expected) => {
    expect(answerTo(skip(node), running)).toContain(expected);
  });

  it('skips no node if one of them is in its turn', () => {
    expect(state(pass({ ...running, actions: [anAction(skip('node-3', 'node-4'))] }), 'node-4')?.state).toBe('Pending');
  });

  it('is done once the nodes are skipped', () => {
    const records = [...RECORDS, { name: 'node-4', state: 'Skipped' as const, reason: 'SkippedByAction' }];
    expect(answerTo(skip('node-4'), { batches: [settled({}, records)] })).toBe('Done: skipped: node-4');
  });
});
