import { describe, expect, it } from '@jest/globals';
import type { NodeFact, PodFact } from '../../../../../src/core/facts.ts';
import type { Sink } from '../../../../../src/api/generated/upgradeplan.ts';
import { agentPodName, mountsHash } from '../../../../../src/core/rollout/manifests/agent-pod.ts';
import { advanceBaton } from '../../../../../src/core/rollout/agent/advance-baton.ts';
import type { LeaseFact } from '../../../../../src/core/rollout/model/facts.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { AGENT, alertedBy, HELD, inputOf, next, step, toldBy, WORKERS, type Case } from '../support/baton.ts';
import { aLease, anAgent, aNode, aQuarantined } from '../support/facts.ts';
import { aPlan, at, hash } from '../support/objects.ts';

describe('The first holder of a batch', () => {
  it.each<readonly [string, Case, string]>([
    ['is the node whose turn comes last', {}, 'node-3'],
    ['is not NotReady', { nodes: [...WORKERS.slice(0, 2), aNode('node-3', { ready: false })] }, 'node-2'],
    ['is not being removed', { nodes: [...WORKERS.slice(0, 2), aNode('node-3', { leaving: true })] }, 'node-2'],
    ['is not in quarantine', { nodes: [...WORKERS.slice(0, 2), aQuarantined('node-3')] }, 'node-2'],
    [
      'is one that the plan allows',
      { egress: true, nodes: [aNode('node-1', { labels: { role: 'worker', egress: 'yes' } }), ...WORKERS.slice(1)] },
      'node-1',
    ],
    ['is another than the one that told the last batch', { earlier: toldBy('node-3') }, 'node-2'],
    ['may have told only that something was wrong in the last batch', { earlier: alertedBy('node-3', 'node-2') }, 'node-3'],
    ['is of another batch rather than the one that told the last', { batch: ['node-3'], earlier: toldBy('node-3') }, 'node-1'],
    [
      'is the one that told the last batch when there is no other',
      { nodes: [aNode('node-3')], batch: ['node-3'], earlier: toldBy('node-3') },
      'node-3',
    ],
    ['is one that is done, rather than one that is not', { states: { 'node-1': 'Succeeded' } }, 'node-1'],
    ['is one outside the batch when nobody in it may', { batch: ['node-9'] }, 'node-1'],
  ])('%s', (_, input, expected) => {
    expect(next(input)).toBe(expected);
  });

  it('gets its Pod first and the baton then', () => {
    const name = agentPodName('uid-of-lease', 1, hash);
    const pod = anAgent('node-3', { name });
    expect(step({ agents: [pod] }).commands).toMatchObject([
      { kind: 'PassBaton', to: { node: 'node-3', pod: name, podUid: pod.uid, batch: 'os-aaaa-1', batchUid: 'uid-of-os-aaaa-1' } },
    ]);
  });

  it('is the one whose Pod a kill has left, where that one may still hold', () => {
    const pod = anAgent('node-1', { name: agentPodName('uid-of-lease', 1, hash) });
    expect(step({ agents: [pod] }).commands).toMatchObject([{ kind: 'PassBaton', to: { node: 'node-1' } }]);
  });

  it('is not one that told the last batch only because a kill has left its Pod', () => {
    const pod = anAgent('node-1', { name: agentPodName('uid-of-lease', 1, hash) });
    expect(step({ agents: [pod], earlier: toldBy('node-1') }).commands).toMatchObject([{ kind: 'DeleteAgentPod', atOnce: true }]);
  });

  it.each<readonly [string, Partial<PodFact>]>([
    ['is on a node that may hold no more', { node: 'node-9' }],
    ['is terminating', { deleting: true }],
  ])('does not wait for a Pod that %s: its name is needed', (_, changes) => {
    const pod = anAgent('node-3', { name: agentPodName('uid-of-lease', 1, hash), ...changes });
    expect(step({ agents: [pod] }).commands).toMatchObject([{ kind: 'DeleteAgentPod', atOnce: true, pod: { uid: pod.uid } }]);
  });

  it('takes over the receipts that nobody has copied', () => {
    const receipt = { sink: 'ops', id: 'uid/1', outcome: 'Delivered', time: '' } as const;
    const agents = [anAgent('node-3', { name: agentPodName('uid-of-lease', 1, hash) })];
    expect(step({ agents, input: { uncopied: [receipt] } }).commands).toMatchObject([{ kind: 'PassBaton', receipts: [receipt] }]);
  });

  it('cannot be had when no node may hold', () => {
    expect(step({ egress: true })).toMatchObject({ commands: [], problem: 'no node of the plan may hold the baton' });
  });
});

