import { describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { aJob, aNode, aQuarantined, byName, done, inTurn } from '../support/facts.ts';
import { anAction, aProcess, aQuarantine, aTurn, aVerify, REVISION, settledStatus, timeAt } from '../support/objects.ts';
import { aJobWithWayBack, aRollback, made, pass, RECORDS, settled, underWay, upgraded } from './a-rollback.ts';

describe('The batch of a rollback', () => {
  it('has the nodes that the rollout changed with their earlier versions, first those that are down, then the last ones', () => {
    const records = [upgraded('node-2', { fromVersion: '12.7' }), ...RECORDS.slice(0, 1), upgraded('node-4')];
    const nodes = byName(aQuarantined('node-1'), done('node-2'), done('node-4'));
    const spec = made(pass({ batches: [settled(records)], nodes }, {}, underWay()));

    expect(spec?.nodes.map(({ name, fromVersion }) => [name, fromVersion])).toEqual([
      ['node-1', '12.8'],
      ['node-4', '12.8'],
      ['node-2', '12.7'],
    ]);
    expect(spec).toMatchObject({ version: '12.9', index: 2, rollback: { batch: 'os-aaaa-1' } });
    expect(spec?.processes[0]?.template).toEqual(aJobWithWayBack().rollback?.template);
    expect(spec).not.toHaveProperty('maxFailed');
  });

  it('runs the processes in reverse order, and verifies only what refers to the version', () => {
    const verify = { ...aVerify({ kernelVersion: '$(BATON_VERSION)-*', osImage: 'Debian 13' }), job: { template: { spec: {} } } };
    const processes = [aProcess({ name: 'fw' }), aProcess({ job: aJobWithWayBack(), verify })];
    const ran = { processes: ['fw', 'os'].map((name) => ({ name, state: 'Succeeded' as const })) };
    const spec = made(pass({ batches: [settled([upgraded('node-2', ran)])] }, { processes }, underWay()));

    expect(spec?.processes.map(({ name, template }) => [name, template !== undefined])).toEqual([
      ['os', true],
      ['fw', false],
    ]);
    expect(spec?.processes[0]?.verify).toEqual({ kernelVersion: '$(BATON_VERSION)-*', ...aVerify() });
    expect(spec?.nodes[0]?.processes).toEqual(['os', 'fw']);
  });

  it('uses the version before the first turn of a node, not the version before its second turn', () => {
    const again = settled([upgraded('node-2', { fromVersion: '12.9~half' })], { index: 2 });
    const first = settled([upgraded('node-2', { state: 'Failed', retriedBy: 'uid' })]);
    expect(made(pass({ batches: [first, again] }, {}, underWay({ batch: 'os-aaaa-2' })))?.nodes[0]?.fromVersion).toBe('12.8');
  });

  it('of a revision starts with the newest batch', () => {
    const batches = [settled([upgraded('node-2')]), settled([upgraded('node-4')], { index: 2 })];
    const status = underWay({ scope: 'Plan' });
    expect(made(pass({ batches }, {}, status))?.rollback?.batch).toBe('os-aaaa-2');

    const back = aRollback(['node-4'], settledStatus([{ name: 'node-4', state: 'RolledBack' }]), { index: 3 });
    expect(made(pass({ batches: [...batches, back] }, {}, status))?.rollback?.batch).toBe('os-aaaa-1');
  });

  it.each([
    ['spec.paused', { paused: true }, 'PausedBySpec'],
    ['another plan of its group', { exclusiveGroup: 'disruptive' }, 'ExclusiveGroupBusy'],
  ] as const)('waits for %s', (_, spec, reason) => {
    const decision = pass({}, spec, underWay());
    expect(made(decision)).toBeUndefined();
    expect(decision.planStatus?.reason).toBe(reason);
  });

  it('is not held by a freeze, a window, a gate or a dependency', () => {
    const freezes = [{ name: 'f', from: timeAt(0), to: timeAt(9999), reason: 'r' }];
    const gates = [
      { name: 'g', when: 'BeforeBatch', forSeconds: 0, timeoutSeconds: 5, http: { url: 'https://x', expectStatus: 200 } },
    ] as const;
    const dependsOn = [{ name: 'other', version: '1' }];
    expect(made(pass({}, { freezes, gates, dependsOn, windows: [] }, underWay()))).toBeDefined();
  });
});

describe('A turn in a rollback', () => {
  const records: NodeRecord[] = [{ name: 'node-1', state: 'Pending' }];
  const turnOf = (node: NodeFact, batch = aRollback(['node-1'], { nodes: records })): ReturnType<typeof pass> =>
    pass({ batches: [settled(), batch], nodes: byName(node, done('node-2')) }, {}, underWay());

  it('is opened on a node that this rollout has quarantined, with its state before the quarantine', () => {
    const { commands } = turnOf(aQuarantined('node-1', { unschedulableBefore: true }));
    expect(commands.find(({ kind }) => kind === 'OpenTurn')).toMatchObject({
      cordon: true,
      turn: { batch: 'os-aaaa-2', fromVersion: '12.8', cordoned: true, before: { unschedulable: true } },
    });
  });

  it('has the checkpoints of the upgrade', () => {
    const process = { name: 'os', state: 'Failed', checkpoint: 'slot=b' } as const;
    const upgrade = settled([upgraded('node-1', { state: 'Failed', processes: [process] })]);
    const batches = [upgrade, aRollback(['node-1'], { nodes: records })];
    const { commands } = pass({ batches, nodes: byName(aQuarantined('node-1')) }, {}, underWay());
    expect(commands.find(({ kind }) => kind === 'OpenTurn')).toMatchObject({ turn: { checkpoints: { os: 'slot=b' } } });
  });

  it.each([
    ['whose earlier version is not known', { fromVersion: undefined }, 'FromVersionUnknown'],
    ['on which nothing can be rolled back', { processes: ['fw'] }, 'NoRollback'],
  ] as const)('is not opened on a node %s, which is named', (_, entry, reason) => {
    const { nodes, processes } = aRollback(['node-1']).spec;
    const fw = { name: 'fw', disruption: 'Drain', report: 'None', deadlineSeconds: 60 } as const;
    const { fromVersion, ...rest } = { fromVersion: '12.8', ...nodes[0], ...entry };
    const made = { name: 'node-1', uid: 'uid-of-node-1', processes: ['os'], ...rest };
    const batch = aRollback(
      ['node-1'],
      { nodes: records },
      {
        processes: [...processes, fw],
        nodes: [fromVersion === undefined ? made : { ...made, fromVersion }],
      },
    );
    const decision = turnOf(aNode('node-1'), batch);

    expect(decision.batchStatuses.get('os-aaaa-2')?.nodes?.[0]).toMatchObject({ state: 'Skipped', reason });
    expect(decision.commands.filter(({ kind }) => kind === 'OpenTurn')).toEqual([]);
  });

  it('ends the quarantine and the turn in one write, with a mark of no revision', () => {
    const quarantined = { quarantine: aQuarantine(), failedTaint: true };
    const node = inTurn('node-1', 'os-aaaa-2', { ...quarantined, turn: aTurn('os-aaaa-2', { fromVersion: '12.8' }) });
    const job = aJob('node-1', { batchUid: 'uid-of-os-aaaa-2', outcome: 'Complete', completedTime: Date.parse(timeAt(90)) });
    const batches = [settled(), aRollback(['node-1'], { nodes: [{ name: 'node-1', state: 'Upgrading' }] })];
    const decision = pass({ batches, nodes: byName(node), jobs: [job] }, {}, underWay());

    expect(decision.commands.find(({ kind }) => kind === 'CloseTurn')).toMatchObject({
      endQuarantine: true,
      done: { revision: 'rolled-back', version: '12.8', batch: 'os-aaaa-2' },
    });
    expect(decision.batchStatuses.get('os-aaaa-2')?.nodes?.[0]?.state).toBe('RolledBack');
    expect(decision.planStatus?.counts).toMatchObject({ rolledBack: 1, failed: 0, succeeded: 0 });
  });

  it('that has ended is recognised by the mark if the operator was killed before it was recorded', () => {
    const mark = { revision: 'rolled-back', version: '12.8', batch: 'os-aaaa-2', time: timeAt(95) };
    const decision = turnOf(aNode('node-1', { done: mark }));
    expect(decision.batchStatuses.get('os-aaaa-2')?.nodes?.[0]).toMatchObject({ state: 'RolledBack', endTime: timeAt(95) });
    expect(decision.commands.filter(({ kind }) => kind === 'OpenTurn')).toEqual([]);
  });
});

describe('A rollback that does not go well', () => {
  const failed = settledStatus([
    { name: 'node-1', state: 'Failed', processes: [{ name: 'os', state: 'Failed' }] },
    { name: 'node-2', state: 'NotAttempted', reason: 'BudgetExceeded' },
  ]);
  const batches = [settled(), aRollback(['node-1', 'node-2'], failed)];

  it('stops at the first node that fails, and a Resume continues with the others', () => {
    const stopped = pass({ batches }, {}, underWay());
    expect(stopped.planStatus).toMatchObject({ summary: 'Paused', reason: 'BudgetExceeded' });
    expect(made(stopped)).toBeUndefined();

    const resumed = { ...failed, resumed: { action: 'go', time: timeAt(90) } };
    const spec = made(pass({ batches: [settled(), aRollback(['node-1', 'node-2'], resumed)] }, {}, underWay()));
    expect(spec?.nodes.map(({ name }) => name)).toEqual(['node-2']);
  });

  it('ends with an Abort', () => {
    const { planStatus } = pass({ batches, actions: [anAction({ action: 'Abort', batch: 'os-aaaa-2' })] }, {}, underWay());
    expect(planStatus).toMatchObject({ summary: 'Aborted', ended: { reason: 'Aborted' } });
    expect(planStatus?.rollback).toBeUndefined();
  });
});

describe('After a rollback', () => {
  const back = aRollback(
    ['node-1', 'node-2'],
    settledStatus(
      ['node-1', 'node-2'].map((name) => ({ name, state: 'RolledBack', processes: [{ name: 'os', state: 'Succeeded' }] })),
    ),
  );
  const ended = { reason: 'RolledBack', revision: REVISION, message: 'os-aaaa-1 rolled back', time: timeAt(95) } as const;
  const nodes = byName(aNode('node-1'), aNode('node-2'), aNode('node-3'), aNode('node-4'));

  it('the rollout has ended: Succeeded is False with RolledBack, and nothing of the revision starts', () => {
    const first = pass({ batches: [settled(), back], nodes }, {}, underWay());
    expect(first.planStatus).toMatchObject({ summary: 'RolledBack', reason: 'RolledBack', ended: { reason: 'RolledBack' } });
    expect(first.planStatus?.rollback).toBeUndefined();
    expect(first.planStatus?.conditions?.find(({ type }) => type === 'Succeeded')?.status).toBe('False');

    const later = pass({ batches: [settled(), back], nodes }, {}, { ended });
    expect(made(later)).toBeUndefined();
    expect(later.planStatus?.counts).toMatchObject({ rolledBack: 2, failed: 0, succeeded: 0 });
  });

  it('its story has the number of nodes at each version, and of those that were not rolled back', () => {
    const records = [
      { name: 'node-1', state: 'Failed', reason: 'JobFailed' },
      { name: 'node-2', state: 'RolledBack', processes: [{ name: 'os', state: 'Succeeded' }] },
    ] as const;
    const batches = [settled(), aRollback(['node-1', 'node-2'], { nodes: records })];
    const { outlook } = pass({ batches, nodes }, {}, underWay()).batchStatuses.get('os-aaaa-2') ?? {};

    expect(outlook).toMatchObject({ next: 'RolledBack', story: { batches: 2 } });
    expect(outlook?.story?.rollbackResult).toEqual({
      target: 'os-aaaa-1',
      rolledBack: 1,
      notRolledBack: 1,
      versions: [{ to: '12.8', nodes: 1 }],
    });
  });

  it('a Retry upgrades the nodes again, starting with the first step', () => {
    const status = { ended };
    const retry = anAction({ action: 'Retry', revision: REVISION }, 'again');
    const marked =
      pass({ batches: [settled(), back], nodes, actions: [retry] }, {}, status).batchStatuses.get('os-aaaa-2')?.nodes ?? [];
    expect(marked.map((record) => record.retriedBy)).toEqual(['uid-of-again', 'uid-of-again']);

    const batches = [settled(), aRollback(['node-1', 'node-2'], settledStatus(marked))];
    const accepted = pass({ batches, nodes, actions: [retry] }, {}, status);
    expect(accepted.planStatus?.ended).toBeUndefined();
    expect(made(pass({ batches, nodes }, { batches: [{ size: 4 }, { size: 1 }] }))).toMatchObject({ step: 0, maxFailed: 0 });
    const again = made(pass({ batches, nodes }, { batches: [{ size: 4 }] }))?.nodes ?? [];
    expect(again.find(({ name }) => name === 'node-2')?.processes).toEqual(['os']);
  });
});

it('During a rollback, no other batch of the rollout starts', () => {
  const open = { ...settled(), status: { nodes: [{ name: 'node-1', state: 'Pending' as const }] } };
  const { batchStatuses, commands } = pass(
    { batches: [open], nodes: byName(aNode('node-1'), aNode('node-2'), aNode('node-3')) },
    {},
    underWay(),
  );

  expect(batchStatuses.get('os-aaaa-1')?.nodes?.map(({ reason }) => reason)).toEqual([
    'RollingBack',
    'RollingBack',
    'RollingBack',
  ]);
  expect(commands.filter(({ kind }) => kind === 'OpenTurn')).toEqual([]);
});
