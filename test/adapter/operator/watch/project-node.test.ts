import { describe, expect, it } from '@jest/globals';
import type { NodeFact } from '../../../../src/core/facts.ts';
import type { KubeObject } from '../../../../src/kube/client/client.ts';
import { projectNode } from '../../../../src/operator/watch/project.ts';
import { aQuarantine, aTurn } from '../../../unit/core/rollout/support/objects.ts';

const DONE_MARK = 'done.baton.dev/os-0123abcd';

interface Changes {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly object[];
  readonly spec?: object;
  readonly conditions?: readonly object[];
  readonly metadata?: object;
}

/** A Node as a real API server gives it. */
function aKubeNode({ labels, annotations, taints, spec, conditions, metadata }: Changes = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'node-1',
      uid: '5f1c',
      resourceVersion: '4711',
      creationTimestamp: '2026-11-01T00:00:00Z',
      labels: { 'kubernetes.io/hostname': 'node-1', role: 'worker', ...labels },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0', ...annotations },
      ...metadata,
    },
    spec: { podCIDR: '10.244.1.0/24', ...(taints === undefined ? {} : { taints }), ...spec },
    status: {
      nodeInfo: { bootID: '0e8f', kernelVersion: '6.12.31', kubeletVersion: 'v1.37.2', architecture: 'arm64' },
      conditions: conditions ?? [
        { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory' },
        { type: 'Ready', status: 'True', reason: 'KubeletReady' },
      ],
      images: [{ names: ['registry.example/os:12.9'], sizeBytes: 1 }],
    },
  };
}

function project(changes: Changes = {}): NodeFact {
  return projectNode(aKubeNode(changes), DONE_MARK);
}

describe('A Node is projected to the facts for decisions', () => {
  it('when it has no special state', () => {
    expect(project()).toEqual({
      name: 'node-1',
      uid: '5f1c',
      resourceVersion: '4711',
      labels: { 'kubernetes.io/hostname': 'node-1', role: 'worker' },
      ready: true,
      unschedulable: false,
      bootId: '0e8f',
      info: { kernelVersion: '6.12.31', kubeletVersion: 'v1.37.2', osImage: '', containerRuntimeVersion: '' },
      controlPlane: false,
      leaving: false,
      claim: undefined,
      turn: undefined,
      quarantine: undefined,
      done: undefined,
      kept: [],
      annotated: true,
      createdTime: Date.parse('2026-11-01T00:00:00Z'),
      failedTaint: false,
      tainted: false,
      outdated: undefined,
      taints: 0,
    });
  });

  const mark = { revision: 'abc', version: '12.9', batch: 'os-abc-1', time: '2026-11-22T08:00:00Z' };
  it.each<readonly [string, Changes, Partial<NodeFact>]>([
    ['cordoned', { spec: { unschedulable: true } }, { unschedulable: true }],
    ['NotReady', { conditions: [{ type: 'Ready', status: 'False' }] }, { ready: false }],
    [
      'of unknown readiness, because its kubelet does not respond',
      { conditions: [{ type: 'Ready', status: 'Unknown' }] },
      { ready: false },
    ],
    ['not yet registered', { conditions: [] }, { ready: false }],
    ['a control-plane node', { labels: { 'node-role.kubernetes.io/control-plane': '' } }, { controlPlane: true }],
    ['a control-plane node of an older cluster', { labels: { 'node-role.kubernetes.io/master': '' } }, { controlPlane: true }],
    ['claimed', { labels: { 'baton.dev/claim': 'uid-of-os' } }, { claim: 'uid-of-os' }],
    ['in its turn', { annotations: { 'baton.dev/turn': JSON.stringify(aTurn()) } }, { turn: aTurn() }],
    ['marked with an invalid turn', { annotations: { 'baton.dev/turn': '{"plan":1' } }, { turn: undefined }],
    ['quarantined', { annotations: { 'baton.dev/quarantine': JSON.stringify(aQuarantine()) } }, { quarantine: aQuarantine() }],
    ['done', { annotations: { [DONE_MARK]: JSON.stringify(mark) } }, { done: mark }],
    ['done for another plan', { annotations: { 'done.baton.dev/cni-0123abcd': JSON.stringify(mark) } }, { done: undefined }],
    ['marked as done with an unreadable value', { annotations: { [DONE_MARK]: 'yes' } }, { done: undefined }],
    ['tainted as failed', { taints: [{ key: 'baton.dev/failed', value: 'os', effect: 'NoSchedule' }] }, { failedTaint: true }],
    [
      'marked as outdated, after another taint',
      {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'baton.dev/outdated', value: 'uid-of-os', effect: 'PreferNoSchedule' },
        ],
      },
      { outdated: { planUid: 'uid-of-os', index: 1 }, taints: 2 },
    ],
    ['being deleted', { metadata: { deletionTimestamp: '2026-11-22T08:00:00Z' } }, { leaving: true }],
    [
      'being removed by the cluster autoscaler',
      { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] },
      { leaving: true },
    ],
    ['being removed by Karpenter', { taints: [{ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }] }, { leaving: true }],
    [
      'tainted by somebody else',
      { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] },
      { leaving: false, failedTaint: false, tainted: true },
    ],
    [
      'tainted by its cordon only',
      { taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
      { tainted: false },
    ],
    ['avoided where possible', { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] }, { tainted: false }],
    [
      'kept by Karpenter already',
      { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } },
      { kept: ['karpenter.sh/do-not-disrupt'] },
    ],
    ['without any annotation', { metadata: { annotations: undefined } }, { annotated: false }],
  ])('when it is %s', (_, changes, expected) => {
    expect(project(changes)).toMatchObject(expected);
  });
});

it('A Node without spec and status is not Ready', () => {
  const fact = projectNode({ metadata: { name: 'virtual', uid: '1' } }, DONE_MARK);
  expect(fact).toMatchObject({ name: 'virtual', ready: false, unschedulable: false, bootId: '', labels: {}, annotated: false });
});