describe('A holder', () => {
  it('stays while it renews, and older agents are sent home', () => {
    const old = anAgent('node-4');
    const result = step({ lease: HELD, agents: [AGENT, old] });
    expect(result).toMatchObject({
      commands: [{ kind: 'DeleteAgentPod', atOnce: false, pod: { uid: old.uid } }],
      problem: undefined,
    });
    expect(result.requeueAt).toBe(at(107.5));
  });

  it.each<readonly [string, Partial<LeaseFact>, readonly PodFact[], readonly NodeFact[]]>([
    ['its Lease was not renewed in time', { unchangedMs: 15_001 }, [AGENT], WORKERS],
    ['its node is gone', {}, [AGENT], [...WORKERS.slice(0, 2)]],
    ['its Pod is gone', {}, [], WORKERS],
    ['its Pod is being deleted', {}, [anAgent('node-3', { deleting: true })], WORKERS],
    ['its Pod has failed', {}, [anAgent('node-3', { phase: 'Failed' })], WORKERS],
    [
      'its Pod does not start for a minute',
      { renewed: false, unchangedMs: 60_001 },
      [anAgent('node-3', { phase: 'Pending' })],
      WORKERS,
    ],
  ])('is lost when %s', (_, changes, agents, nodes) => {
    expect(next({ lease: aLease('node-3', changes), agents, nodes })).toBe('node-2');
  });

  const signed = { name: 'ops', webhook: { url: 'https://hooks.example', signingSecretRef: { name: 'ops', key: 'secret' } } };
  const madeFor = (...sinks: readonly Sink[]): PodFact => {
    const mounts = mountsHash(aPlan({ notify: { sinks } }), hash);
    return { ...AGENT, labels: { ...AGENT.labels, 'baton.dev/mounts': mounts } };
  };

  it('is replaced when the sinks need other Secrets than its Pod has, which it cannot get', () => {
    expect(step({ lease: HELD, agents: [madeFor(signed)] }).commands).toMatchObject([
      { kind: 'CreateAgentPod', why: expect.stringContaining('the sinks need other Secrets than its Pod has') },
    ]);
  });

  it.each<readonly [string, PodFact, Partial<PlanSnapshot>]>([
    ['the sinks need what its Pod has', madeFor({ name: 'chat', webhook: { url: 'https://chat.example' } }), {}],
    ['nobody knows what the shared sinks need', madeFor(signed), { sharedSinks: { kind: 'Unreadable', message: '' } }],
    ['its Pod is of an operator that did not say for what it was made', AGENT, {}],
  ])('is not replaced when %s', (_, pod, changes) => {
    const input = inputOf({ lease: HELD, agents: [pod] });
    expect(advanceBaton({ ...input, snapshot: { ...input.snapshot, ...changes } }).commands).toEqual([]);
  });

  it.each<readonly [string, Partial<LeaseFact>]>([
    ['its Lease is old but not too old', { unchangedMs: 15_000 }],
    ['its Pod has not started yet', { renewed: false, unchangedMs: 59_000 }],
  ])('is not lost while %s', (_, changes) => {
    expect(step({ lease: aLease('node-3', changes), agents: [AGENT] }).commands).toEqual([]);
  });

  it('that is lost is followed by one that is done in this batch', () => {
    expect(next({ lease: HELD, states: { 'node-1': 'Succeeded' } })).toBe('node-1');
  });

  it('that is lost gets a new Pod when nobody else may hold', () => {
    expect(next({ nodes: [aNode('node-3')], lease: HELD })).toBe('node-3');
  });

  it('that is lost with nobody to follow is a problem that is told', () => {
    expect(step({ nodes: [], lease: HELD }).problem).toBe('no node of the plan may hold the baton (node-3 is gone)');
  });

  it('is followed by one that failed but is in service, rather than by the one that told the last batch', () => {
    const nodes = [aNode('node-1'), aNode('node-2'), aNode('node-3', { ready: false })];
    const states = { 'node-1': 'Failed' } as const;
    expect(next({ nodes, states, lease: HELD, earlier: toldBy('node-2') })).toBe('node-1');
  });
});
