import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import type { DaemonSets } from '../../../../src/core/rollout/model/facts.ts';
import type { KubeClient, KubeObject } from '../../../../src/kube/client/client.ts';
import { KubeError } from '../../../../src/kube/client/kube-error.ts';
import { DaemonSetWatches } from '../../../../src/operator/watch/daemon-set-watches.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';
import { Collection } from '../../kube/support/collection.ts';
import { RecordingLog } from '../../kube/support/recording-log.ts';
import { settle, VirtualTime } from '../../kube/support/virtual-time.ts';

const CNI = { namespace: 'fleet', name: 'cni' };
const PLAN = aPlan();

let sets: Collection;
let pods: Collection;
let revisions: KubeObject[];
/** Paths that were asked for beside the watches. */
let asked: string[];
/** What a GET of the DaemonSet gives; undefined: it does not exist. */
let stored: KubeObject | undefined;
let touched: string[];
let watches: DaemonSetWatches;

beforeEach(() => {
  [sets, pods, revisions, asked, stored, touched] = [new Collection(), new Collection(), [], [], undefined, []];
  const collectionOf = (path: string): Collection => (path.endsWith('/daemonsets') ? sets : pods);
  // Nothing else is asked for.
  const client = {
    list: (path: string, query: Readonly<Record<string, string>>) => {
      if (!path.endsWith('/controllerrevisions')) return collectionOf(path).list(path, query);
      asked.push(`${path}?${query['labelSelector'] ?? ''}`);
      return Promise.resolve({ items: revisions, resourceVersion: '1' });
    },
    watch: (path: string, query: Readonly<Record<string, string>>, options: { readonly signal: AbortSignal }) =>
      collectionOf(path).watch(path, query, options),
    get: (path: string) => {
      asked.push(path);
      if (stored === undefined) return Promise.reject(new KubeError('there is none', { code: 404, reason: 'NotFound' }));
      return Promise.resolve(stored);
    },
  } as unknown as KubeClient;
  const time = new VirtualTime();
  const ports = { client, log: new RecordingLog(), now: time.now, random: () => 0.5, sleep: time.sleep };
  watches = new DaemonSetWatches({ ports, enqueue: (plan) => touched.push(plan) });
});

afterEach(async () => {
  watches.stop();
  await settle();
  expect(sets.openWatches + pods.openWatches).toBe(0);
});

function ownedBy(uid: string): object {
  return { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'cni', uid, controller: true }] };
}

/** A DaemonSet. By default, its version is that of the next event of the watch. */
function daemonSet(
  generation: number,
  observedGeneration: number,
  resourceVersion = String(Number(sets.version) + 1),
): KubeObject {
  const template = { spec: { nodeSelector: { cni: 'yes' }, containers: [] } };
  return {
    metadata: { ...CNI, uid: 'set', generation, resourceVersion },
    spec: { selector: { matchLabels: { app: 'cni' } }, updateStrategy: { type: 'OnDelete' }, template },
    status: { observedGeneration },
  };
}

function putSet(generation: number, observedGeneration: number): void {
  stored = daemonSet(generation, observedGeneration);
  sets.put('cni', stored);
}

function tellPod(name: string, node: string, hash: string, owner = 'set'): void {
  const labels = { app: 'cni', 'controller-revision-hash': hash };
  const metadata = {
    namespace: 'fleet',
    name,
    uid: name,
    resourceVersion: String(Number(pods.version) + 1),
    labels,
    ...ownedBy(owner),
  };
  pods.put(name, { metadata, spec: { nodeName: node }, status: { phase: 'Running' } });
}

function revision(hash: string, number: number, owner = 'set'): KubeObject {
  const labels = { 'controller-revision-hash': hash };
  return { metadata: { namespace: 'fleet', name: `cni-${hash}`, labels, ...ownedBy(owner) }, revision: number };
}

async function ensure(plan: UpgradePlan = PLAN): Promise<DaemonSets | undefined> {
  for (let i = 0; i < 3; i++) {
    await watches.ensure(plan, [CNI]);
    await settle();
  }
  return watches.ensure(plan, [CNI]);
}

const newest = async (plan?: UpgradePlan): Promise<string | undefined> => (await ensure(plan))?.get('fleet/cni')?.newest;

