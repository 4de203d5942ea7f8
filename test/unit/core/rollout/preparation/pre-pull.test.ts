import { describe, expect, it } from '@jest/globals';
import type { UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import type { NodeFact, PodFact } from '../../../../../src/core/facts.ts';
import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, aNode, anAgent, aPod, aQuarantined, aSnapshot, byName, done, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, at, hash, settledStatus, timeAt, type PlanChanges } from '../support/objects.ts';

const WAVE = 'aaaa1111-2-0';
const PRE_PULL = { batch: 2, revision: 'aaaa1111' };
const NOT_FOUND = 'ImagePullBackOff: Back-off pulling image "os:12.9": not found';
const isFailing = (name: string): Partial<PodFact> | undefined => (name === 'node-3' ? { waiting: NOT_FOUND } : undefined);

/** Nobody has looked at it yet, so it is closed. */
const GATE = {
  name: 'g',
  when: 'BeforeBatch',
  forSeconds: 0,
  timeoutSeconds: 10,
  http: { url: 'https://g.example', expectStatus: 200 },
} as const;

interface Changes {
  readonly spec?: PlanChanges;
  readonly meta?: Partial<UpgradePlan['metadata']>;
  readonly status?: UpgradePlan['status'];
  readonly nodes?: readonly NodeFact[];
  readonly snapshot?: Partial<PlanSnapshot>;
}

/** A rollout under way: the batch of node-1 is open, and node-2 and node-3 go in the next one. */
function underWay({ spec, meta, status, nodes = [aNode('node-2'), aNode('node-3')], snapshot }: Changes = {}): PlanSnapshot {
  const plan = aPlan({ prePull: 'NextBatch', batches: [{ size: 1 }, { size: '100%' }], ...spec }, meta);
  return aSnapshot({
    plan: status === undefined ? plan : { ...plan, status },
    batches: [aBatch(['node-1'], { spec: { planNodes: nodes.length + 1 } })],
    nodes: byName(inTurn('node-1'), ...nodes),
    lease: aLease('node-1'),
    agentPods: [anAgent('node-1')],
    ...snapshot,
  });
}

function pass(snapshot: PlanSnapshot, seconds = 30): Decision {
  return decide({ snapshot, now: at(seconds), settings: SETTINGS, hash });
}

type Create = Extract<Command, { kind: 'CreatePullPod' }>;
type Metadata = { readonly name: string; readonly labels: Record<string, string>; readonly annotations: Record<string, string> };

function created(decision: Decision): readonly Metadata[] {
  const creations = decision.commands.filter((command): command is Create => command.kind === 'CreatePullPod');
  return creations.map(({ pod }) => pod['metadata'] as Metadata);
}

const nodesOf = (pods: readonly Metadata[]): readonly string[] =>
  pods.map((pod) => pod.annotations['baton.dev/node'] ?? '').sort();
const removed = (decision: Decision): readonly string[] =>
  decision.commands.flatMap((command) => (command.kind === 'DeletePullPods' ? [command.wave] : []));

/** The Pods that a pass asks for, as they are some time later. */
function afterwards(snapshot: PlanSnapshot, changes: (node: string) => Partial<PodFact> | undefined): readonly PodFact[] {
  return created(pass(snapshot)).map(({ name, labels, annotations }) => {
    const node = annotations['baton.dev/node'] ?? '';
    return aPod(name, node, { labels, phase: 'Pending', createdTime: at(30), ...changes(node) });
  });
}

