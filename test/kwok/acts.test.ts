import { describe, expect, it } from '@jest/globals';
import type { UpgradeAction, UpgradeActionSpec } from '../../src/api/generated/upgradeaction.ts';
import type { FailurePolicy } from '../../src/api/generated/upgradeplan.ts';
import { namespaceManifest, planManifest, type FleetProcess } from '../support/fleet.ts';
import { findCondition, type Node } from '../support/kubernetes-objects.ts';
import { kwokSystemForFile } from '../support/kwok-system.ts';
import { print } from '../support/print.ts';
import { readRollout, waitForRollout, type Rollout } from '../support/rollout.ts';

const system = kwokSystemForFile('system-acts');
const limitMs = 90_000;

/** A process that runs for a second; on nodes with the label `bad` it fails. */
function processes(seconds = 1): FleetProcess[] {
  const pod = { tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }] };
  const duration = { 'test.baton.dev/duration': `${seconds}s` };
  return [
    { name: 'flaky', nodeSelector: { bad: 'yes' }, annotations: { ...duration, 'test.baton.dev/exit-code': '1' }, pod },
    { name: 'os', annotations: duration, pod },
  ];
}

interface Fleet {
  /** Nodes that are fine, and nodes that fail. */
  readonly good: number;
  readonly bad?: number;
  readonly failure?: Partial<FailurePolicy>;
  readonly size?: number;
  readonly seconds?: number;
}