describe('The DaemonSets of a plan', () => {
  it('are undefined until they and their Pods have been listed', async () => {
    putSet(1, 1);
    expect(await watches.ensure(PLAN, [CNI])).toBeUndefined();
    expect(await ensure()).toBeDefined();
    expect(touched).toContain('fleet/os');
  });

  it('are returned with the facts for decisions, and with their own Pods by node', async () => {
    putSet(1, 1);
    revisions = [revision('b', 2)];
    tellPod('cni-1', 'node-1', 'a');
    tellPod('cni-2', 'node-2', 'b');
    tellPod('stranger', 'node-1', 'b', 'another set');

    const set = (await ensure())?.get('fleet/cni');

    expect(set).toMatchObject({
      updateStrategy: 'OnDelete',
      deleting: false,
      newest: 'b',
      podSpec: { nodeSelector: { cni: 'yes' } },
    });
    expect([...(set?.pods ?? [])].map(([node, on]) => [node, on.map(({ name }) => name)])).toEqual([
      ['node-1', ['cni-1']],
      ['node-2', ['cni-2']],
    ]);
    expect(set?.pods.get('node-1')?.[0]?.labels).toEqual({ 'controller-revision-hash': 'a' });
    expect(pods.watches[0]).toMatchObject({ labelSelector: 'app=cni' });
    expect(sets.watches[0]).toMatchObject({ fieldSelector: 'metadata.name=cni' });
  });

  it('do not include those that do not exist', async () => {
    expect(await ensure()).toEqual(new Map());
  });

  it('have unscheduled Pods on the node that they were created for', async () => {
    putSet(1, 1);
    const fields = [{ key: 'metadata.name', operator: 'In', values: ['node-7'] }];
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: fields }] } };
    const metadata = { namespace: 'fleet', name: 'cni-7', uid: 'u', resourceVersion: '101', ...ownedBy('set') };
    pods.put('cni-7', { metadata, spec: { affinity: { nodeAffinity } }, status: { phase: 'Pending' } });
    expect((await ensure())?.get('fleet/cni')?.pods.get('node-7')).toHaveLength(1);
  });

  it.each([
    ['runs again and is not Ready', 'False', { exitCode: 3, reason: 'Error', message: '' }],
    ['is Ready again', 'True', undefined],
  ])('include the last termination of a Pod that is not Ready: a Pod that %s', async (_, ready, terminated) => {
    putSet(1, 1);
    const lastState = { terminated: { exitCode: 3, reason: 'Error' } };
    const status = {
      ...{ phase: 'Running', conditions: [{ type: 'Ready', status: ready }] },
      containerStatuses: [{ state: { running: {} }, lastState }],
    };
    const metadata = { namespace: 'fleet', name: 'cni-1', uid: 'u', resourceVersion: '101', ...ownedBy('set') };
    pods.put('cni-1', { metadata, spec: { nodeName: 'node-1' }, status });
    expect((await ensure())?.get('fleet/cni')?.pods.get('node-1')?.[0]?.terminated).toEqual(terminated);
  });

  it('are watched once for all plans that name them, until the last one is released', async () => {
    putSet(1, 1);
    const other = aPlan({}, { name: 'other', uid: 'uid-of-other' });
    await ensure();
    await ensure(other);
    expect([sets.openWatches, pods.openWatches]).toEqual([1, 1]);
    watches.release('fleet/os');
    await settle();
    expect(sets.openWatches).toBe(1);
    await watches.ensure(other, []);
    await settle();
    expect([sets.openWatches, pods.openWatches]).toEqual([0, 0]);
  });
});

describe('The newest revision of a DaemonSet', () => {
  it('is that with the highest number that the DaemonSet owns, even when it returned to an earlier template', async () => {
    putSet(3, 3);
    revisions = [revision('b', 2), revision('a', 3), revision('x', 9, 'another set')];
    expect(await newest()).toBe('a');
  });

  it('is undefined until the controller has observed the newest spec', async () => {
    putSet(2, 1);
    revisions = [revision('a', 1)];
    expect(await newest()).toBeUndefined();
    expect(asked).not.toContain('/apis/apps/v1/namespaces/fleet/controllerrevisions?app=cni');
    putSet(2, 2);
    revisions = [revision('a', 1), revision('b', 2)];
    expect(await newest()).toBe('b');
  });

  it('is listed once for each generation, after the controller has observed it', async () => {
    putSet(1, 1);
    revisions = [revision('a', 1)];
    await ensure();
    await ensure();
    expect(asked.filter((path) => path.includes('controllerrevisions'))).toHaveLength(1);
    putSet(2, 2);
    revisions = [revision('a', 1), revision('b', 2)];
    expect(await newest()).toBe('b');
    expect(asked.filter((path) => path.includes('controllerrevisions'))).toHaveLength(2);
  });

  it('does not come from a watch that lags behind, when the plan was changed together with the DaemonSet', async () => {
    putSet(1, 1);
    revisions = [revision('a', 1)];
    expect(await newest()).toBe('a');
    sets.deafen();
    stored = daemonSet(2, 1);

    expect(await newest(aPlan({}, { generation: 2 }))).toBeUndefined();
    expect(asked.filter((path) => path.endsWith('/daemonsets/cni'))).toHaveLength(2);
  });
});
