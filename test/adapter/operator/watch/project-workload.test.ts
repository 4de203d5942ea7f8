import { describe, expect, it } from '@jest/globals';
import type { JobFact, PodFact } from '../../../../src/core/facts.ts';
import type { KubeObject } from '../../../../src/kube/client/client.ts';
import { projectJob, projectPod } from '../../../../src/operator/watch/project.ts';

const CREATED = '2026-11-22T08:00:00Z';

/** A Job of Baton as a real API server gives it. */
function aKubeJob(status: object): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'baton-0123',
      namespace: 'fleet',
      uid: 'job-uid',
      creationTimestamp: CREATED,
      labels: {
        'baton.dev/batch-uid': 'batch-uid',
        'baton.dev/node-uid': 'node-uid',
        'baton.dev/process': 'os',
        'baton.dev/attempt': '2',
      },
      annotations: { 'baton.dev/node': 'node-1', 'baton.dev/boot-id': 'boot-1' },
    },
    status,
  };
}

const condition = (type: string, reason = '', status = 'True'): object => ({
  type,
  status,
  reason,
  message: `it is ${type}`,
  lastTransitionTime: '2026-11-22T08:10:00Z',
});

describe('A Job is projected', () => {
  it('with its plan, batch, process and node', () => {
    expect(projectJob(aKubeJob({ active: 1 }))).toEqual({
      namespace: 'fleet',
      name: 'baton-0123',
      uid: 'job-uid',
      node: 'node-1',
      nodeUid: 'node-uid',
      batchUid: 'batch-uid',
      process: 'os',
      attempt: 2,
      bootId: 'boot-1',
      createdTime: Date.parse(CREATED),
      completedTime: undefined,
      outcome: 'Active',
      reason: '',
      message: '',
      failedTime: undefined,
      deleting: false,
    });
  });

  const ended = Date.parse('2026-11-22T08:10:00Z');
  it.each<readonly [string, object, Partial<JobFact>]>([
    ['active while it has no condition', {}, { outcome: 'Active' }],
    ['active while it is about to succeed', { conditions: [condition('SuccessCriteriaMet')] }, { outcome: 'Active' }],
    ['active although a condition is False', { conditions: [condition('Failed', 'X', 'False')] }, { outcome: 'Active' }],
    [
      'complete',
      {
        conditions: [condition('SuccessCriteriaMet'), condition('Complete')],
        completionTime: '2026-11-22T08:10:00Z',
        succeeded: 1,
      },
      { outcome: 'Complete', completedTime: ended },
    ],
    [
      'failing until its Pods have terminated',
      { conditions: [condition('FailureTarget', 'DeadlineExceeded')] },
      { outcome: 'Failing', reason: 'DeadlineExceeded', message: 'it is FailureTarget', failedTime: ended },
    ],
    [
      'failed once its Pods have terminated',
      { conditions: [condition('FailureTarget', 'DeadlineExceeded'), condition('Failed', 'DeadlineExceeded')] },
      { outcome: 'Failed', reason: 'DeadlineExceeded', message: 'it is Failed', failedTime: ended },
    ],
  ])('as %s', (_, status, expected) => {
    expect(projectJob(aKubeJob(status))).toMatchObject(expected);
  });
});

interface PodChanges {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}

/** A Pod as a real API server gives it. */
function aKubePod({ metadata, spec, status }: PodChanges = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'shop-1',
      namespace: 'shop',
      uid: 'pod-uid',
      creationTimestamp: CREATED,
      labels: { app: 'shop', 'pod-template-hash': '77', 'app.kubernetes.io/name': 'shop' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x' },
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-77', uid: 'rs', controller: true },
      ],
      ...metadata,
    },
    spec: { nodeName: 'node-1', volumes: [{ name: 'token', projected: {} }], ...spec },
    status: {
      phase: 'Running',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'True' },
      ],
      containerStatuses: [{ name: 'shop', state: { running: { startedAt: CREATED } } }],
      ...status,
    },
  };
}

