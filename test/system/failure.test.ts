import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UpgradeAction } from '../../src/api/generated/upgradeaction.ts';
import { TAINTS } from '../../src/api/names.ts';
import { expandNodeNames } from '../../src/core/notification/model/node-names.ts';
import type { Notification } from '../../src/core/notification/model/notification.ts';
import { planManifest } from '../support/fleet.ts';
import { findCondition, type Node } from '../support/kubernetes-objects.ts';
import { paste } from '../support/paste.ts';
import { print } from '../support/print.ts';
import { waitForRollout } from '../support/rollout.ts';
import { failOnce } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';
import { nodesStillHeld } from '../support/verdict.ts';

const why = 'no space left on /boot';
/** The first node of the first batch, as the plan says before it starts. */
let failing: string;

let system: System;
let namespace: string;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace();
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

async function heldNodes(): Promise<string[]> {
  return nodesStillHeld(await system.kubectl.list<Node>('nodes'));
}

describe('a Job that fails on one node', () => {
  let notification: Notification | undefined;

  it('pauses the plan, and the notification says which node, why and what to do', async () => {
    const plan = {
      namespace,
      batches: [{ size: 3 }, { size: 3 }],
      maxUnavailable: 2,
      sinkUrl: system.sinkUrl(namespace),
      signed: true,
    };
    const paused = { ...plan, processes: [{ name: 'os', script: 'true' }], more: { paused: true } };
    await system.kubectl.apply(planManifest(paused));
    const preview = await waitForRollout(system.kubectl, {
      namespace,
      what: 'the batches to come to be shown',
      until: (rollout) => rollout.plan?.status?.upcoming !== undefined,
    });
    failing = expandNodeNames(preview.plan?.status?.upcoming?.[0]?.nodeNames ?? '')[0] ?? '';
    await system.kubectl.apply(
      planManifest({ ...plan, processes: [{ name: 'os', script: failOnce(failing, why) }], more: { paused: false } }),
    );
    await waitForRollout(system.kubectl, {
      namespace,
      what: 'the plan to pause and its batch to be told',
      until: ({ plan, batches }) =>
        plan?.status?.summary === 'Paused' && findCondition(batches[0], 'Notified')?.status === 'True',
    });

    const deliveries = await system.deliveries(namespace);
    notification = deliveries[0]?.notification;
    print(notification?.text);
    expect(deliveries).toHaveLength(1);
    expect(notification?.action).toBe('Act');
    expect(notification?.next?.kind).toBe('Paused');
    expect(notification?.nodes.find((node) => node.state === 'Failed')).toMatchObject({ name: failing, quarantined: true });
    expect(notification?.text).toContain(failing);
    expect(notification?.text).toContain(why);
  }, 180_000);

  it('says BudgetExceeded and starts nothing more', async () => {
    const plans = await system.kubectl.run(['get', 'uplan', '--namespace', namespace]);

    print(plans);
    expect(plans).toMatch(/Paused +BudgetExceeded/);
  });

  it('keeps the node quarantined: cordoned, tainted and said so', async () => {
    const node = await system.kubectl.get<Node>('node', failing);

    expect(await heldNodes()).toEqual([`${failing} is cordoned and quarantined`]);
    expect(node?.spec.taints?.map((taint) => taint.key)).toContain(TAINTS.failed);
  });

  it('is released by the command of the notification', async () => {
    await paste(system.cluster, notification, 'Release');

    await waitForFreeNodes(system.kubectl);
  }, 90_000);

  it('refuses to resume after another batch than the one that paused', async () => {
    const action = {
      apiVersion: 'baton.dev/v1alpha1',
      kind: 'UpgradeAction',
      metadata: { name: 'too-early', namespace },
      spec: { plan: 'os', action: 'Resume', batch: 'os-another-9' },
    };
    await system.kubectl.apply(action);

    await system.kubectl.run([
      'wait',
      '--for=condition=Applied=False',
      'uact/too-early',
      '--namespace',
      namespace,
      '--timeout=30s',
    ]);
    const refused = await system.kubectl.get<UpgradeAction>('upgradeaction', 'too-early', namespace);
    expect(findCondition(refused, 'Applied')?.reason).toBe('WrongBatch');
  }, 60_000);

  it('goes on to the end after the resume command of the notification, and says what is left', async () => {
    await paste(system.cluster, notification, 'Resume');

    const end = await waitForRollout(system.kubectl, {
      namespace,
      what: 'the plan to go on and end',
      timeoutMs: 180_000,
      until: ({ plan, batches }) =>
        plan?.status?.summary === 'Failed' && findCondition(batches.at(-1), 'Notified')?.status === 'True',
    });

    print(await system.kubectl.run(['get', 'uplan,ubatch,uact', '--namespace', namespace]));
    const last = (await system.deliveries(namespace)).at(-1)?.notification;
    print(last?.text);
    // A node that failed is done with in this revision: a release gives it back, and only another version runs on it again.
    expect(end.plan?.status).toMatchObject({ reason: 'SomeFailed', progress: '5/6' });
    expect(end.plan?.status?.counts?.quarantined ?? 0).toBe(0);
    expect(last?.next?.kind).toBe('Done');
    expect(
      (await system.kubectl.run(['get', 'uact', '--namespace', namespace])).match(/(Resume|Release) +kubernetes-admin +True/g),
    ).toHaveLength(2);
    await waitForFreeNodes(system.kubectl);
  }, 240_000);
});
