import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ObjectGate } from '../../../../src/api/generated/upgradeplan.ts';
import { KubeError } from '../../../../src/kube/client/kube-error.ts';
import { createObjectProbe, type ObjectProbeDeps } from '../../../../src/operator/gates/object-probe.ts';
import type { Observation } from '../../../../src/operator/gates/observation.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';

const CEPH = {
  apiVersion: 'ceph.rook.io/v1',
  kind: 'CephCluster',
  namespace: 'rook',
  name: 'main',
  expression: "object.status.health == 'OK'",
};
const KINDS = {
  resources: [
    { name: 'cephclusters', kind: 'CephCluster', namespaced: true },
    { name: 'cephclusters/status', kind: 'CephCluster', namespaced: true },
    { name: 'cephpools', kind: 'CephPool', namespaced: false },
  ],
};

let asked: string[];
let answers: Map<string, unknown>;

beforeEach(() => {
  asked = [];
  answers = new Map<string, unknown>([['/apis/ceph.rook.io/v1', KINDS]]);
});

function answer(path: string): Promise<unknown> {
  asked.push(path);
  const found = answers.get(path);
  return found instanceof Error || found === undefined
    ? Promise.reject(found ?? new KubeError(`${path} not found`, { reason: 'NotFound', code: 404 }))
    : Promise.resolve(found);
}

function evaluate(gate: ObjectGate): Promise<Observation> {
  const client = {
    get: answer as ObjectProbeDeps['client']['get'],
    list: ((path: string, query = {}) =>
      answer(`${path}?${new URLSearchParams(query).toString()}`)) as ObjectProbeDeps['client']['list'],
  };
  const probe = createObjectProbe({ client, monotonic: () => 0 });
  const common = { name: 'ceph', when: 'BeforeNode', forSeconds: 0, timeoutSeconds: 10 } as const;
  return probe.evaluate(aPlan(), { ...common, object: gate }, new AbortController().signal);
}

const MAIN = '/apis/ceph.rook.io/v1/namespaces/rook/cephclusters/main';

describe('gates[].object', () => {
  it('is open while the expression is true for the object', async () => {
    answers.set(MAIN, { metadata: { name: 'main' }, status: { health: 'OK' } });
    expect(await evaluate(CEPH)).toEqual({ open: true, value: 'true' });
  });

  it.each<readonly [string, unknown, string]>([
    ['false', { metadata: { name: 'main' }, status: { health: 'WARN' } }, 'the expression is false for main'],
    ['without a value', { metadata: { name: 'main' } }, 'the expression fails for main: field not found: status'],
    ['about a missing object', undefined, 'CephCluster (ceph.rook.io/v1) not found'],
    [
      'about an object that the operator may not read',
      new KubeError('no', { reason: 'Forbidden', code: 403 }),
      'the operator may not read CephCluster (ceph.rook.io/v1): add the label baton.dev/aggregate-to-gates=true to a ClusterRole that allows it',
    ],
  ])('is closed while its expression is %s', async (_, object, message) => {
    if (object !== undefined) answers.set(MAIN, object);
    expect(await evaluate(CEPH)).toEqual({ open: false, message });
  });

  it('is closed for an unknown kind', async () => {
    expect(await evaluate({ ...CEPH, kind: 'Deployment' })).toEqual({
      open: false,
      message: 'ceph.rook.io/v1 has no kind Deployment in this cluster',
    });
  });

  it("reads the plan's namespace unless another is named, and no namespace for a cluster-wide kind", async () => {
    const { namespace: _namespace, ...here } = CEPH;
    await evaluate(here);
    await evaluate({ ...CEPH, kind: 'CephPool' });
    expect(asked.filter((path) => path.includes('main'))).toEqual([
      '/apis/ceph.rook.io/v1/namespaces/fleet/cephclusters/main',
      '/apis/ceph.rook.io/v1/cephpools/main',
    ]);
  });

  it("reads ConfigMaps of the plan's namespace only, although the operator may read others", async () => {
    answers.set('/api/v1', { resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }] });
    answers.set('/api/v1/namespaces/fleet/configmaps/state', { metadata: { name: 'state' }, data: { ready: 'yes' } });
    answers.set('/api/v1/namespaces/rook/configmaps/state', { metadata: { name: 'state' }, data: { ready: 'yes' } });
    const gate = { apiVersion: 'v1', kind: 'ConfigMap', name: 'state', expression: "object.data.ready == 'yes'" };
    expect(await evaluate({ ...gate, namespace: 'fleet' })).toEqual({ open: true, value: 'true' });
    expect(await evaluate({ ...gate, namespace: 'rook' })).toEqual({
      open: false,
      message: 'gates cannot read ConfigMaps of other namespaces',
    });
  });

  const { name: _name, ...unnamed } = CEPH;
  const chosen = { ...unnamed, labelSelector: { matchLabels: { tier: 'one' } } };
  const LIST = '/apis/ceph.rook.io/v1/namespaces/rook/cephclusters?labelSelector=tier%3Done&limit=100';
  const named = (name: string, health: string): object => ({ metadata: { name }, status: { health } });
  it.each<readonly [string, object, Observation]>([
    ['true for all', { items: [named('a', 'OK'), named('b', 'OK')] }, { open: true, value: 'true for 2 objects' }],
    [
      'false for one',
      { items: [named('a', 'OK'), named('b', 'WARN')] },
      { open: false, message: 'the expression is false for b' },
    ],
    ['about nothing', { items: [] }, { open: false, message: 'labelSelector matches no object' }],
    ['about too many', { items: [], continue: 'more' }, { open: false, message: 'labelSelector matches more than 100 objects' }],
  ])('with a labelSelector, %s', async (_, list, expected) => {
    answers.set(LIST, list);
    expect(await evaluate(chosen)).toEqual(expected);
  });
});
