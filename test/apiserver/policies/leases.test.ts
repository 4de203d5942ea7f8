import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { callerAs, type Answer } from './caller.ts';
import { inFleet, must, startGuardedCluster, type GuardedCluster, type PodIdentity } from './guarded-cluster.ts';

// Programs are started, and the machine may be busy.
jest.setTimeout(60_000);

let guarded: GuardedCluster;
/** The agent that the Lease names, another pod of the same ServiceAccount on the same node, one on another node, and another account. */
let agentA: PodIdentity;
let otherOnA: PodIdentity;
let agentB: PodIdentity;
let strangerOnA: PodIdentity;

const LEASES = inFleet('apis/coordination.k8s.io/v1', 'leases');
const LEASE = `${LEASES}/os-agent`;

beforeAll(async () => {
  guarded = await startGuardedCluster('policies-leases');
  agentA = await guarded.podOn('node-a', 'baton-agent', 'agent-a');
  otherOnA = await guarded.podOn('node-a', 'baton-agent', 'other-a');
  agentB = await guarded.podOn('node-b', 'baton-agent', 'agent-b');
  strangerOnA = await guarded.podOn('node-a', 'somebody', 'stranger-a');
}, 120_000);
afterAll(() => guarded.cluster.stop());

beforeEach(async () => {
  await guarded.operator.remove(LEASE);
  await must(guarded.operator.create(LEASES, lease('os-agent')));
});

function lease(name: string): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      labels: { 'baton.dev/plan': 'os', 'baton.dev/plan-uid': 'u' },
      annotations: { 'baton.dev/batch': 'os-1', 'baton.dev/agent-pod': 'agent-a', 'baton.dev/agent-pod-uid': agentA.podUid },
    },
    spec: {
      ...{ holderIdentity: 'node-a', leaseDurationSeconds: 15, leaseTransitions: 1 },
      ...{ acquireTime: '2026-01-01T00:00:00.000000Z', renewTime: '2026-01-01T00:00:00.000000Z' },
    },
  };
}

const renewal = { spec: { renewTime: '2026-01-01T00:00:05.000000Z' } };
const annotation = (name: string, value: string | null): object => ({
  metadata: { annotations: { [`baton.dev/${name}`]: value } },
});
const SPEC_MESSAGE = "The agent may change `renewTime` and receipts of the Lease 'os-agent' only, and nothing else of its spec.";
const METADATA_MESSAGE =
  "The agent may change `renewTime` and receipts of the Lease 'os-agent' only, and no label, finalizer, owner or other annotation.";

function expectRefused(answer: Answer, message: string): void {
  expect(answer.message).toContain("ValidatingAdmissionPolicy 'baton-leases'");
  expect(answer.message).toContain(message);
}

describe('the agent that the Lease names', () => {
  it('renews it', async () => {
    expect(await agentA.caller.merge(LEASE, renewal)).toMatchObject({ status: 200, object: renewal });
  });

  it('renews it with a PUT of what it has read', async () => {
    const { object } = await agentA.caller.get(LEASE);
    const spec = { ...(object['spec'] as object), ...renewal.spec };
    expect(await agentA.caller.replace(LEASE, { ...object, spec })).toMatchObject({ status: 200 });
  });

  it('leaves receipts, changes and clears them', async () => {
    for (const value of ['[1]', '[1,2]', null]) {
      expect(await agentA.caller.merge(LEASE, annotation('receipts', value))).toMatchObject({ status: 200 });
    }
  });

  it.each<readonly [string, object]>([
    ['lengthen it', { leaseDurationSeconds: 3600 }],
    ['drop its duration', { leaseDurationSeconds: null }],
    ['hand it on', { holderIdentity: 'node-b' }],
    ['give it up', { holderIdentity: null }],
    ['count another transition', { leaseTransitions: 2 }],
    ['change when it was acquired', { acquireTime: '2026-01-01T00:00:01.000000Z' }],
  ])('may not %s', async (_what, spec) => {
    expectRefused(await agentA.caller.merge(LEASE, { spec: { ...renewal.spec, ...spec } }), SPEC_MESSAGE);
  });

  it.each<readonly [string, object]>([
    ['strip the label that the policy looks for', { labels: { 'baton.dev/plan': null } }],
    ['add a label', { labels: { other: 'x' } }],
    ['add a finalizer', { finalizers: ['example.com/stay'] }],
    ['add an owner', { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'agent-a', uid: 'u' }] }],
    ['name another batch', { annotations: { 'baton.dev/batch': 'os-2' } }],
    ['remove the name of its Pod', { annotations: { 'baton.dev/agent-pod': null } }],
    ['add another annotation', { annotations: { other: 'x' } }],
  ])('may not %s', async (_what, metadata) => {
    expectRefused(await agentA.caller.merge(LEASE, { metadata, ...renewal }), METADATA_MESSAGE);
  });

  it('may not delete it, nor create another', async () => {
    expectRefused(await agentA.caller.remove(LEASE), "Only Baton's operator may create or delete the Lease 'os-agent'");
    expectRefused(
      await agentA.caller.create(LEASES, lease('more')),
      "Only Baton's operator may create or delete the Lease 'more'",
    );
  });

  it("may not touch a Lease that is not Baton's", async () => {
    await guarded.admin.create(LEASES, { metadata: { name: 'foreign' }, spec: { holderIdentity: 'node-a' } });
    expectRefused(await agentA.caller.merge(`${LEASES}/foreign`, renewal), "The Lease 'foreign' is not Baton's");
  });
});

