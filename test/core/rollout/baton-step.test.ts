import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { NodeFact, PodFact } from '../../../src/core/facts.ts';
import { agentPodName } from '../../../src/core/rollout/agent-pod.ts';
import { canHandOver, stepBaton, type BatonInput, type BatonStep } from '../../../src/core/rollout/baton-step.ts';
import { surveyFleet } from '../../../src/core/rollout/fleet.ts';
import type { LeaseFact } from '../../../src/core/rollout/snapshot.ts';
import { aLease, anAgent, aNode, aQuarantined, aSnapshot, byName, inTurn, SETTINGS } from './support/facts.ts';
import { aBatch, aPlan, at, hash, outboxOf, settledStatus } from './support/objects.ts';

interface Case {
  readonly nodes?: readonly NodeFact[];
  /** Names of the batch's nodes; node-1 to node-3 unless said otherwise. */
  readonly batch?: readonly string[];
  readonly earlier?: UpgradeBatch;
  readonly states?: Readonly<Record<string, NodeRecord['state']>>;
  readonly lease?: LeaseFact;
  readonly agents?: readonly PodFact[];
  readonly egress?: boolean;
  readonly input?: Partial<BatonInput>;
}

const WORKERS = [aNode('node-1'), aNode('node-2'), aNode('node-3'), aNode('node-4')];

function inputOf({ nodes = WORKERS, batch: names = ['node-1', 'node-2', 'node-3'], states = {}, ...rest }: Case): BatonInput {
  const { earlier, lease = aLease(), agents = [], egress = false, input = {} } = rest;
  const index = earlier === undefined ? 1 : earlier.spec.index + 1;
  const batch = aBatch(names, { spec: { index } });
  const notify = egress ? { agent: { nodeSelector: { matchLabels: { egress: 'yes' } } } } : {};
  const snapshot = aSnapshot({
    plan: aPlan({ notify: { sinks: [{ name: 'ops', webhook: { url: 'https://hooks.example' } }], ...notify } }),
    batches: earlier === undefined ? [batch] : [earlier, batch],
    nodes: byName(...nodes),
    lease,
    agentPods: agents,
  });
  const records = new Map(names.map((name) => [name, { name, state: states[name] ?? 'Pending' }] as const));
  const common = { holderWaits: false, uncopied: [], now: at(100), settings: SETTINGS, hash };
  return { snapshot, fleet: surveyFleet(snapshot), lease, batch, records, ...common, ...input };
}

function step(input: Case): BatonStep {
  return stepBaton(inputOf(input));
}

/** Where the next agent is to be; undefined when none is made. */
function next(input: Case): string | undefined {
  const [command] = step(input).commands;
  if (command?.kind !== 'CreateAgentPod') return undefined;
  return /"values":\["(?<node>[^"]+)"\]/.exec(JSON.stringify(command.pod))?.groups?.['node'];
}

/** The batch before, told by a node. */
function toldBy(node: string): UpgradeBatch {
  return aBatch([node], {
    name: 'os-aaaa-0',
    spec: { index: 1 },
    status: settledStatus([], { notification: outboxOf('os-aaaa-0', node) }),
  });
}

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

const HELD = aLease('node-3');
const AGENT = anAgent('node-3');

describe('A holder', () => {
  it('stays while it renews, and older agents are sent home', () => {
    const old = anAgent('node-4');
    const result = step({ lease: HELD, agents: [AGENT, old] });
    expect(result).toMatchObject({
      commands: [{ kind: 'DeleteAgentPod', atOnce: false, pod: { uid: old.uid } }],
      problem: undefined,
    });
    expect(result.lookAt).toBe(at(107.5));
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

describe('A holder that is next itself', () => {
  const waits = { holderWaits: true };
  const held = { lease: HELD, agents: [AGENT], input: waits };
  it.each<readonly [string, Case, string | undefined]>([
    ['hands over to one that is done', { states: { 'node-1': 'Succeeded' } }, 'node-1'],
    [
      'waits for one that is in its turn',
      {
        nodes: [inTurn('node-1'), ...WORKERS.slice(1)],
        states: { 'node-2': 'Succeeded', 'node-1': 'Upgrading' },
        earlier: toldBy('node-2'),
      },
      undefined,
    ],
    ['waits rather than hand over to one that is not done', {}, undefined],
    [
      'hands over outside the batch rather than to the one that told the last',
      { states: { 'node-1': 'Failed', 'node-2': 'Succeeded' }, earlier: toldBy('node-2') },
      'node-4',
    ],
    [
      'hands over to the one that told the last when there is no other',
      { nodes: WORKERS.slice(1, 3), batch: ['node-2', 'node-3'], states: { 'node-2': 'Succeeded' }, earlier: toldBy('node-2') },
      'node-2',
    ],
  ])('%s', (_, input, expected) => {
    expect(next({ ...held, ...input })).toBe(expected);
  });

  it('keeps the baton while it waits', () => {
    expect(step(held)).toMatchObject({ commands: [], problem: undefined });
  });
});

describe('A batch of one', () => {
  const alone = { batch: ['node-3'], lease: aLease('node-3', { unchangedMs: 100_000 }) };
  const rebooting = inTurn('node-3', 'os-aaaa-1', { ready: false });
  it.each<readonly [string, Case, string | undefined]>([
    ['keeps its holder through its reboot', { nodes: [...WORKERS.slice(0, 2), rebooting], agents: [AGENT] }, undefined],
    ['keeps it although its Pod has ended', { nodes: [...WORKERS.slice(0, 2), rebooting] }, undefined],
    [
      'does not give it a new Pod while its host is shutting down',
      { nodes: [inTurn('node-3')], lease: aLease('node-3', { unchangedMs: 9000 }) },
      undefined,
    ],
    ['gives it a new Pod when it is back without one', { nodes: [...WORKERS.slice(0, 2), inTurn('node-3')] }, 'node-3'],
    [
      'gives the baton away after the deadline',
      { nodes: [...WORKERS.slice(0, 2), rebooting], input: { now: at(601) } },
      'node-1',
    ],
    ['gives the baton away when the node is gone', { nodes: WORKERS.slice(0, 2) }, 'node-1'],
  ])('%s', (_, input, expected) => {
    expect(next({ ...alone, ...input })).toBe(expected);
  });
});

describe('A holder can hand over', () => {
  it.each<readonly [string, Case, boolean]>([
    ['to one that is done', { states: { 'node-1': 'Succeeded', 'node-2': 'Failed' } }, true],
    [
      'to one that is in its turn',
      { nodes: [inTurn('node-1'), ...WORKERS.slice(1)], states: { 'node-1': 'Upgrading', 'node-2': 'Failed' } },
      true,
    ],
    ['to one that still waits', { states: { 'node-2': 'Skipped' } }, true],
    ['not when the others failed or were skipped', { states: { 'node-1': 'Failed', 'node-2': 'Skipped' } }, false],
    [
      'not when the one that is done may not hold',
      { nodes: [aNode('node-1', { ready: false }), ...WORKERS.slice(1)], states: { 'node-1': 'Succeeded', 'node-2': 'Failed' } },
      false,
    ],
    ['not in a batch of one', { batch: ['node-3'] }, false],
  ])('%s: %#', (_, input, expected) => {
    const { snapshot, batch, records } = inputOf(input);
    expect(canHandOver(snapshot, batch, records, 'node-3')).toBe(expected);
  });
});
