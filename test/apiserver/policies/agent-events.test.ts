import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { planEvent } from '../../../src/notify/kinds/events/event-note.ts';
import type { PlanEvent } from '../../../src/notify/plan-event.ts';
import { notificationOf } from '../../unit/notify/notification-of.ts';
import type { Answer, Caller } from './caller.ts';
import { inFleet, must, NAMESPACE, startGuardedCluster, type GuardedCluster } from './guarded-cluster.ts';

// Programs are started, and the machine may be busy.
jest.setTimeout(60_000);

const EVENTS = inFleet('apis/events.k8s.io/v1', 'events');

let guarded: GuardedCluster;
let agent: Caller;
let reporter: Caller;
let unbound: Caller;
let sequence = 0;

beforeAll(async () => {
  guarded = await startGuardedCluster('policies-agent-events');
  agent = (await guarded.podOn('node-a', 'baton-agent', 'agent-a')).caller;
  reporter = (await guarded.podOn('node-a', 'baton-reporter', 'reporter-a')).caller;
  unbound = await guarded.unbound('baton-agent');
}, 120_000);
afterAll(() => guarded.cluster.stop());

type WholeEvent = PlanEvent & { readonly reportingInstance: string };

/** An Event as the agent on node-a writes it, under a name of its own. */
function anEvent(scenario = 'paused'): WholeEvent {
  sequence += 1;
  const event = planEvent(notificationOf(scenario), { name: `told-${sequence}`, eventTime: '2026-11-21T22:54:06.000000Z' });
  return { ...event, reportingInstance: 'node-a' };
}

function write(caller: Caller, event: object): Promise<Answer> {
  return caller.create(EVENTS, event);
}

describe('an Event of an agent', () => {
  it.each(['clean', 'thousand-failures'])('about its plan, in the name of its node, is taken: %s', async (scenario) => {
    expect(await write(agent, anEvent(scenario))).toMatchObject({ status: 201 });
  });

  it('exists when it is written again', async () => {
    const event = anEvent();
    await must(write(agent, event));

    expect(await write(agent, event)).toMatchObject({ status: 409, object: { reason: 'AlreadyExists' } });
  });

  it.each<[string, (event: WholeEvent) => object, string]>([
    [
      "in another node's name",
      (event) => ({ ...event, reportingInstance: 'node-b' }),
      "An agent on node 'node-a' may write Events only with that node as `reportingInstance`, not 'node-b'.",
    ],
    [
      'as another component',
      (event) => ({ ...event, reportingController: 'kubelet' }),
      'An agent may write Events only with `reportingController: baton.dev/agent`.',
    ],
    [
      'about a Pod',
      (event) => ({ ...event, regarding: { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: 'agent-a', uid: 'u' } }),
      'An agent may write Events only about an UpgradePlan of its own namespace.',
    ],
    [
      "about another group's UpgradePlan",
      (event) => ({ ...event, regarding: { ...event.regarding, apiVersion: 'upgrade.example/v1' } }),
      'An agent may write Events only about an UpgradePlan of its own namespace.',
    ],
    [
      'that looks like a report',
      (event) => ({ ...event, metadata: { ...event.metadata, labels: { 'baton.dev/batch-uid': 'u' } } }),
      'An Event of an agent has no label of Baton: with one it would be taken for a report.',
    ],
  ])('is refused %s', async (_title, change, message) => {
    const answer = await write(agent, change(anEvent()));

    expect(answer.status).toBe(422);
    expect(answer.message).toContain(message);
  });

  it('is refused through core/v1 as well', async () => {
    const { metadata, regarding, reportingController: reportingComponent, reportingInstance, action, eventTime } = anEvent();
    const core = {
      ...{ apiVersion: 'v1', kind: 'Event', metadata, involvedObject: regarding, reportingComponent, action, eventTime },
      ...{ reportingInstance: 'node-b', reason: 'BatchSettled', type: 'Normal', message: 'told' },
    };

    const answer = await agent.create(inFleet('api/v1', 'events'), core);

    expect(reportingInstance).toBe('node-a');
    expect(answer.status).toBe(422);
    expect(answer.message).toContain("not 'node-b'");
  });

  it('is refused from a token that is bound to no node', async () => {
    expect(await write(unbound, anEvent())).toMatchObject({ status: 422 });
  });

  it("is refused from anybody else, in the agent's name", async () => {
    for (const caller of [reporter, guarded.admin]) {
      const answer = await write(caller, anEvent());

      expect(answer.status).toBe(422);
      expect(answer.message).toContain("Only the agent of a plan of this namespace may write Events as 'baton.dev/agent'");
    }
  });

  it('is not changed afterwards, by anybody', async () => {
    const event = anEvent();
    await must(write(agent, event));
    const path = `${EVENTS}/${event.metadata.name}`;

    for (const caller of [agent, reporter]) {
      expect(await caller.merge(path, { metadata: { annotations: { a: 'b' } } })).toMatchObject({ status: 422 });
    }
  });
});
