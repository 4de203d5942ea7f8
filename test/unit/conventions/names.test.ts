import { describe, expect, it } from '@jest/globals';
import { ANNOTATIONS, COMPONENTS, DONE_MARK_PREFIX, FINALIZERS, LABELS, TAINTS } from '../../../src/api/names.ts';
import { readLease } from '../../../src/core/baton/lease.ts';
import { groupLeaseName } from '../../../src/core/rollout/batch/exclusive-group.ts';
import { agentPodName, leaseName } from '../../../src/core/rollout/manifests/agent-pod.ts';
import { jobName } from '../../../src/core/rollout/manifests/job.ts';
import { doneMarkOf } from '../../../src/operator/plan-key.ts';
import { projectNode } from '../../../src/operator/watch/project.ts';
import { hash } from '../core/rollout/support/objects.ts';

/**
 * An upgraded Baton finds what an earlier one left in the cluster by these names. When a test here fails, correct the code: with another
 * name, nodes stay cordoned, Jobs run twice and finished fleets run again. A new name gets a line here.
 */
describe('The names in the cluster', () => {
  it('of finalizers, taints and done-marks do not change', () => {
    expect(FINALIZERS).toEqual({ plan: 'baton.dev/release-nodes', batch: 'baton.dev/outbox' });
    expect(TAINTS).toEqual({ failed: 'baton.dev/failed', outdated: 'baton.dev/outdated' });
    expect(DONE_MARK_PREFIX).toBe('done.baton.dev/');
  });

  it('of labels and their values do not change', () => {
    expect(LABELS).toEqual({
      claim: 'baton.dev/claim',
      outdated: 'baton.dev/outdated',
      plan: 'baton.dev/plan',
      planUid: 'baton.dev/plan-uid',
      batch: 'baton.dev/batch',
      batchUid: 'baton.dev/batch-uid',
      nodeUid: 'baton.dev/node-uid',
      process: 'baton.dev/process',
      attempt: 'baton.dev/attempt',
      group: 'baton.dev/exclusive-group',
      leaseUid: 'baton.dev/lease-uid',
      mounts: 'baton.dev/mounts',
      prePull: 'baton.dev/pre-pull',
      gate: 'baton.dev/gate',
      gateRole: 'baton.dev/aggregate-to-gates',
      component: 'app.kubernetes.io/component',
      managedBy: 'app.kubernetes.io/managed-by',
    });
    expect(COMPONENTS).toEqual({
      agent: 'agent',
      reporter: 'reporter',
      operator: 'operator',
      upgrade: 'upgrade',
      gate: 'gate',
      prePull: 'pre-pull',
      group: 'exclusive-group',
      notifyTest: 'notify-test',
    });
  });

  it('of annotations do not change', () => {
    expect(ANNOTATIONS).toEqual({
      turn: 'baton.dev/turn',
      quarantine: 'baton.dev/quarantine',
      node: 'baton.dev/node',
      bootId: 'baton.dev/boot-id',
      stopped: 'baton.dev/stopped',
      gateRun: 'baton.dev/gate-run',
      gateOpen: 'baton.dev/gate-open',
      batchUid: 'baton.dev/batch-uid',
      batch: 'baton.dev/batch',
      agentPod: 'baton.dev/agent-pod',
      agentPodUid: 'baton.dev/agent-pod-uid',
      receipts: 'baton.dev/receipts',
      progress: 'baton.dev/progress',
      task: 'baton.dev/task',
      fromVersion: 'baton.dev/from-version',
      toVersion: 'baton.dev/to-version',
      checkpoint: 'baton.dev/checkpoint',
      attempt: 'baton.dev/attempt',
      eventBootId: 'baton.dev/boot-id',
      sequence: 'baton.dev/sequence',
      karpenterDoNotDisrupt: 'karpenter.sh/do-not-disrupt',
      autoscalerScaleDownDisabled: 'cluster-autoscaler.kubernetes.io/scale-down-disabled',
    });
  });

  it('of Leases, Jobs and agent Pods, and of the done-mark of a plan, do not change', () => {
    expect({
      lease: leaseName('os'),
      groupLease: groupLeaseName('disruptive'),
      agentPod: agentPodName('lease-uid', 3, hash),
      job: jobName('batch-uid', 'node-uid', 'kernel', 2, hash),
      doneMark: doneMarkOf('fleet/os', hash),
    }).toEqual({
      lease: 'os-agent',
      groupLease: 'baton-group-disruptive',
      agentPod: 'baton-agent-d933aa9820270755-3',
      job: 'baton-c683d733fcd387b65c9f4838ac3587fe',
      doneMark: 'done.baton.dev/os-9021c132',
    });
  });
});

describe('What an earlier Baton wrote as JSON is read as it is', () => {
  const turn = {
    namespace: 'fleet',
    plan: 'os',
    batch: 'os-aaaa-1',
    batchUid: 'batch-uid',
    processes: ['firmware', 'kernel'],
    attempt: 2,
    openedTime: '2026-11-22T08:00:00Z',
    cordoned: true,
    retried: 'kernel',
    fromVersion: '12.8',
    checkpoints: { kernel: 'stage=2' },
    before: { unschedulable: false, bootId: 'boot-1', kept: [ANNOTATIONS.karpenterDoNotDisrupt] },
  };
  const quarantine = {
    namespace: 'fleet',
    plan: 'os',
    planUid: 'plan-uid',
    batch: 'os-aaaa-1',
    process: 'kernel',
    reason: 'JobFailed',
    message: 'exit code 1',
    since: '2026-11-22T08:00:00Z',
    unschedulableBefore: true,
  };
  const done = { revision: 'aaaa1111', version: '12.9', batch: 'os-aaaa-1', time: '2026-11-22T08:00:00Z' };

  it('on a Node', () => {
    const annotations = {
      'baton.dev/turn': JSON.stringify(turn),
      'baton.dev/quarantine': JSON.stringify(quarantine),
      'done.baton.dev/os-1': JSON.stringify(done),
    };
    const node = projectNode({ apiVersion: 'v1', kind: 'Node', metadata: { annotations } }, 'done.baton.dev/os-1');
    expect({ turn: node.turn, quarantine: node.quarantine, done: node.done }).toEqual({ turn, quarantine, done });
  });

  it('on a Lease', () => {
    const receipt = {
      ...{ sink: 'ops', id: 'batch-uid/1', outcome: 'Failed', reason: 'Rejected', message: 'HTTP 400', node: 'node-1' },
      ...{ attempts: 2, handle: '17.42', remark: { reason: 'Shortened', message: 'cut' }, time: '2026-11-22T08:00:00Z' },
    };
    const annotations = {
      'baton.dev/agent-pod-uid': 'pod-uid',
      'baton.dev/batch': 'os-aaaa-1',
      'baton.dev/receipts': JSON.stringify([receipt]),
    };
    const lease = readLease({ metadata: { annotations }, spec: { holderIdentity: 'node-1' } });
    expect(lease).toMatchObject({ holder: 'node-1', agentPodUid: 'pod-uid', batch: 'os-aaaa-1', receipts: [receipt] });
  });
});
