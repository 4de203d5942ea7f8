import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TAINTS } from '../../src/api/names.ts';
import { expandNodeNames } from '../../src/core/notification/model/node-names.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { namespaceManifest, planManifest, type FleetPlan } from '../support/fleet.ts';
import type { Kubectl } from '../support/kubectl.ts';
import type { Node } from '../support/kubernetes-objects.ts';
import { openKwokSystem, type KwokSystem } from '../support/kwok-system.ts';
import { print } from '../support/print.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';
import { openTimeoutMs } from '../support/system-cluster.ts';

const clusterName = 'system-batches';
const namespace = 'fleet';
const zones = { a: ['kwok-1', 'kwok-2', 'kwok-3', 'kwok-4'], b: ['kwok-5', 'kwok-6', 'kwok-7'], '(none)': ['kwok-8', 'kwok-9'] };

const plan: FleetPlan = {
  namespace,
  batches: [
    { name: 'canary', size: 1 },
    { name: 'rest', size: 5 },
  ],
  maxUnavailable: 3,
  nodeSelector: { matchLabels: { fleet: 'zoned' } },
  processes: [
    {
      name: 'os',
      script: 'true',
      annotations: { 'test.baton.dev/duration': '2s' },
      pod: { tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }] },
    },
  ],
};
const more = { oneDomainAtATime: { topologyKey: 'topology.kubernetes.io/zone' } };

let system: KwokSystem;
let cluster: Cluster;
let kubectl: Kubectl;
let end: Rollout;
/** The names of the nodes that had the mark when the first batch was done. */
let markedThen: readonly string[];

beforeAll(async () => {
  system = await openKwokSystem(clusterName);
  ({ cluster, kubectl } = system);
  await kubectl.apply(namespaceManifest(namespace));
  for (const [zone, nodes] of Object.entries(zones)) {
    const label = zone === '(none)' ? {} : { 'topology.kubernetes.io/zone': zone };
    await cluster.addKwokNodes(nodes, { fleet: 'zoned', ...label });
  }
}, openTimeoutMs);
afterAll(() => system.close(), 120_000);

async function marked(): Promise<string[]> {
  const nodes = await kubectl.list<Node>('nodes');
  return nodes
    .filter((node) => node.spec.taints?.some(({ key }) => key === TAINTS.outdated))
    .map(({ metadata }) => metadata.name);
}

describe('a plan for three zones', () => {
  it('batches[].name and status.upcoming: are shown before anything is touched', async () => {
    await kubectl.apply(planManifest({ ...plan, more: { ...more, paused: true } }));
    const { plan: shown, batches } = await waitForRollout(kubectl, {
      namespace,
      what: 'the batches to come to be shown',
      until: (rollout) => rollout.plan?.status?.upcoming !== undefined,
    });

    const upcoming = shown?.status?.upcoming ?? [];
    print(upcoming.map((batch) => JSON.stringify(batch)).join('\n'));
    expect(upcoming.map(({ step, domain, nodes }) => [step, domain, nodes])).toEqual([
      ['canary', 'a', 1],
      ['rest', 'a', 3],
      ['rest', 'b', 2],
      ['rest', 'b', 1],
      ['rest', '(none)', 2],
    ]);
    expect(upcoming.flatMap(({ nodeNames }) => expandNodeNames(nodeNames)).sort()).toEqual(Object.values(zones).flat());
    expect(batches).toEqual([]);
    expect(await marked()).toEqual([]);
  }, 90_000);

  it('podPlacement: marks the nodes that are still to do, and none in the end', async () => {
    await kubectl.apply(planManifest({ ...plan, more: { ...more, paused: false } }));
    const canary = await waitForRollout(kubectl, {
      namespace,
      what: 'the canary to be done',
      until: ({ plan: now }) => (now?.status?.counts?.succeeded ?? 0) > 0,
    });
    markedThen = await marked();
    end = await waitForRollout(kubectl, {
      namespace,
      what: 'the plan to succeed',
      timeoutMs: 120_000,
      until: ({ plan: now }) => now?.status?.summary === 'Succeeded',
    });

    const first = canary.batches[0]?.spec.nodes[0]?.name ?? '';
    print(`marked when ${first} was done: ${markedThen.join(', ')}`);
    expect(markedThen).not.toContain(first);
    expect(markedThen.length).toBeGreaterThanOrEqual(5);
    await waitFor(async () => (await marked()).length === 0, {
      what: 'all marks to be gone',
      timeoutMs: 10_000,
      intervalMs: 500,
    });
  }, 180_000);

  it('oneDomainAtATime: no two zones have nodes in their turn at once', () => {
    const turns = end.batches.flatMap((batch) =>
      (batch.status?.nodes ?? []).map((record) => ({
        zone: batch.spec.domain,
        from: record.startTime ?? '',
        to: record.endTime ?? '',
      })),
    );

    print(end.batches.map(({ spec }) => `${spec.index} ${spec.stepName}: ${spec.domain}, ${spec.nodes.length}`).join('\n'));
    expect(turns).toHaveLength(9);
    for (const one of turns) {
      expect(turns.filter((other) => other.zone !== one.zone && other.from < one.to && one.from < other.to)).toEqual([]);
    }
  });

  it('status.upcoming: is empty when nothing is left', () => {
    expect(end.plan?.status?.upcoming).toBeUndefined();
  });
});