describe("another node's pod", () => {
  it('may not renew the Lease, in a message that names both nodes', async () => {
    expectRefused(
      await agentB.caller.merge(LEASE, renewal),
      "An agent on node 'node-b' may not change the Lease 'os-agent': node 'node-a' holds it, and only the operator hands it on.",
    );
  });

  it('may not take the Lease', async () => {
    const taking = { spec: { holderIdentity: 'node-b' }, ...annotation('agent-pod-uid', agentB.podUid) };
    expectRefused(await agentB.caller.merge(LEASE, taking), "node 'node-a' holds it");
  });

  it('may not leave receipts', async () => {
    expectRefused(await agentB.caller.merge(LEASE, annotation('receipts', '[]')), "node 'node-a' holds it");
  });
});

describe('somebody else', () => {
  it("may not renew it as the agent's ServiceAccount on its node from another Pod", async () => {
    expectRefused(
      await otherOnA.caller.merge(LEASE, renewal),
      `on node 'node-a' may not change the Lease 'os-agent': it names the Pod with UID '${agentA.podUid}'.`,
    );
  });

  it('may not renew it with a token of the ServiceAccount that is bound to no pod', async () => {
    const unbound = await guarded.unbound('baton-agent');
    expectRefused(await unbound.merge(LEASE, renewal), "An agent on node '' may not change the Lease");
  });

  it.each(['the same node', 'the administrator'])('may not change it with another account: %s', async (who) => {
    const caller = who === 'the administrator' ? guarded.admin : strangerOnA.caller;
    expectRefused(
      await caller.merge(LEASE, renewal),
      "Only Baton's operator and the agent that holds it may change the Lease 'os-agent'",
    );
  });

  it('may not make one of its own into a baton', async () => {
    await guarded.admin.create(LEASES, { metadata: { name: 'plain' }, spec: { holderIdentity: 'node-a' } });
    const labelled = { metadata: { labels: { 'baton.dev/plan': 'os' } } };
    expectRefused(await strangerOnA.caller.merge(`${LEASES}/plain`, labelled), "Only Baton's operator and the agent");
  });

  it("may not lay one ready that carries the plan's UID: the operator would take it for its own", async () => {
    const trap = { metadata: { name: 'trap', labels: { 'baton.dev/plan-uid': 'u' } } };
    expectRefused(await strangerOnA.caller.create(LEASES, trap), "Only Baton's operator may create or delete the Lease 'trap'");
  });

  it('changes Leases without such labels as ever', async () => {
    await guarded.admin.create(LEASES, { metadata: { name: 'leader' }, spec: { holderIdentity: 'x' } });
    expect(await strangerOnA.caller.merge(`${LEASES}/leader`, renewal)).toMatchObject({ status: 200 });
  });
});

describe("Kubernetes' own controllers", () => {
  const collector = 'system:serviceaccount:kube-system:generic-garbage-collector';

  it('change finalizers and delete it', async () => {
    const controller = callerAs(guarded.cluster, collector);
    expect(await controller.merge(LEASE, { metadata: { finalizers: ['foregroundDeletion'] } })).toMatchObject({ status: 200 });
    expect(await controller.merge(LEASE, { metadata: { finalizers: null } })).toMatchObject({ status: 200 });
    expect(await controller.remove(LEASE)).toMatchObject({ status: 200 });
  });

  it('may not hand it on', async () => {
    const controller = callerAs(guarded.cluster, collector);
    expectRefused(
      await controller.merge(LEASE, { spec: { holderIdentity: 'node-b' } }),
      "Kubernetes' controllers may change owners and finalizers of Baton's Leases only.",
    );
  });
});

it('The operator hands it on', async () => {
  const handed = { spec: { holderIdentity: 'node-b', leaseTransitions: 2 }, ...annotation('agent-pod-uid', agentB.podUid) };
  expect(await guarded.operator.merge(LEASE, handed)).toMatchObject({ status: 200 });
  expect(await agentB.caller.merge(LEASE, renewal)).toMatchObject({ status: 200 });
  expectRefused(await agentA.caller.merge(LEASE, renewal), "node 'node-b' holds it");
});
