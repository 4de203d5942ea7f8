import { describe, expect, it } from '@jest/globals';
import type { DaemonSetFact, NodeFact, PodFact } from '../../../../../src/core/facts.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import { inOrder } from '../../../../../src/core/rollout/fleet/order.ts';
import { revisionOf } from '../../../../../src/core/rollout/fleet/revision.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aDaemonPod, aDaemonSet, aLease, anAgent, aNode, aSnapshot, byName, done, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, aProcess, at, hash } from '../support/objects.ts';

const CNI = { namespace: 'kube-system', name: 'cni' };
const { job: _job, ...process } = aProcess({ name: 'cni', disruption: 'None' });
const PLAN = aPlan({ processes: [{ ...process, daemonSet: CNI }] });
const OLD = aDaemonPod('node-1', 'old');
const NEW = aDaemonPod('node-1', 'new');

/** A pass over a plan that replaces the Pods of kube-system/cni. */
function pass(set: DaemonSetFact | undefined, changes: Partial<PlanSnapshot> = {}): Decision {
  const daemonSets = new Map(set === undefined ? [] : [['kube-system/cni', set] as const]);
  const lease = { lease: aLease('node-2'), agentPods: [anAgent('node-2')] };
  const snapshot = aSnapshot({ plan: PLAN, nodes: byName(aNode('node-1')), daemonSets, ...lease, ...changes });
  return decide({ snapshot, now: at(100), settings: SETTINGS, hash });
}

const kinds = ({ commands }: Decision): readonly string[] => commands.map(({ kind }) => kind);

describe('A DaemonSet that a plan names', () => {
  it('is accepted if it has updateStrategy OnDelete, and the next batch has the reference', () => {
    const batch = pass(aDaemonSet([OLD])).commands.find(({ kind }) => kind === 'CreateBatch');
    expect(batch).toMatchObject({ batch: { spec: { processes: [{ name: 'cni', daemonSet: CNI }] } } });
  });

  it.each<readonly [string, DaemonSetFact | undefined, object]>([
    [
      'does not exist',
      undefined,
      {
        status: 'False',
        reason: 'DaemonSetMissing',
        message: "spec.processes[0].daemonSet (process 'cni'): DaemonSet kube-system/cni does not exist",
      },
    ],
    ['is being deleted', aDaemonSet([OLD], { deleting: true }), { status: 'False', reason: 'DaemonSetMissing' }],
    [
      'rolls out by itself',
      aDaemonSet([OLD], { updateStrategy: 'RollingUpdate' }),
      {
        status: 'False',
        reason: 'DaemonSetNotOnDelete',
        message:
          "spec.processes[0].daemonSet (process 'cni'): DaemonSet kube-system/cni has updateStrategy RollingUpdate and rolls out by itself; a plan can only upgrade it node by node with updateStrategy OnDelete",
      },
    ],
    [
      'has a newest spec that its controller has not observed',
      aDaemonSet([NEW], { newest: undefined }),
      { status: 'Unknown', reason: 'ValidationPending' },
    ],
  ])('lets nothing start when it %s, neither a batch nor a turn', (_, set, accepted) => {
    const before = pass(set);
    expect(kinds(before)).not.toContain('CreateBatch');
    expect(before.planStatus?.conditions?.find(({ type }) => type === 'Accepted')).toMatchObject(accepted);
    const batch = aBatch(['node-1'], { spec: { processes: [{ ...BATCH_PROCESS }] } });
    expect(kinds(pass(set, { batches: [batch] }))).not.toContain('OpenTurn');
    expect(kinds(pass(aDaemonSet([OLD]), { batches: [batch] }))).toContain('OpenTurn');
  });

  it('may disappear once nothing is left to do, and the plan stays as it ended', () => {
    const revision = { revision: 'aaaa1111' };
    expect(pass(undefined, { ...revision, nodes: byName(done('node-1')) }).planStatus).toMatchObject({ summary: 'Succeeded' });
  });

  it('contributes only its reference to the revision', () => {
    const other = { ...PLAN, spec: { ...PLAN.spec, processes: [{ ...process, daemonSet: { ...CNI, name: 'csi' } }] } };
    expect(revisionOf(other, hash)).not.toBe(revisionOf(PLAN, hash));
  });
});

const BATCH_PROCESS = { name: 'os', disruption: 'None', report: 'None', deadlineSeconds: 600, daemonSet: CNI } as const;

describe('A node whose turn has come', () => {
  const processes = [BATCH_PROCESS];
  function recordOf(pods: readonly PodFact[], node: Partial<NodeFact> = {}, set: Partial<DaemonSetFact> = {}): unknown {
    const batches = [aBatch(['node-1'], { spec: { processes } })];
    const decision = pass(aDaemonSet(pods, set), { batches, nodes: byName(aNode('node-1', node)) });
    expect(kinds(decision)).not.toContain('OpenTurn');
    return decision.batchStatuses.get('os-aaaa-1')?.nodes?.[0];
  }

  it('is skipped before any claim when the Pod of the newest revision is Ready there', () => {
    expect(recordOf([NEW])).toMatchObject({
      state: 'Skipped',
      reason: 'AlreadyCurrent',
      message: 'DaemonSet kube-system/cni is Ready on the node at its newest revision',
    });
  });

  it.each<readonly [string, Partial<NodeFact>, Partial<DaemonSetFact>]>([
    ['its labels', {}, { podSpec: { nodeSelector: { cni: 'yes' } } }],
    ['a taint', { tainted: true }, {}],
  ])('is skipped when the DaemonSet has no Pod there because of %s', (_, node, set) => {
    expect(recordOf([], node, set)).toMatchObject({
      state: 'Skipped',
      reason: 'NothingToRun',
      message: 'DaemonSet kube-system/cni has no Pod on the node',
    });
  });

  it.each<readonly [string, readonly PodFact[]]>([
    ['the Pod is of an earlier revision', [OLD]],
    ['the Pod of the newest revision is not Ready', [{ ...NEW, ready: false }]],
    ['the Pod of the newest revision is ending', [{ ...NEW, deleting: true }]],
    ['the Pod that should be there is missing', []],
  ])('has its turn when %s', (_, pods) => {
    const batches = [aBatch(['node-1'], { spec: { processes } })];
    expect(kinds(pass(aDaemonSet(pods), { batches }))).toContain('OpenTurn');
  });

  it('goes after all others if nothing is to be replaced there', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((name) => aNode(name));
    const pods = nodes.map(({ name }) => aDaemonPod(name, name === 'c' ? 'old' : 'new'));
    const daemonSets = new Map([['kube-system/cni', aDaemonSet(pods)]]);
    expect(inOrder(aSnapshot({ plan: PLAN, daemonSets }), nodes)[0]?.name).toBe('c');
  });
});

describe('The pre-flight', () => {
  it('warns of nodes that have no Pod to replace', () => {
    const nodes = byName(aNode('node-1'), aNode('node-2', { tainted: true }));
    const { planStatus } = pass(aDaemonSet([OLD]), { nodes, preflight: { guarded: [], unread: undefined } });
    expect(planStatus?.preflight?.warnings).toEqual([
      {
        reason: 'NoDaemonSetPod',
        message: "DaemonSet kube-system/cni has no Pod on node-2, so that process 'cni' has nothing to replace there",
      },
    ]);
  });
});
