import { describe, expect, it } from '@jest/globals';
import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanSpec } from '../../../../../src/api/generated/upgradeplan.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { cutBatches } from '../../../../../src/core/rollout/batch/cut-batch.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, aNode, aQuarantined, aSnapshot, byName, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, at, hash, settledStatus } from '../support/objects.ts';

const ZONES: Partial<UpgradePlanSpec> = {
  oneDomainAtATime: { topologyKey: 'zone' },
  maxUnavailable: 9,
  failure: { maxFailed: 9, failedNodes: 'Quarantine', retriesPerNode: 0, then: 'Pause' },
  notify: { sinks: [] },
};

function zoned(zone: string | undefined, node: NodeFact): NodeFact {
  return { ...node, labels: { role: 'worker', ...(zone === undefined ? {} : { zone }) } };
}

function fleetOf(
  plan: Partial<UpgradePlanSpec>,
  nodes: readonly NodeFact[],
  batches: readonly UpgradeBatch[] = [],
): PlanSnapshot {
  return aSnapshot({ plan: aPlan({ ...ZONES, ...plan }), nodes: byName(...nodes), batches, lease: aLease() });
}

function cutsOf(plan: Partial<UpgradePlanSpec>, nodes: readonly NodeFact[]): readonly string[] {
  const snapshot = fleetOf(plan, nodes);
  return [...cutBatches(snapshot, surveyFleet(snapshot))].map(
    (cut) =>
      `${cut.domain ?? 'any'} ${cut.nodes
        .map(({ name }) => name)
        .sort()
        .join(',')}, step ${cut.step}, rest ${cut.rest}`,
  );
}

function pass(nodes: readonly NodeFact[], batch: UpgradeBatch): Decision {
  return decide({ snapshot: fleetOf({}, nodes, [batch]), now: at(100), settings: SETTINGS, hash });
}

const opened = ({ commands }: Decision): readonly string[] =>
  commands.flatMap((command) => (command.kind === 'OpenTurn' ? [command.node.name] : []));
const ready = ({ planStatus }: Decision): { reason: string; message: string } | undefined =>
  planStatus?.conditions?.find(({ type }) => type === 'Ready');

describe('The batches of a plan that goes one domain at a time', () => {
  const nodes = [
    zoned('b', aNode('b-1')),
    zoned(undefined, aNode('n-1')),
    zoned('a', aNode('a-1')),
    zoned('b', aNode('b-2')),
    zoned('a', aNode('a-2')),
  ];

  it('have nodes of one domain each, by name, those without the label last; a step continues in the next domain', () => {
    expect(cutsOf({ batches: [{ size: 3 }, { size: 5 }] }, nodes)).toEqual([
      'a a-1,a-2, step 0, rest 1',
      expect.stringMatching(/^b b-\d, step 0, rest 0$/),
      expect.stringMatching(/^b b-\d, step 1, rest 1$/),
      '(none) n-1, step 1, rest 0',
    ]);
  });

  it('may have nodes of several domains by default', () => {
    const { oneDomainAtATime: _none, ...spec } = ZONES;
    const snapshot = aSnapshot({ plan: aPlan({ ...spec, batches: [{ size: 5 }] }), nodes: byName(...nodes) });
    expect([...cutBatches(snapshot, surveyFleet(snapshot))]).toMatchObject([{ domain: undefined, rest: 0 }]);
  });
});

describe('A turn', () => {
  // The rule was switched on, or a label changed, after the batch was made.
  const batch = aBatch(['a-1', 'b-1', 'a-2']);
  const [a1, a2, b1] = [zoned('a', aNode('a-1')), zoned('a', aNode('a-2')), zoned('b', aNode('b-1'))];

  it('is opened for nodes of one domain in a pass', () => {
    expect(opened(pass([a1, b1, a2], batch))).toEqual(['a-1', 'a-2']);
  });

  it('is not opened while a node of another domain is in its turn', () => {
    const decision = pass([zoned('a', inTurn('a-1')), b1, a2], batch);
    expect(opened(decision)).toEqual(['a-2']);
  });

  it.each<readonly [string, NodeFact, string | undefined]>([
    [
      'is held while a node of another domain is quarantined, and names it',
      zoned('a', aQuarantined('a-9')),
      'a-9 is quarantined: create an UpgradeAction Release',
    ],
    ['is not held by the quarantine of another plan', zoned('a', aQuarantined('a-9', { planUid: 'other' })), undefined],
    ['is not held by a node that is down for another reason', zoned('a', aNode('a-9', { ready: false })), undefined],
    ['is not held by a node of its own domain', zoned('b', aQuarantined('b-9')), undefined],
    [
      'is held for the domain of nodes without the label as well',
      zoned(undefined, aQuarantined('n-9')),
      'n-9 is quarantined: create an UpgradeAction Release',
    ],
  ])('%s', (_, other, message) => {
    const decision = pass([b1, other], aBatch(['b-1']));
    expect(opened(decision)).toEqual(message === undefined ? ['b-1'] : []);
    if (message === undefined) return;
    expect(ready(decision)?.reason).toBe('OneDomainAtATime');
    expect(ready(decision)?.message).toBe(`b waits for ${other.labels['zone'] ?? '(none)'}: ${message}`);
  });
});

describe('The next batch', () => {
  const nodes = (first: NodeFact): NodeFact[] => [first, zoned('b', aNode('b-1'))];
  const failed = aBatch(['a-1'], { status: settledStatus([{ name: 'a-1', state: 'Failed' }]) });

  it.each<readonly [string, NodeFact, string | undefined]>([
    [
      'waits while a node of another domain is quarantined',
      zoned('a', aQuarantined('a-1')),
      'quarantined: create an UpgradeAction Release',
    ],
    [
      'waits while a node that failed there is NotReady',
      zoned('a', aNode('a-1', { ready: false })),
      'failed and is NotReady: repair it',
    ],
    ['is created once that node is Ready', zoned('a', aNode('a-1')), undefined],
  ])('%s', (_, first, message) => {
    const decision = pass(nodes(first), failed);
    const made = decision.commands.some(({ kind }) => kind === 'CreateBatch');
    expect(made).toBe(message === undefined);
    if (message !== undefined) expect(ready(decision)?.message).toContain(message);
  });
});
