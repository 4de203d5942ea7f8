import { describe, expect, it } from '@jest/globals';
import type { NodeFact, PodFact } from '../../../../../src/core/facts.ts';
import type { Sink } from '../../../../../src/api/generated/upgradeplan.ts';
import { agentPodName, mountsHash } from '../../../../../src/core/rollout/manifests/agent-pod.ts';
import { advanceBaton } from '../../../../../src/core/rollout/agent/advance-baton.ts';
import type { LeaseFact } from '../../../../../src/core/rollout/model/facts.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { AGENT, alertedBy, HELD, inputOf, next, advance, notifiedBy, WORKERS, type Case } from '../support/baton.ts';
import { aLease, anAgent, aNode, aQuarantined } from '../support/facts.ts';
import { aPlan, at, hash } from '../support/objects.ts';

describe('The first holder of a batch', () => {
  it.each<readonly [string, Case, string]>([
    ['is the node whose turn comes last', {}, 'node-3'],
    ['is not NotReady', { nodes: [...WORKERS.slice(0, 2), aNode('node-3', { ready: false })] }, 'node-2'],
    ['is not being removed', { nodes: [...WORKERS.slice(0, 2), aNode('node-3', { leaving: true })] }, 'node-2'],
    ['is not quarantined', { nodes: [...WORKERS.slice(0, 2), aQuarantined('node-3')] }, 'node-2'],
    [
      'is a node that the plan allows',
      { egress: true, nodes: [aNode('node-1', { labels: { role: 'worker', egress: 'yes' } }), ...WORKERS.slice(1)] },
      'node-1',
    ],
    ['is not the sender of the last batch', { earlier: notifiedBy('node-3') }, 'node-2'],
    ['may have sent only an alert of the last batch', { earlier: alertedBy('node-3', 'node-2') }, 'node-3'],
    ['is outside the batch rather than the last sender', { batch: ['node-3'], earlier: notifiedBy('node-3') }, 'node-1'],
    [
      'is the last sender if there is no other node',
      { nodes: [aNode('node-3')], batch: ['node-3'], earlier: notifiedBy('node-3') },
      'node-3',
    ],
    ['is preferably a node that is done', { states: { 'node-1': 'Succeeded' } }, 'node-1'],
    ['is outside the batch if no node in it can hold the baton', { batch: ['node-9'] }, 'node-1'],
  ])('%s', (_, input, expected) => {
    expect(next(input)).toBe(expected);
  });

  it('gets its Pod first and then the baton', () => {
    const name = agentPodName('uid-of-lease', 1, hash);
    const pod = anAgent('node-3', { name });
    expect(advance({ agents: [pod] }).commands).toMatchObject([
      { kind: 'PassBaton', to: { node: 'node-3', pod: name, podUid: pod.uid, batch: 'os-aaaa-1', batchUid: 'uid-of-os-aaaa-1' } },
    ]);
  });

  it('is the node whose Pod exists already, if it can still hold the baton', () => {
    const pod = anAgent('node-1', { name: agentPodName('uid-of-lease', 1, hash) });
    expect(advance({ agents: [pod] }).commands).toMatchObject([{ kind: 'PassBaton', to: { node: 'node-1' } }]);
  });

  it('is not the last sender only because its Pod exists already', () => {
    const pod = anAgent('node-1', { name: agentPodName('uid-of-lease', 1, hash) });
    expect(advance({ agents: [pod], earlier: notifiedBy('node-1') }).commands).toMatchObject([
      { kind: 'DeleteAgentPod', atOnce: true },
    ]);
  });

  it.each<readonly [string, Partial<PodFact>]>([
    ['is on a node that can no longer hold the baton', { node: 'node-9' }],
    ['is terminating', { deleting: true }],
  ])('does not wait for a Pod that %s: its name is needed', (_, changes) => {
    const pod = anAgent('node-3', { name: agentPodName('uid-of-lease', 1, hash), ...changes });
    expect(advance({ agents: [pod] }).commands).toMatchObject([{ kind: 'DeleteAgentPod', atOnce: true, pod: { uid: pod.uid } }]);
  });

  it('takes over the receipts that have not been copied', () => {
    const receipt = { sink: 'ops', id: 'uid/1', outcome: 'Delivered', time: '' } as const;
    const agents = [anAgent('node-3', { name: agentPodName('uid-of-lease', 1, hash) })];
    expect(advance({ agents, input: { uncopied: [receipt] } }).commands).toMatchObject([
      { kind: 'PassBaton', receipts: [receipt] },
    ]);
  });

  it('does not exist if no node can hold the baton', () => {
    expect(advance({ egress: true })).toMatchObject({ commands: [], problem: 'no node of the plan can hold the baton' });
  });
});

