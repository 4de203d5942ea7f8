import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { ANNOTATIONS } from '../../../../src/api/names.ts';
import type { UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import type { UpgradeActionSpec } from '../../../../src/api/generated/upgradeaction.ts';
import type { FailurePolicy } from '../../../../src/api/generated/upgradeplan.ts';
import { MINUTE, planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

/** Nodes that fail until somebody repairs them. */
const bad = new Set(['retries-2', 'in-a-row-1', 'in-a-row-2', 'in-a-row-3', 'abort-1', 'skip-1']);
const FLEETS = { retries: 2, 'in-a-row': 3, abort: 4, pause: 4, skip: 3, 'stop-all': 4 };

let stage: Stage;

// Each test has a plan and nodes of its own, both named after it.
beforeAll(async () => {
  stage = await Stage.open({
    hosts: Object.entries(FLEETS).flatMap(([fleet, nodes]) =>
      Array.from({ length: nodes }, (_, index) => ({ name: `${fleet}-${index + 1}`, labels: { fleet } })),
    ),
    upgrades: ({ host }) => ({ kind: bad.has(host) ? 'Fails' : 'Succeeds', ms: MINUTE }),
  });
});

/** A plan for a fleet; its budget is not exceeded within a batch. */
function rollOut(name: string, size: number, failure: Partial<FailurePolicy> = {}): void {
  const spec = {
    ...{ nodeSelector: { matchLabels: { fleet: name } }, maxUnavailable: 10, batches: [{ size, maxFailed: size }], failure },
    ...{ newNodes: { policy: 'Upgrade', collectSeconds: 1 }, notify: {} },
  };
  stage.apply(planYaml(stringify(spec), '', name));
}

function addLate(fleet: string): string {
  const name = `${fleet}-late`;
  stage.simulation.hosts.add({ name, labels: { fleet } });
  return name;
}

function act(plan: string, name: string, spec: Omit<UpgradeActionSpec, 'plan'>): void {
  const created = stage.act({ plan, ...spec }, name);
  if (!created.ok) throw new Error(created.message);
}

const batchesOf = (plan: string): readonly UpgradeBatch[] => stage.batches().filter(({ spec }) => spec.plan === plan);
const newest = (plan: string): string => batchesOf(plan).at(-1)?.metadata.name ?? '';
const ended = (plan: string, how: string) => (): boolean => {
  const { summary = '', reason = '' } = stage.plan(plan).status ?? {};
  return `${summary} ${reason}` === how;
};
const isCordoned = (node: string): boolean =>
  (stage.node(node)?.['spec'] as { readonly unschedulable?: boolean }).unschedulable === true;

describe('failure', () => {
  it('retriesPerNode, failedNodes: the record says attempt 2 of 2, and with Uncordon the node is given back', async () => {
    rollOut('retries', 2, { maxFailed: 9, retriesPerNode: 1, failedNodes: 'Uncordon' });
    await stage.until('the plan ends', ended('retries', 'Failed SomeFailed'));

    const record = stage.record('retries-2');
    expect(record).toMatchObject({ state: 'Failed', reason: 'JobFailed', processes: [{ name: 'os', attempt: 2 }] });
    expect(record?.message).toMatch(/^attempt 2 of 2: /);
    expect(isCordoned('retries-2')).toBe(false);
    expect(stage.node('retries-2')?.metadata.annotations).not.toHaveProperty([ANNOTATIONS.quarantine]);
  });

  it('maxConsecutiveFailed stops the rollout; a Resume with maxFailed gives another budget', async () => {
    rollOut('in-a-row', 1, { maxFailed: 9, maxConsecutiveFailed: 2 });
    await stage.until('the plan pauses', ended('in-a-row', 'Paused BudgetExceeded'));
    expect(stage.condition('Ready', 'in-a-row')?.message).toMatch(/^2 failed in a row/);
    await stage.pass(10 * MINUTE);
    expect(batchesOf('in-a-row')).toHaveLength(2);

    act('in-a-row', 'more', { action: 'Resume', batch: newest('in-a-row'), maxFailed: 0 });
    expect(await stage.answer('more')).toBe('True Done');
    await stage.until('the third has failed', () => stage.plan('in-a-row').status?.counts?.failed === 3);
    expect(batchesOf('in-a-row')).toHaveLength(3);
    expect(stage.plan('in-a-row').status?.history).toMatchObject([{ action: 'Resume', name: 'more', requestedBy: 'kubectl' }]);
  });

  it('then: Abort ends the rollout where Pause would wait', async () => {
    rollOut('abort', 5, { maxFailed: 0, then: 'Abort' });
    await stage.until('the batch begins', () => batchesOf('abort').length > 0);
    addLate('abort');
    await stage.until('the plan aborts', ended('abort', 'Aborted Aborted'));
    expect(stage.plan('abort').status?.ended).toMatchObject({ reason: 'Aborted', message: '1 failed, budget 0' });
    act('abort', 'too-late', { action: 'Resume', batch: newest('abort') });
    expect(await stage.answer('too-late')).toBe('False RevisionEnded');
    // Nothing more has begun, also for the node that came late.
    await stage.pass(10 * MINUTE);
    expect(batchesOf('abort')).toHaveLength(1);
  });
});

describe('UpgradeAction', () => {
  it('Pause, by a killed operator as well, and Resume', async () => {
    rollOut('pause', 1);
    await stage.until('the first batch', () => batchesOf('pause').length > 0);
    stage.operator.process.kill();
    act('pause', 'stop', { action: 'Pause', batch: newest('pause'), reason: 'smoke' });
    stage.restartOperator();
    await stage.until('the plan pauses', ended('pause', 'Paused PausedByAction'));
    expect(stage.condition('Ready', 'pause')?.message).toContain('paused by kubectl (stop): smoke');
    expect(await stage.answer('stop')).toBe('True Done');
    act('pause', 'again', { action: 'Pause', batch: newest('pause') });
    expect(await stage.answer('again')).toBe('False AlreadyPaused');
    await stage.pass(10 * MINUTE);
    expect(batchesOf('pause')).toHaveLength(1);

    act('pause', 'go-on', { action: 'Resume', batch: newest('pause') });
    await stage.until('the plan ends', () => stage.plan('pause').status?.summary === 'Succeeded');
    expect(stage.plan('pause').status?.history?.map(({ name }) => name)).toEqual(['stop', 'go-on']);
  });

  it('Skip leaves out a node that waits, and Retry runs again what failed once it is repaired', async () => {
    rollOut('skip', 3, { maxFailed: 9 });
    await stage.until('the revision', () => stage.plan('skip').status?.revision !== undefined);
    const { revision = '' } = stage.plan('skip').status ?? {};
    const late = addLate('skip');
    await stage.until('the late node', () => stage.node(late) !== undefined);
    // The operator hears of nodes and actions by different watches.
    await stage.pass(2000);
    act('skip', 'leave-it', { action: 'Skip', revision, nodes: [late], reason: 'in use' });
    await stage.until('the plan ends', () => {
      const { counts, summary } = stage.plan('skip').status ?? {};
      return counts?.skipped === 1 && summary === 'Failed';
    });
    expect(stage.record(late)).toMatchObject({
      ...{ state: 'Skipped', reason: 'SkippedByAction', message: 'by kubectl (leave-it): in use' },
    });
    expect(await stage.answer('leave-it')).toBe('True Done');

    act('skip', 'not-that', { action: 'Retry', revision, nodes: ['skip-2', 'skip-3'] });
    expect(await stage.answer('not-that')).toBe('False NotFailed');
    bad.delete('skip-1');
    act('skip', 'repaired', { action: 'Retry', revision, reason: 'disk replaced' });
    await stage.until('the node is done', () => stage.plan('skip').status?.counts?.succeeded === 3);
    expect(await stage.answer('repaired')).toBe('True Done');
    expect(stage.plan('skip').status?.counts?.failed).toBe(0);
    expect(isCordoned('skip-1')).toBe(false);
  });

  it('Abort finishes what runs, and leaves out the rest', async () => {
    rollOut('stop-all', 1);
    await stage.until('the first turn', () => batchesOf('stop-all')[0]?.status?.nodes?.[0]?.state === 'Upgrading');
    act('stop-all', 'enough', { action: 'Abort', revision: stage.plan('stop-all').status?.revision?.slice(0, 6) ?? '' });
    await stage.until('the plan aborts', () => {
      return ended('stop-all', 'Aborted Aborted')() && stage.plan('stop-all').status?.counts?.running === 0;
    });
    expect(await stage.answer('enough')).toBe('True Done');
    await stage.pass(10 * MINUTE);
    expect(batchesOf('stop-all')).toHaveLength(1);
    expect([1, 2, 3, 4].filter((node) => isCordoned(`stop-all-${node}`))).toEqual([]);
  });
});