const terminated = (exitCode: number, message = ''): object => ({
  state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message } },
});
const waiting = (reason: string, message = ''): object => ({ state: { waiting: { reason, message } } });

describe('A Pod is projected', () => {
  it('with the labels that drains read', () => {
    expect(projectPod(aKubePod(), new Set(['app', 'tier'])).labels).toEqual({ app: 'shop' });
  });

  it('with the end of its grace period when it is being deleted', () => {
    const metadata = { deletionTimestamp: '2026-11-22T08:00:30Z' };
    expect(projectPod(aKubePod({ metadata }))).toMatchObject({ deleting: true, endsBy: Date.parse('2026-11-22T08:00:30Z') });
  });

  it('with the labels that decisions read, and no others', () => {
    expect(projectPod(aKubePod())).toEqual({
      namespace: 'shop',
      name: 'shop-1',
      uid: 'pod-uid',
      node: 'node-1',
      labels: {},
      phase: 'Running',
      ready: true,
      deleting: false,
      endsBy: undefined,
      createdTime: Date.parse(CREATED),
      controllerKind: 'ReplicaSet',
      mirror: false,
      emptyDir: false,
      terminated: undefined,
      waiting: undefined,
    });
  });

  it.each<readonly [string, PodChanges, Partial<PodFact>]>([
    [
      'with the node that it is pinned to before it is scheduled',
      { metadata: { annotations: { 'baton.dev/node': 'node-7' } }, spec: { nodeName: undefined } },
      { node: 'node-7' },
    ],
    ['as terminating', { metadata: { deletionTimestamp: CREATED } }, { deleting: true }],
    [
      'without a controller',
      { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x' }] } },
      { controllerKind: undefined },
    ],
    ['as the mirror of a static Pod', { metadata: { annotations: { 'kubernetes.io/config.mirror': 'hash' } } }, { mirror: true }],
    ['with emptyDir data', { spec: { volumes: [{ name: 'cache', emptyDir: {} }] } }, { emptyDir: true }],
    ['as not ready', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, { ready: false }],
    ['in an unknown phase', { status: { phase: 'Sleeping' } }, { phase: 'Unknown' }],
  ])('%s', (_, changes, expected) => {
    expect(projectPod(aKubePod(changes))).toMatchObject(expected);
  });

  it.each<readonly [string, object, PodFact['terminated']]>([
    [
      'the one container',
      { containerStatuses: [terminated(3, 'disk full')] },
      { exitCode: 3, reason: 'Error', message: 'disk full' },
    ],
    [
      'the container that failed, among others',
      { containerStatuses: [terminated(0), terminated(137), terminated(0)] },
      { exitCode: 137, reason: 'Error', message: '' },
    ],
    [
      'the init container that failed',
      { initContainerStatuses: [terminated(1, 'no image')], containerStatuses: [waiting('PodInitializing')] },
      { exitCode: 1, reason: 'Error', message: 'no image' },
    ],
    ['the last one when none failed', { containerStatuses: [terminated(0)] }, { exitCode: 0, reason: 'Completed', message: '' }],
  ])('with the termination of %s', (_, status, expected) => {
    expect(projectPod(aKubePod({ status })).terminated).toEqual(expected);
  });

  const unscheduled = [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }];
  it.each<readonly [string, object, string | undefined]>([
    ['an image that cannot be pulled', { containerStatuses: [waiting('ErrImagePull', '503')] }, 'ErrImagePull: 503'],
    ['no node that fits', { containerStatuses: [], conditions: unscheduled }, 'not scheduled: 0/3 nodes are available'],
    ['nothing while it starts as usual', { containerStatuses: [waiting('ContainerCreating')] }, undefined],
  ])('as waiting for %s', (_, status, expected) => {
    expect(projectPod(aKubePod({ status })).waiting).toBe(expected);
  });
});