describe('A holder', () => {
  it('stays while it renews, and older agents are deleted', () => {
    const old = anAgent('node-4');
    const result = advance({ lease: HELD, agents: [AGENT, old] });
    expect(result).toMatchObject({
      commands: [{ kind: 'DeleteAgentPod', atOnce: false, pod: { uid: old.uid } }],
      problem: undefined,
    });
    expect(result.requeueAt).toBe(at(107.5));
  });

  it.each<{
    readonly title: string;
    readonly changes: Partial<LeaseFact>;
    readonly agents: readonly PodFact[];
    readonly nodes: readonly NodeFact[];
  }>([
    { title: 'its Lease was not renewed in time', changes: { unchangedMs: 15_001 }, agents: [AGENT], nodes: WORKERS },
    { title: 'its node no longer exists', changes: {}, agents: [AGENT], nodes: [...WORKERS.slice(0, 2)] },
    { title: 'its Pod no longer exists', changes: {}, agents: [], nodes: WORKERS },
    { title: 'its Pod is being deleted', changes: {}, agents: [anAgent('node-3', { deleting: true })], nodes: WORKERS },
    { title: 'its Pod has failed', changes: {}, agents: [anAgent('node-3', { phase: 'Failed' })], nodes: WORKERS },
    {
      title: 'its Pod does not start for a minute',
      changes: { renewed: false, unchangedMs: 60_001 },
      agents: [anAgent('node-3', { phase: 'Pending' })],
      nodes: WORKERS,
    },
  ])('is lost when $title', ({ changes, agents, nodes }) => {
    expect(next({ lease: aLease('node-3', changes), agents, nodes })).toBe('node-2');
  });

  const signed = { name: 'ops', webhook: { url: 'https://hooks.example', signingSecretRef: { name: 'ops', key: 'secret' } } };
  const madeFor = (...sinks: readonly Sink[]): PodFact => {
    const mounts = mountsHash(aPlan({ notify: { sinks } }), hash);
    return { ...AGENT, labels: { ...AGENT.labels, 'baton.dev/mounts': mounts } };
  };

  it('is replaced if the sinks need other Secrets than its Pod mounts', () => {
    expect(advance({ lease: HELD, agents: [madeFor(signed)] }).commands).toMatchObject([
      { kind: 'CreateAgentPod', why: expect.stringContaining('the sinks need other Secrets than its Pod has') },
    ]);
  });

  it.each<readonly [string, PodFact, Partial<PlanSnapshot>]>([
    ['the sinks need what its Pod has', madeFor({ name: 'chat', webhook: { url: 'https://chat.example' } }), {}],
    ['the shared sinks are unknown', madeFor(signed), { sharedSinks: { kind: 'Unreadable', message: '' } }],
    ['an older operator created its Pod, without the label for mounts', AGENT, {}],
  ])('is not replaced when %s', (_, pod, changes) => {
    const input = inputOf({ lease: HELD, agents: [pod] });
    expect(advanceBaton({ ...input, snapshot: { ...input.snapshot, ...changes } }).commands).toEqual([]);
  });

  it.each<readonly [string, Partial<LeaseFact>]>([
    ['its Lease is old but not too old', { unchangedMs: 15_000 }],
    ['its Pod has not started yet', { renewed: false, unchangedMs: 59_000 }],
  ])('is not lost while %s', (_, changes) => {
    expect(advance({ lease: aLease('node-3', changes), agents: [AGENT] }).commands).toEqual([]);
  });

  it('that is lost is followed by a node that is done in this batch', () => {
    expect(next({ lease: HELD, states: { 'node-1': 'Succeeded' } })).toBe('node-1');
  });

  it('that is lost gets a new Pod if no other node can hold the baton', () => {
    expect(next({ nodes: [aNode('node-3')], lease: HELD })).toBe('node-3');
  });

  it('that is lost without a successor is reported as a problem', () => {
    expect(advance({ nodes: [], lease: HELD }).problem).toBe('no node of the plan can hold the baton (node-3 no longer exists)');
  });

  it('is followed by a failed node that is in service rather than by the last sender', () => {
    const nodes = [aNode('node-1'), aNode('node-2'), aNode('node-3', { ready: false })];
    const states = { 'node-1': 'Failed' } as const;
    expect(next({ nodes, states, lease: HELD, earlier: notifiedBy('node-2') })).toBe('node-1');
  });
});
