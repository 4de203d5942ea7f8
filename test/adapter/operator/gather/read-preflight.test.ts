import { describe, expect, it } from '@jest/globals';
import type { KubeClient, ListPage } from '../../../../src/kube/client/client.ts';
import { KubeError } from '../../../../src/kube/client/kube-error.ts';
import { readPreflight } from '../../../../src/operator/gather/read-preflight.ts';

type List = (path: string, query: Readonly<Record<string, string>>) => Partial<ListPage<unknown>>;

function listing(list: List): Pick<KubeClient, 'list'> & { readonly paths: string[] } {
  const paths: string[] = [];
  return {
    paths,
    list: <T>(path: string, query: Readonly<Record<string, string>> = {}) => {
      paths.push(path);
      return Promise.resolve({ items: [], resourceVersion: '1', ...list(path, query) } as ListPage<T>);
    },
  };
}

const NODES = new Map([['node-1', {}]]);
const budgets = (from: number, count: number): readonly object[] =>
  Array.from({ length: count }, (_, i) => ({
    metadata: { namespace: 'shop', name: `budget-${from + i}` },
    spec: { selector: { matchLabels: { app: 'web' } } },
    status: { expectedPods: 1, disruptionsAllowed: 0 },
  }));

describe('Reading for the pre-flight check', () => {
  it('reads budgets page by page', async () => {
    const client = listing((path, query) => {
      if (!path.endsWith('poddisruptionbudgets')) return {};
      return query['continue'] === undefined ? { items: [...budgets(1, 1)], continue: 'more' } : { items: [...budgets(2, 1)] };
    });
    expect(await readPreflight(client, NODES)).toEqual({ guarded: [], unread: undefined });
    expect(client.paths.filter((path) => path.endsWith('/pods'))).toHaveLength(2);
  });

  it('lists the Pods of 25 budgets at most, and reports how many it left out', async () => {
    const client = listing((path) => (path.endsWith('poddisruptionbudgets') ? { items: [...budgets(1, 30)] } : {}));
    expect((await readPreflight(client, NODES)).unread).toBe(
      '5 more PodDisruptionBudgets allow no disruption now; their Pods were not checked',
    );
    expect(client.paths.filter((path) => path.endsWith('/pods'))).toHaveLength(25);
  });

  it('reports what it could not read', async () => {
    const client = listing(() => {
      throw new KubeError('poddisruptionbudgets.policy is forbidden', { code: 403, reason: 'Forbidden' });
    });
    expect(await readPreflight(client, NODES)).toEqual({
      guarded: [],
      unread: 'PodDisruptionBudgets could not be checked: poddisruptionbudgets.policy is forbidden',
    });
  });

  it('does not list the Pods of a budget without a selector', async () => {
    const client = listing((path) =>
      path.endsWith('poddisruptionbudgets')
        ? {
            items: [{ metadata: { namespace: 'shop', name: 'b' }, spec: {}, status: { expectedPods: 1, disruptionsAllowed: 0 } }],
          }
        : {},
    );
    expect(await readPreflight(client, NODES)).toEqual({ guarded: [], unread: undefined });
    expect(client.paths).toHaveLength(1);
  });
});
