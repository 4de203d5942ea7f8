import { describe, expect, it } from '@jest/globals';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import { madeUpNodes } from '../../../../src/cli/simulate/made-up-nodes.ts';
import { madeUpObjects } from '../../../../src/cli/simulate/made-up-objects.ts';
import { labelsFor } from '../../../../src/cli/simulate/node-labels.ts';
import { selects } from '../../../../src/core/selector.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { aPlan } from './fake-simulation.ts';

function labelsOf(node: KubeObject): Readonly<Record<string, string>> {
  return node.metadata.labels ?? {};
}

function count(nodes: readonly KubeObject[], selector: UpgradePlan['spec']['nodeSelector']): number {
  return nodes.filter((node) => selects(selector, labelsOf(node))).length;
}

describe('Labels for selectors', () => {
  it('satisfy all of them', () => {
    const selectors = [
      { matchLabels: { role: 'worker' } },
      {
        matchExpressions: [
          { key: 'pool', operator: 'In' as const, values: ['a', 'b'] },
          { key: 'pool', operator: 'NotIn' as const, values: ['a'] },
          { key: 'gpu', operator: 'Exists' as const },
          { key: 'hold', operator: 'DoesNotExist' as const },
        ],
      },
    ];
    expect(labelsFor({ zone: 'a' }, selectors)).toEqual({ zone: 'a', role: 'worker', pool: 'b', gpu: 'true' });
  });

  it('do not exist for selectors that contradict each other', () => {
    expect(labelsFor({}, [{ matchLabels: { role: 'worker' } }, { matchLabels: { role: 'storage' } }])).toBeUndefined();
  });

  it('replace a value only where a selector needs another one', () => {
    const selector = { matchExpressions: [{ key: 'role', operator: 'In' as const, values: ['worker', 'storage'] }] };
    expect(labelsFor({ role: 'storage' }, [selector])).toEqual({ role: 'storage' });
  });
});

describe('Nodes that are made up', () => {
  it('are spread over zones and selected by the plan', () => {
    const { nodes, problems } = madeUpNodes({ nodes: 12, zones: 3, plans: [aPlan()] });
    expect(problems).toEqual([]);
    expect(nodes.map(({ metadata }) => metadata.name).slice(0, 2)).toEqual(['node-01', 'node-02']);
    expect(count(nodes, aPlan().spec.nodeSelector)).toBe(12);
    expect(new Set(nodes.map((node) => labelsOf(node)['topology.kubernetes.io/zone']))).toEqual(
      new Set(['zone-a', 'zone-b', 'zone-c']),
    );
  });

  it('have among them some that a process with a selector of its own runs on', () => {
    const either = { matchExpressions: [{ key: 'role', operator: 'In' as const, values: ['worker', 'storage'] }] };
    const storage = { matchLabels: { role: 'storage' } };
    const processes = [{ name: 'fw', nodeSelector: storage }] as unknown as UpgradePlan['spec']['processes'];
    const { nodes } = madeUpNodes({ nodes: 12, zones: 1, plans: [aPlan({}, { spec: { nodeSelector: either, processes } })] });
    expect([count(nodes, either), count(nodes, storage)]).toEqual([12, 2]);
  });

  it('are divided between plans that cannot select the same node', () => {
    const control = { matchLabels: { role: 'control' } };
    const plans = [aPlan(), aPlan({}, { name: 'control', spec: { nodeSelector: control } })];
    const { nodes } = madeUpNodes({ nodes: 10, zones: 1, plans });
    expect([count(nodes, aPlan().spec.nodeSelector), count(nodes, control)]).toEqual([5, 5]);
  });

  it('cannot be made up for a selector that contradicts itself', () => {
    const nodeSelector = { matchLabels: { role: 'a' }, matchExpressions: [{ key: 'role', operator: 'DoesNotExist' as const }] };
    expect(madeUpNodes({ nodes: 1, zones: 1, plans: [aPlan({}, { spec: { nodeSelector } })] }).problems).toEqual([
      'The nodeSelector of the UpgradePlan os can select no node: its requirements contradict each other.',
    ]);
  });
});

describe('Objects that plans refer to', () => {
  const sinks = [
    { name: 'ops', webhook: { urlSecretRef: { name: 'ops', key: 'url' }, signingSecretRef: { name: 'ops', key: 'key' } } },
    { name: 'mail', email: { to: ['a@b.example'], from: 'a@b.example', smtpSecretRef: { name: 'smtp' } } },
  ];
  const template = {
    spec: {
      serviceAccountName: 'upgrader',
      containers: [
        {
          env: [
            { valueFrom: { secretKeyRef: { name: 'token', key: 'value' } } },
            { valueFrom: { secretKeyRef: { name: 'maybe', key: 'x', optional: true } } },
          ],
        },
      ],
      volumes: [{ configMap: { name: 'scripts' } }, { secret: { secretName: 'certs' } }],
    },
  };
  const processes = [
    { name: 'os', job: { template } },
    { name: 'cni', daemonSet: { namespace: 'kube-system', name: 'cni' } },
  ] as unknown as UpgradePlan['spec']['processes'];
  const plan = aPlan({}, { spec: { processes, notify: { sinks } } });

  it('are made up, and the user is told', () => {
    const { objects, notes } = madeUpObjects([plan], []);
    expect(objects.map(({ kind, metadata }) => `${kind ?? ''} ${metadata.name ?? ''}`)).toEqual([
      'Namespace fleet',
      'Secret ops',
      'Secret smtp',
      'Secret token',
      'ConfigMap scripts',
      'Secret certs',
      'ServiceAccount upgrader',
      'DaemonSet cni',
    ]);
    expect(objects[1]).toMatchObject({ stringData: { url: 'https://ops.example/made-up', key: 'made-up-for-ops' } });
    expect(objects[2]).toMatchObject({ stringData: { host: 'smtp.mail.example' } });
    expect(notes[0]).toBe('Made up: Secret fleet/ops. The values are invented; nothing is sent to a real receiver.');
    expect(notes).toHaveLength(7);
  });

  it('are not made up if the user gave them', () => {
    const given = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'fleet', name: 'ops' } };
    const { objects } = madeUpObjects([plan], [given]);
    expect(objects.map(({ metadata }) => metadata.name)).not.toContain('ops');
  });
});
