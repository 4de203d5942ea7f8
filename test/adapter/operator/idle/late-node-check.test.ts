import { describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../../../src/api/generated/upgradebatch.ts';
import type { KubeObject, ListPage } from '../../../../src/kube/client/client.ts';
import { mayHaveLateNodes, hasLateNodes } from '../../../../src/operator/idle/late-node-check.ts';
import { aBatch, aPlan, hash, REVISION, settledStatus } from '../../../unit/core/rollout/support/objects.ts';

function aNodeObject(name: string, ready = true): KubeObject {
  return {
    metadata: { name, uid: `uid-of-${name}`, labels: { role: 'worker' }, creationTimestamp: '2026-11-22T09:00:00Z' },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

/** A list in pages of two that records its queries. */
function listOf(nodes: readonly KubeObject[]): {
  asked: Readonly<Record<string, string>>[];
  list: <T>() => Promise<ListPage<T>>;
} {
  const asked: Readonly<Record<string, string>>[] = [];
  const list = <T>(_path?: string, query: Readonly<Record<string, string>> = {}): Promise<ListPage<T>> => {
    asked.push(query);
    const from = Number(query['continue'] ?? 0);
    const rest = from + 2 < nodes.length ? { continue: String(from + 2) } : {};
    return Promise.resolve({ items: nodes.slice(from, from + 2) as T[], resourceVersion: '1', ...rest });
  };
  return { asked, list };
}

const RECORDS: readonly NodeRecord[] = [
  { name: 'node-1', state: 'Succeeded' },
  { name: 'node-2', state: 'Skipped', reason: 'NotReady' },
];
const BATCHES = [aBatch(['node-1', 'node-2'], { spec: { planNodes: 2 }, status: settledStatus(RECORDS) })];

describe('The check for late nodes of an idle plan', () => {
  it.each<readonly [string, readonly KubeObject[], boolean]>([
    ['finds nothing where nothing changed', [aNodeObject('node-1'), aNodeObject('node-2', false)], false],
    ['finds a node that joined', [aNodeObject('node-1'), aNodeObject('node-2', false), aNodeObject('node-3')], true],
    ['finds a skipped node that is back', [aNodeObject('node-1'), aNodeObject('node-2')], true],
  ])('%s', async (_, nodes, found) => {
    const client = listOf(nodes);
    const late = await hasLateNodes({ client, hash, revisionOf: () => REVISION }, aPlan(), BATCHES);
    expect(late).toBe(found);
    expect(client.asked[0]).toEqual({ limit: '500', labelSelector: 'role=worker' });
    expect(client.asked).toHaveLength(Math.ceil(nodes.length / 2));
  });

  it('is skipped for a plan that can get no late nodes', () => {
    const ignoring = aPlan({ newNodes: { policy: 'Ignore', collectSeconds: 0 } });
    expect([mayHaveLateNodes(aPlan()), mayHaveLateNodes(ignoring)]).toEqual([true, false]);
    expect(mayHaveLateNodes({ ...ignoring, status: { counts: { skipped: 1 } } })).toBe(true);
  });
});