/** A fleet of kwok nodes in a namespace of its own, `<name>-1` and so on, and a plan for it. */
async function rollOut(name: string, { good, bad = 0, failure = {}, size = 2, seconds }: Fleet): Promise<string[]> {
  await system.kubectl.apply(namespaceManifest(name));
  const names = (kind: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}-${kind}-${i + 1}`);
  if (good > 0) await system.cluster.addKwokNodes(names('good', good), { fleet: name });
  if (bad > 0) await system.cluster.addKwokNodes(names('bad', bad), { fleet: name, bad: 'yes' });
  await system.kubectl.apply(
    planManifest({
      namespace: name,
      nodeSelector: { matchLabels: { fleet: name } },
      batches: [{ size, maxFailed: size }],
      maxUnavailable: 10,
      failure,
      processes: processes(seconds),
      more: { newNodes: { policy: 'Upgrade', collectSeconds: 1 } },
    }),
  );
  return [...names('good', good), ...names('bad', bad)];
}

async function act(namespace: string, name: string, spec: Omit<UpgradeActionSpec, 'plan'>): Promise<void> {
  const metadata = { name, namespace };
  await system.kubectl.apply({
    apiVersion: 'baton.dev/v1alpha1',
    kind: 'UpgradeAction',
    metadata,
    spec: { plan: 'os', ...spec },
  });
}

/** The answer of an act, once it has one. */
async function answerOf(namespace: string, name: string): Promise<string> {
  await system.kubectl.run([
    'wait',
    '--for=jsonpath={.status.conditions[0].status}',
    `uact/${name}`,
    '-n',
    namespace,
    '--timeout=30s',
  ]);
  for (let tries = 0; tries < 60; tries++) {
    const applied = findCondition(await system.kubectl.get<UpgradeAction>('upgradeaction', name, namespace), 'Applied');
    if (applied !== undefined && applied.status !== 'Unknown') return `${applied.status} ${applied.reason}`;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return 'no answer';
}

async function until(namespace: string, what: string, fits: (rollout: Rollout) => boolean): Promise<Rollout> {
  return waitForRollout(system.kubectl, { namespace, what, timeoutMs: limitMs, until: fits });
}

const reasonOf = ({ plan }: Rollout): string => `${plan?.status?.summary ?? ''} ${plan?.status?.reason ?? ''}`;
const newest = ({ batches }: Rollout): string => batches.at(-1)?.metadata.name ?? '';

describe('failure', () => {
  it(
    'retriesPerNode, failedNodes: the record says attempt 2 of 2, and with Uncordon the node is given back',
    async () => {
      await rollOut('retries', { good: 1, bad: 1, failure: { maxFailed: 9, retriesPerNode: 1, failedNodes: 'Uncordon' } });
      const { batches } = await until('retries', 'the plan to end', (rollout) => reasonOf(rollout) === 'Failed SomeFailed');
      const record = batches.flatMap((batch) => batch.status?.nodes ?? []).find(({ state }) => state === 'Failed');
      print(JSON.stringify(record));
      expect(record).toMatchObject({ name: 'retries-bad-1', reason: 'JobFailed', processes: [{ name: 'flaky', attempt: 2 }] });
      expect(record?.message).toMatch(/^attempt 2 of 2: /);
      const node = await system.kubectl.get<Node>('node', 'retries-bad-1');
      expect(node?.spec.unschedulable ?? false).toBe(false);
      expect(node?.metadata.annotations).not.toHaveProperty('baton.dev/quarantine');
    },
    limitMs,
  );

  it(
    'maxConsecutiveFailed stops the rollout; a Resume with maxFailed gives another budget',
    async () => {
      await rollOut('in-a-row', { good: 0, bad: 3, size: 1, failure: { maxFailed: 9, maxConsecutiveFailed: 2 } });
      const stopped = await until('in-a-row', 'the plan to pause', (rollout) => reasonOf(rollout) === 'Paused BudgetExceeded');
      expect(findCondition(stopped.plan, 'Ready')?.message).toMatch(/^2 failed in a row/);
      await act('in-a-row', 'go-on', { action: 'Resume', batch: newest(stopped), maxFailed: 0 });
      const again = await until(
        'in-a-row',
        'the plan to end',
        ({ plan, batches }) => batches.length === 3 && plan?.status?.counts?.failed === 3,
      );
      expect(await answerOf('in-a-row', 'go-on')).toBe('True Done');
      expect(again.plan?.status?.history).toMatchObject([{ action: 'Resume', name: 'go-on', requestedBy: 'kubernetes-admin' }]);
    },
    limitMs * 2,
  );

  it(
    'then: Abort ends the rollout where Pause would wait',
    async () => {
      await rollOut('abort', { good: 3, bad: 1, size: 5, failure: { maxFailed: 0, then: 'Abort' } });
      await system.cluster.addKwokNodes(['abort-late-1'], { fleet: 'abort' });
      const end = await until('abort', 'the plan to abort', (rollout) => reasonOf(rollout) === 'Aborted Aborted');
      expect(end.plan?.status?.ended).toMatchObject({ reason: 'Aborted', message: '1 failed, budget 0' });
      await act('abort', 'too-late', { action: 'Resume', batch: newest(end) });
      expect(await answerOf('abort', 'too-late')).toBe('False RevisionEnded');
      // Nothing more has begun, also for the node that came late.
      expect((await readRollout(system.kubectl, 'abort')).batches).toHaveLength(end.batches.length);
    },
    limitMs * 2,
  );
});

describe('UpgradeAction', () => {
  it(
    'Pause, by a killed operator as well, and Resume',
    async () => {
      await rollOut('pause', { good: 4, size: 1, seconds: 3 });
      const running = await until('pause', 'the first batch', ({ batches }) => batches.length > 0);
      await system.operator.kill();
      await act('pause', 'stop', { action: 'Pause', batch: newest(running), reason: 'smoke' });
      await system.restartOperator();
      const paused = await until('pause', 'the plan to pause', (rollout) => reasonOf(rollout) === 'Paused PausedByAction');
      expect(findCondition(paused.plan, 'Ready')?.message).toContain('paused by kubernetes-admin (stop): smoke');
      expect(await answerOf('pause', 'stop')).toBe('True Done');
      await act('pause', 'again', { action: 'Pause', batch: newest(paused) });
      expect(await answerOf('pause', 'again')).toBe('False AlreadyPaused');
      await act('pause', 'go-on', { action: 'Resume', batch: newest(paused) });
      const done = await until('pause', 'the plan to end', ({ plan }) => plan?.status?.summary === 'Succeeded');
      expect(done.plan?.status?.history?.map(({ name }) => name)).toEqual(['stop', 'go-on']);
    },
    limitMs * 2,
  );

  it(
    'Skip leaves out a node that waits, and Retry runs again what failed once it is repaired',
    async () => {
      const [first = '', second = ''] = await rollOut('skip', {
        good: 2,
        bad: 1,
        size: 3,
        failure: { maxFailed: 9 },
        seconds: 2,
      });
      const revision = (await until('skip', 'the revision', ({ plan }) => plan?.status?.revision !== undefined)).plan?.status
        ?.revision;
      await system.cluster.addKwokNodes(['skip-late-1'], { fleet: 'skip' });
      await act('skip', 'leave-it', { action: 'Skip', revision: revision ?? '', nodes: ['skip-late-1'], reason: 'in use' });
      const end = await until(
        'skip',
        'the plan to end',
        ({ plan }) => plan?.status?.counts?.skipped === 1 && plan.status.summary === 'Failed',
      );
      const skipped = end.batches.flatMap((batch) => batch.status?.nodes ?? []).find(({ state }) => state === 'Skipped');
      expect(skipped).toMatchObject({
        name: 'skip-late-1',
        reason: 'SkippedByAction',
        message: 'by kubernetes-admin (leave-it): in use',
      });
      expect(await answerOf('skip', 'leave-it')).toBe('True Done');

      await act('skip', 'not-that', { action: 'Retry', revision: revision ?? '', nodes: [first, second] });
      expect(await answerOf('skip', 'not-that')).toBe('False NotFailed');
      await system.kubectl.run(['label', 'node', 'skip-bad-1', 'bad-']);
      await act('skip', 'repaired', { action: 'Retry', revision: revision ?? '', reason: 'disk replaced' });
      const done = await until('skip', 'the node to be done', ({ plan }) => plan?.status?.counts?.succeeded === 3);
      expect(await answerOf('skip', 'repaired')).toBe('True Done');
      expect(done.plan?.status?.counts?.failed).toBe(0);
      const node = await system.kubectl.get<Node>('node', 'skip-bad-1');
      expect(node?.spec.unschedulable ?? false).toBe(false);
    },
    limitMs * 2,
  );

  it(
    'Abort finishes what runs, and leaves out the rest',
    async () => {
      await rollOut('stop-all', { good: 4, size: 1, seconds: 3 });
      const running = await until('stop-all', 'the first batch', ({ batches }) => batches.length > 0);
      await act('stop-all', 'enough', { action: 'Abort', revision: running.plan?.status?.revision?.slice(0, 6) ?? '' });
      const end = await until(
        'stop-all',
        'the plan to abort',
        (rollout) => reasonOf(rollout) === 'Aborted Aborted' && rollout.plan?.status?.counts?.running === 0,
      );
      expect(await answerOf('stop-all', 'enough')).toBe('True Done');
      const kept = end.batches.length;
      expect(kept).toBeLessThan(4);
      const nodes = await system.kubectl.list<Node>('nodes', undefined, 'fleet=stop-all');
      expect(nodes.filter((node) => node.spec.unschedulable === true)).toEqual([]);
    },
    limitMs * 2,
  );
});
