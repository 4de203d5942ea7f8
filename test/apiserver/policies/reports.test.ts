import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Caller } from './caller.ts';
import { inFleet, must, NAMESPACE, startGuardedCluster, type GuardedCluster } from './guarded-cluster.ts';

// Programs are started, and the machine may be busy.
jest.setTimeout(60_000);

let guarded: GuardedCluster;
let onA: Caller;
let onB: Caller;
let unbound: Caller;

beforeAll(async () => {
  guarded = await startGuardedCluster('policies-reports');
  onA = (await guarded.podOn('node-a', 'baton-reporter', 'reporter-a')).caller;
  onB = (await guarded.podOn('node-b', 'baton-reporter', 'reporter-b')).caller;
  unbound = await guarded.unbound('baton-reporter');
}, 120_000);
afterAll(() => guarded.cluster.stop());

const NOW = '2026-01-01T00:00:00.000000Z';
const batch = { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradeBatch', namespace: NAMESPACE, name: 'os-1', uid: 'u' };
const nodeNamed = (name: string): object => ({ apiVersion: 'v1', kind: 'Node', name });

interface EventApi {
  readonly api: string;
  readonly path: string;
  readonly event: (name: string, regarding: object, node: string | undefined, labels?: object) => object;
}

const MODERN: EventApi = {
  api: 'events.k8s.io/v1',
  path: inFleet('apis/events.k8s.io/v1', 'events'),
  event: (name, regarding, node, labels = {}) => ({
    ...{ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name, labels }, regarding },
    ...(node === undefined ? {} : { related: nodeNamed(node) }),
    ...{ eventTime: NOW, reason: 'UpgradeStarted', action: 'os', type: 'Normal' },
    ...{ reportingController: 'baton.dev/reporter', reportingInstance: 'x', note: 'begun' },
  }),
};
const CORE: EventApi = {
  api: 'v1',
  path: inFleet('api/v1', 'events'),
  event: (name, regarding, node, labels = {}) => ({
    ...{ apiVersion: 'v1', kind: 'Event', metadata: { name, labels }, involvedObject: regarding },
    ...(node === undefined ? {} : { related: nodeNamed(node) }),
    ...{ firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:00:00Z', count: 1 },
    ...{ reason: 'UpgradeStarted', type: 'Normal', source: { component: 'x' }, message: 'begun' },
  }),
};

describe.each([MODERN, CORE])('a report through $api', ({ api, path, event }) => {
  const named = (name: string): string => `${name}-${api === 'v1' ? 'core' : 'modern'}`;

  it('is accepted from a pod on the node that it is about', async () => {
    expect(await onA.create(path, event(named('own'), batch, 'node-a'))).toMatchObject({ status: 201 });
  });

  it("is refused from another node's pod, in a message that names both nodes", async () => {
    const answer = await onB.create(path, event(named('forged'), batch, 'node-a'));
    expect(answer.status).toBe(422);
    expect(answer.message).toContain(
      "A pod on node 'node-b' may not report for node 'node-a': each node reports only for itself.",
    );
  });

  it('is refused from a token that is bound to no pod', async () => {
    const answer = await unbound.create(path, event(named('unbound'), batch, 'node-a'));
    expect(answer.message).toContain("A report for node 'node-a' must come from a pod on that node: the token of");
    expect(answer.message).toContain('is bound to no node.');
  });

  it('is refused when it names no node', async () => {
    const answer = await onA.create(path, event(named('nowhere'), batch, undefined));
    expect(answer.message).toContain('A report must name the Node that it is about as `related`.');
  });

  it.each(['baton.dev/plan', 'baton.dev/batch'])('counts as one by its label %s alone', async (label) => {
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: 'reporter-a', uid: 'u' };
    const answer = await onB.create(path, event(named('labelled'), pod, 'node-a', { [label]: 'os' }));
    expect(answer.message).toContain("may not report for node 'node-a'");
  });

  it("may be confirmed by the pod that made it, and not by another node's", async () => {
    await must(onA.create(path, event(named('beat'), batch, 'node-a')));
    const beat = { series: { count: 2, lastObservedTime: NOW } };
    expect((await onB.merge(`${path}/${named('beat')}`, beat)).message).toContain(
      "node 'node-b' may not report for node 'node-a'",
    );
    expect(await onA.merge(`${path}/${named('beat')}`, beat)).toMatchObject({ status: 200 });
  });

  it('may not be taken over by naming another node', async () => {
    await must(onA.create(path, event(named('taken'), batch, 'node-a')));
    const answer = await onB.merge(`${path}/${named('taken')}`, { related: nodeNamed('node-b') });
    expect(answer.status).toBe(422);
  });

  it('is accepted from the operator for any node', async () => {
    expect(await guarded.operator.create(path, event(named('operator'), batch, 'node-a'))).toMatchObject({ status: 201 });
  });

  it('is not what other Events are: they pass', async () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: 'reporter-a', uid: 'u' };
    expect(await unbound.create(path, event(named('other'), pod, undefined))).toMatchObject({ status: 201 });
  });
});
