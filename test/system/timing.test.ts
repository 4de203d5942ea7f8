import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../src/api/generated/upgradeplan.ts';
import { LABELS } from '../../src/api/names.ts';
import { nodesNamed, planManifest, type FleetProcess } from '../support/fleet.ts';
import type { Pod } from '../support/kubernetes-objects.ts';
import { print } from '../support/print.ts';
import { readReports, waitForRollout, type Rollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, releaseNodes, type System } from '../support/system-cluster.ts';

let system: System;
let namespace: string;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace({ secret: false });
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

/** A plan in one batch, named after what it is about, whose process disturbs nobody. */
async function upgrade(name: string, nodes: readonly string[], process: Partial<FleetProcess>): Promise<void> {
  await system.kubectl.apply(
    planManifest({
      namespace,
      name,
      nodeSelector: nodesNamed(...nodes),
      batches: [{ size: nodes.length }],
      maxUnavailable: nodes.length,
      processes: [{ name: 'os', disruption: 'None', ...process }],
    }),
  );
}

function recordOf({ batches }: Rollout): NodeRecord | undefined {
  return batches[0]?.status?.nodes?.[0];
}

async function recordWhere(name: string, what: string, holds: (record: NodeRecord) => boolean): Promise<NodeRecord> {
  const until = (rollout: Rollout): boolean => {
    const record = recordOf(rollout);
    return record !== undefined && holds(record);
  };
  const record = recordOf(await waitForRollout(system.kubectl, { namespace, name, what, until, timeoutMs: 90_000 }))!;
  print(`${name}: ${record.state} ${record.reason ?? ''} ${record.message ?? ''}`);
  return record;
}

const isOverdue = (record: NodeRecord): boolean => record.overdue === true;

/** The Pods of a plan's Jobs. */
async function podsOf(name: string): Promise<readonly Pod[]> {
  return system.kubectl.list<Pod>('pods', namespace, `${LABELS.plan}=${name},${LABELS.process}=os`);
}

