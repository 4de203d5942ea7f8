import { describe, expect, it } from '@jest/globals';
import { fleetFromCluster, fleetFromFile } from '../../../../src/cli/simulate/given-fleet.ts';

const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', uid: 'u', resourceVersion: '7', managedFields: [], labels: { role: 'worker' } },
};

describe('A fleet that the user gives', () => {
  it('is read from the output of kubectl, without what only the API server that stored it may set', () => {
    const text = JSON.stringify({
      kind: 'List',
      items: [node, { kind: 'Pod', metadata: { name: 'a', namespace: 'b' } }, { kind: 'Service' }],
    });
    expect(fleetFromFile({ name: 'nodes.json', text })).toEqual({
      kind: 'Read',
      nodes: [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', labels: { role: 'worker' } } }],
      workload: [{ kind: 'Pod', metadata: { name: 'a', namespace: 'b' } }],
      notes: ['nodes.json: 1 object of other kinds than Node, Pod and PodDisruptionBudget ignored.'],
    });
  });

  it.each([
    {
      text: '{"kind":"List","items":[]}',
      problem: "nodes.json: contains no Node: make the file with 'kubectl get nodes -o json'.",
    },
    { text: '{', problem: expect.stringMatching(/^nodes\.json:1:\d+: invalid YAML/) },
  ])('is rejected if it has no Node: $text', ({ text, problem }) => {
    expect(fleetFromFile({ name: 'nodes.json', text })).toEqual({ kind: 'Rejected', problems: [problem] });
  });

  it('is read from a cluster page by page', async () => {
    const asked: unknown[] = [];
    const fleet = await fleetFromCluster({
      list: <T>(path: string, query: Readonly<Record<string, string>> = {}) => {
        asked.push([path, query]);
        const more = path === '/api/v1/nodes' && query['continue'] === undefined ? { continue: 'next' } : {};
        return Promise.resolve({ items: (path === '/api/v1/nodes' ? [node] : []) as T[], resourceVersion: '9', ...more });
      },
    });
    expect(fleet).toMatchObject({ kind: 'Read', notes: ['Read from the cluster: 2 Nodes, 0 Pods, 0 PodDisruptionBudgets.'] });
    expect(asked).toEqual([
      ['/api/v1/nodes', { limit: '500' }],
      ['/api/v1/nodes', { limit: '500', continue: 'next' }],
      ['/api/v1/pods', { limit: '500' }],
      ['/apis/policy/v1/poddisruptionbudgets', { limit: '500' }],
    ]);
  });
});