describe('The images of the next batch', () => {
  it('are pulled on its nodes while this batch runs, by Pods with stable names', () => {
    const decision = pass(underWay());
    expect(nodesOf(created(decision))).toEqual(['node-2', 'node-3']);
    expect(created(decision)[0]?.labels).toMatchObject({ 'baton.dev/pre-pull': WAVE, 'baton.dev/plan': 'os' });
    expect(decision.planStatus?.prePull).toEqual({ ...PRE_PULL, nodes: 2, done: 0 });
    const again = underWay({ snapshot: { pullPods: afterwards(underWay(), () => undefined) } });
    expect(created(pass(again))).toEqual([]);
    expect(pass(again).requeueAt).toBeLessThanOrEqual(at(30 + 600));
  });

  it.each<[string, PlanSnapshot]>([
    ['the plan says not to', underWay({ spec: { prePull: 'None' } })],
    ['the plan is paused', underWay({ spec: { paused: true } })],
    ['the plan is being deleted', underWay({ meta: { deletionTimestamp: timeAt(0) } })],
    [
      'every window is closed',
      underWay({ spec: { windows: [{ name: 'w', schedule: '0 0 1 1 *', durationSeconds: 60, timeZone: 'UTC' }] } }),
    ],
    ['a freeze lasts', underWay({ spec: { freezes: [{ name: 'f', from: timeAt(-9), to: timeAt(900), reason: 'r' }] } })],
    ['another plan has the group', underWay({ spec: { exclusiveGroup: 'g' } })],
    ['the spec is invalid', underWay({ snapshot: { validation: { kind: 'Refused', message: 'no' } } })],
    [
      'the rollout was aborted',
      underWay({ status: { ended: { reason: 'Aborted', revision: 'aaaa1111', message: 'm', time: timeAt(0) } } }),
    ],
    ['too many have failed', underWay({ snapshot: failedBatch() })],
    [
      'no batch has been created yet',
      underWay({ snapshot: { batches: [], nodes: byName(aNode('node-2')) }, spec: { gates: [GATE] } }),
    ],
    ['no batch is to come', underWay({ nodes: [] })],
  ])('are not pulled when %s, and Pods that pull are removed', (_, snapshot) => {
    const pullPods = [aPod('baton-pull-1', 'node-2', { labels: { 'baton.dev/pre-pull': WAVE } })];
    const decision = pass({ ...snapshot, pullPods });
    expect(created(decision)).toEqual([]);
    expect(removed(decision)).toEqual([WAVE]);
  });

  it('are pulled while a batch soaks', () => {
    const batches = [aBatch(['node-1'], { status: settledStatus([{ name: 'node-1', state: 'Succeeded' }]) })];
    const spec = { batches: [{ size: 1, soakSeconds: 600 }, { size: 2 }], notify: { sinks: [] } };
    const nodes = byName(done('node-1'), aNode('node-2'), aNode('node-3'));
    const decision = pass(underWay({ spec, snapshot: { batches, nodes, lease: undefined, agentPods: [] } }));
    expect(decision.planStatus?.reason).toBe('Soaking');
    expect(nodesOf(created(decision))).toEqual(['node-2', 'node-3']);
  });

  it.each<[string, NodeFact]>([
    ['is NotReady', aNode('node-3', { ready: false })],
    ['is quarantined', aQuarantined('node-3')],
    ['is in the turn of another plan', aNode('node-3', { claim: 'uid-of-another' })],
  ])('are not waited for on a node that %s', (_, node) => {
    const snapshot = underWay({ nodes: [aNode('node-2'), node] });
    expect(nodesOf(created(pass(snapshot)))).toEqual(['node-2']);
    expect(pass(snapshot).planStatus?.prePull).toMatchObject({ nodes: 2, done: 1 });
  });

  it('are pulled on fifty nodes at once, then on the next', () => {
    const nodes = Array.from({ length: 60 }, (_, i) => aNode(`node-${i + 2}`));
    expect(created(pass(underWay({ nodes })))).toHaveLength(50);
    const decision = pass(underWay({ nodes, status: { prePull: { ...PRE_PULL, nodes: 60, done: 50 } } }));
    expect(created(decision)).toHaveLength(10);
    expect(created(decision)[0]?.labels['baton.dev/pre-pull']).toBe('aaaa1111-2-50');
    expect(nodesOf(created(decision)).filter((node) => nodesOf(created(pass(underWay({ nodes })))).includes(node))).toEqual([]);
  });

  it('are there once the Pods cannot start, and the Pods are deleted', () => {
    const ended = { phase: 'Failed', terminated: { exitCode: 128, reason: 'StartError', message: '' } } as const;
    const pullPods = afterwards(underWay(), () => ended);
    expect(pass(underWay({ snapshot: { pullPods } })).planStatus?.prePull).toEqual({ ...PRE_PULL, nodes: 2, done: 2 });
    const status = { prePull: { ...PRE_PULL, nodes: 2, done: 2 } };
    const after = pass(underWay({ status, snapshot: { pullPods } }));
    expect(removed(after)).toEqual([WAVE]);
    expect(created(after)).toEqual([]);
    expect(after.planStatus?.prePull).toEqual(status.prePull);
    const revised = { prePull: { ...status.prePull, revision: 'bbbb2222' } };
    expect(created(pass(underWay({ status: revised })))).toHaveLength(2);
  });

  it('that cannot be pulled are retried for a while, reported once, and hold nothing', () => {
    const pullPods = afterwards(underWay(), isFailing);
    const failing = pass(underWay({ snapshot: { pullPods } }));
    const message = `cannot pull images on 1 node of batch 2 (node-3); node-3: ${NOT_FOUND}`;
    expect(failing.planStatus?.prePull).toEqual({ ...PRE_PULL, nodes: 2, done: 0, message });
    const told = failing.commands.filter((command) => command.kind === 'RecordWarnings');
    expect(told.map(({ event }) => event)).toMatchObject([{ reason: 'PrePullFailed', note: message, type: 'Warning' }]);
    const known = { prePull: { ...PRE_PULL, nodes: 2, done: 0, message } };
    const later = pass(underWay({ status: known, snapshot: { pullPods } }), 95);
    expect(later.commands.filter((command) => command.kind === 'RecordWarnings')).toEqual([]);
    // node-2 still pulls.
    expect(later.planStatus?.prePull).toMatchObject({ done: 1, message });
    expect(pass(underWay({ snapshot: { pullPods } }), 700).planStatus?.prePull).toMatchObject({ done: 2 });
  });

  it('whose Pod is rejected are reported as well, and not created again', () => {
    const [first] = created(pass(underWay()));
    const jobRefusals = new Map([[first?.name ?? '', 'exceeded quota']]);
    const decision = pass(underWay({ snapshot: { jobRejections: jobRefusals } }));
    expect(created(decision).map(({ name }) => name)).not.toContain(first?.name);
    expect(decision.planStatus?.prePull?.message).toContain('its Pod was rejected: exceeded quota');
    expect(decision.planStatus?.prePull?.done).toBe(1);
  });

  it('no longer have Pods before a deleted plan is released', () => {
    const gone = aSnapshot({
      plan: aPlan({}, { deletionTimestamp: timeAt(0) }),
      pullPods: [aPod('baton-pull-1', 'node-2', { labels: { 'baton.dev/pre-pull': WAVE } })],
    });
    expect(pass(gone).commands.map(({ kind }) => kind)).toEqual(['DeletePullPods']);
    expect(pass({ ...gone, pullPods: [] }).commands.map(({ kind }) => kind)).toEqual(['RemoveFinalizer']);
  });
});

function failedBatch(): Partial<PlanSnapshot> {
  const failed = { name: 'node-1', state: 'Failed', reason: 'JobFailed' } as const;
  return { batches: [aBatch(['node-1'], { status: settledStatus([failed]) })] };
}