describe('timing', () => {
  it('timing.expectedSeconds, toleranceSeconds: what takes longer is shown as overdue, and may end well', async () => {
    const timing = { expectedSeconds: 3, toleranceSeconds: 2 };
    await upgrade('too-long', ['node-1'], { script: work(16), timing });

    const late = await recordWhere('too-long', 'the node to be overdue', isOverdue);
    expect(late).toMatchObject({ state: 'Upgrading', processes: [{ overdue: { reason: 'TooLong' } }] });
    const [process] = late.processes ?? [];
    expect(Date.parse(process?.overdue?.sinceTime ?? '') - Date.parse(process?.startTime ?? '')).toBe(5000);
    const [headings = '', row = ''] = (
      await system.kubectl.run(['get', 'ubatch', '--namespace', namespace, '--output=wide'])
    ).split('\n');
    print(`${headings}\n${row}`);
    expect(row.slice(headings.indexOf('OVERDUE')).trim()).toMatch(/^1\b/);
    const plan = await system.kubectl.get<UpgradePlan>('upgradeplan', 'too-long', namespace);
    expect(plan?.status?.timing).toEqual([{ process: 'os', ...timing, source: 'Plan' }]);

    const done = await recordWhere('too-long', 'the node to be done', ({ state }) => state === 'Succeeded');
    expect(done.overdue).toBeUndefined();
  }, 120_000);

  it('onOverdue: Fail ends the process, and the node has failed', async () => {
    const script = `baton report started; trap 'baton report failed --note "told to stop"; exit 3' TERM; sleep 300 & wait`;
    await upgrade('fail', ['node-2'], {
      script,
      report: 'Socket',
      pod: { terminationGracePeriodSeconds: 20 },
      timing: { expectedSeconds: 6, toleranceSeconds: 1 },
      more: { onOverdue: 'Fail' },
    });

    const record = await recordWhere('fail', 'the node to fail', ({ state }) => state === 'Failed');

    expect(record).toMatchObject({ reason: 'Overdue', quarantined: true, processes: [{ attempt: 1 }] });
    expect(record.message).toContain('more than 7 s, expected 6 s + 1 s; stopped');
    // It had its grace period, and nothing of it runs on.
    const reports = await readReports(system.kubectl, namespace, 'fail');
    expect(reports.find(({ reason }) => reason === 'UpgradeFailed')?.note).toContain('told to stop');
    expect((await podsOf('fail')).filter((pod) => pod.status.phase === 'Running')).toEqual([]);
    await releaseNodes(system.kubectl, { namespace, plan: 'fail', nodes: ['node-2'] });
  }, 120_000);

  it('onOverdue: Retry, rerun: Safe: ends the process and runs it once more, from the checkpoint that it has left', async () => {
    const script = [
      'set -e',
      'if [ "$BATON_ATTEMPT" = 1 ]; then baton report progressing --checkpoint stage=unpacked; sleep 300; fi',
      'baton report succeeded --note "environment $BATON_CHECKPOINT, file $(cat /run/baton-checkpoint/checkpoint)"',
    ].join('\n');
    await upgrade('retry', ['node-3'], {
      script,
      report: 'Socket',
      timing: { expectedSeconds: 10, toleranceSeconds: 2 },
      more: { onOverdue: 'Retry', rerun: 'Safe' },
    });

    const record = await recordWhere('retry', 'the node to be done', ({ state }) => state === 'Succeeded');

    expect(record.processes).toMatchObject([{ attempt: 2, state: 'Succeeded' }]);
    const reports = await readReports(system.kubectl, namespace, 'retry');
    expect(reports.find(({ reason }) => reason === 'UpgradeSucceeded')?.note).toContain(
      'environment stage=unpacked, file stage=unpacked',
    );
  }, 120_000);

  it('timing without expectedSeconds: is learned from the nodes that are done, and shown as learned', async () => {
    await upgrade('learned', ['node-4', 'node-5', 'node-6'], { script: work(2) });

    const { plan } = await waitForRollout(system.kubectl, {
      namespace,
      name: 'learned',
      what: 'the plan to succeed',
      until: (rollout) => rollout.plan?.status?.summary === 'Succeeded',
    });

    print(JSON.stringify(plan?.status?.timing));
    expect(plan?.status?.timing).toMatchObject([{ process: 'os', source: 'Learned', samples: 3, toleranceSeconds: 60 }]);
    expect(plan?.status?.timing?.[0]?.expectedSeconds).toBeGreaterThanOrEqual(2);
  }, 120_000);

  it('timing.silenceSeconds: one that has spoken is overdue once nothing is heard of its node', async () => {
    const script = 'set -e\nbaton report started\nsleep 32';
    await upgrade('silent', ['node-1'], { script, report: 'Socket', timing: { silenceSeconds: 12 } });
    await recordWhere('silent', 'the first word to be on record', ({ processes }) => processes?.[0]?.lastHeardTime !== undefined);
    expect((await recordWhere('silent', 'the record', () => true)).overdue).toBeUndefined();
    const daemonSet = ['daemonset', 'baton-reporter', '--namespace', 'baton-reporter'];
    const selector = (value: string | null): string =>
      JSON.stringify({ spec: { template: { spec: { nodeSelector: { gone: value } } } } });

    await system.kubectl.run(['patch', ...daemonSet, '--patch', selector('yes')]);
    try {
      const silent = await recordWhere('silent', 'the node to be overdue', isOverdue);
      expect(silent.processes).toMatchObject([{ overdue: { reason: 'Silent' } }]);
    } finally {
      await system.kubectl.run(['patch', ...daemonSet, '--patch', selector(null)]);
    }
    await recordWhere('silent', 'the node to be done', ({ state }) => state === 'Succeeded');
  }, 120_000);
});
