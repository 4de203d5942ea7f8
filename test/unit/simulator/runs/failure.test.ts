import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TAINTS } from '../../../../src/api/names.ts';
import type { Notification } from '../../../../src/core/notification/model/notification.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { findCondition, type Node } from '../../../support/kubernetes-objects.ts';
import { nodesStillHeld } from '../../../support/verdict.ts';
import { has } from './support/has-condition.ts';
import { MINUTE, planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

const WHY = 'no space left on /boot';
const ACTIONS = '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradeactions';

/** Creates what a command of a notification creates. */
function paste(stage: Stage, notification: Notification | undefined, purpose: string): void {
  const command = notification?.commands.find((candidate) => candidate.purpose === purpose)?.command ?? '';
  const manifest = /^kubectl create -n fleet -f - <<<'(?<manifest>[^']+)'$/.exec(command)?.groups?.['manifest'];
  if (manifest === undefined) throw new Error(`no command of the purpose ${purpose} creates an object: ${command}`);
  const created = stage.simulation.client.create(ACTIONS, JSON.parse(manifest) as object, { fieldValidation: 'Strict' });
  if (!created.ok) throw new Error(created.message);
}

/** The result of each action by its kind, `True` or the reason for its rejection. */
function answers(stage: Stage): readonly (readonly [string, string | undefined])[] {
  return (stage.list(ACTIONS) as readonly (KubeObject & { spec: { action: string } })[]).map((action) => {
    const applied = findCondition(action as never, 'Applied');
    return [action.spec.action, applied?.status === 'True' ? 'True' : applied?.reason];
  });
}

function held(stage: Stage): readonly string[] {
  return nodesStillHeld(stage.list('/api/v1/nodes') as unknown as readonly Node[]);
}

describe('A Job that fails on one node', () => {
  let stage: Stage;
  let failing: string;
  const ran: string[] = [];

  beforeAll(async () => {
    stage = await Stage.open({
      hosts: 6,
      upgrades: ({ host }) => {
        ran.push(host);
        return ran.length === 1 ? { kind: 'Fails', ms: MINUTE, message: WHY } : { kind: 'Succeeds', ms: MINUTE };
      },
    });
    stage.apply(planYaml('batches: [{size: 3}, {size: 3}]\nmaxUnavailable: 2'));
    await stage.until('the plan pauses and its batch is reported', () => {
      return stage.plan().status?.summary === 'Paused' && has(stage.batches()[0], 'Notified');
    });
    [failing = ''] = ran;
  });

  it('pauses the plan, and the notification says which node, why and what to do', () => {
    const [notification, ...others] = stage.notifications();

    expect(others).toEqual([]);
    expect(notification).toMatchObject({ kind: 'BatchSettled', action: 'Act', next: { kind: 'Paused' } });
    expect(notification?.nodes.find(({ state }) => state === 'Failed')).toMatchObject({ name: failing, quarantined: true });
    expect(notification?.text).toContain(failing);
    expect(notification?.text).toContain(WHY);
  });

  it('exceeds the budget: nothing more starts', async () => {
    const before = ran.length;
    await stage.pass(5 * MINUTE);

    expect(stage.plan().status).toMatchObject({ summary: 'Paused', reason: 'BudgetExceeded' });
    expect(stage.batches()).toHaveLength(1);
    expect(ran).toHaveLength(before);
  });

  it('keeps the node quarantined: cordoned and tainted', () => {
    const node = stage.node(failing) as unknown as Node;

    expect(held(stage)).toEqual([`${failing} is cordoned and quarantined`]);
    expect(node.spec.taints?.map(({ key }) => key)).toContain(TAINTS.failed);
  });

  it('is released by the command of the notification', async () => {
    paste(stage, stage.notifications()[0], 'Release');

    await stage.until('every node is in service', () => held(stage).length === 0);
  });

  it('rejects a Resume after another batch than the one that paused', async () => {
    stage.act({ action: 'Resume', batch: 'os-another-9' });

    await stage.until('the Resume is answered', () =>
      answers(stage).some(([action, answer]) => action === 'Resume' && answer !== undefined),
    );
    expect(answers(stage)).toContainEqual(['Resume', 'WrongBatch']);
    expect(stage.plan().status?.summary).toBe('Paused');
  });

  it('goes on to the end after the Resume command of the notification, and says what is left', async () => {
    paste(stage, stage.notifications()[0], 'Resume');

    await stage.until('the plan goes on and ends', () => {
      return stage.plan().status?.summary === 'Failed' && has(stage.batches().at(-1), 'Notified');
    });
    // A node that failed is done with in this revision: only another version runs on it again.
    expect(stage.plan().status).toMatchObject({ reason: 'SomeFailed', progress: '5/6' });
    expect(stage.plan().status?.counts?.quarantined ?? 0).toBe(0);
    expect(ran).toHaveLength(6);
    expect(stage.notifications().at(-1)?.next?.kind).toBe('Done');
    expect(
      answers(stage)
        .filter(([, answer]) => answer === 'True')
        .toSorted(),
    ).toEqual([
      ['Release', 'True'],
      ['Resume', 'True'],
    ]);
    await stage.until('every node is in service', () => held(stage).length === 0);
  });
});
