import { describe, expect, it } from '@jest/globals';
import type { UpgradePlanSpec } from '../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../src/core/rollout/decide.ts';
import { surveyFleet } from '../../../../src/core/rollout/fleet/fleet.ts';
import type { Decision } from '../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../src/core/rollout/model/snapshot.ts';
import { aNode, aSnapshot, byName, done, inTurn, SETTINGS } from './support/facts.ts';
import { aBatch, aDrain, aPlan, aProcess, at, hash, settledStatus } from './support/objects.ts';

const FIRST = aBatch(['node-1'], { spec: { planNodes: 4 }, status: settledStatus([{ name: 'node-1', state: 'Succeeded' }]) });
const SECOND = aBatch(['node-2', 'node-3'], { name: 'os-aaaa-2', spec: { index: 2, planNodes: 4 } });

/** In mid-run: node-1 is done, node-2 in its turn, node-3 waits, node-4 is in no batch yet. */
function midRun(spec: Partial<UpgradePlanSpec>, changes: Partial<PlanSnapshot> = {}): PlanSnapshot {
  return aSnapshot({
    plan: aPlan({ notify: { sinks: [] }, maxUnavailable: 1, ...spec }, { generation: 2 }),
    batches: [FIRST, SECOND],
    nodes: byName(done('node-1'), inTurn('node-2', 'os-aaaa-2'), aNode('node-3'), aNode('node-4')),
    ...changes,
  });
}

function pass(snapshot: PlanSnapshot): Decision {
  return decide({ snapshot, now: at(100), settings: SETTINGS, hash });
}

function jobs(decision: Decision): readonly string[] {
  return decision.commands.flatMap((command) => (command.kind === 'CreateJob' ? [command.node] : []));
}

const CLOSED = { name: 'w', schedule: '0 0 1 1 *', durationSeconds: 60, timeZone: 'UTC' };
const EDITS: readonly (readonly [string, Partial<UpgradePlanSpec>])[] = [
  ['a pause', { paused: true }],
  ['a window that is closed', { windows: [CLOSED] }],
  ['a freeze', { freezes: [{ name: 'f', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }] }],
  ['a dependency that is not met', { dependsOn: [{ name: 'other', version: '1' }] }],
  ['an exclusive group', { exclusiveGroup: 'disruptive' }],
  ['other batches', { batches: [{ size: '100%' }] }],
  ['another failure budget', { failure: { maxFailed: 3, retriesPerNode: 0, failedNodes: 'Quarantine', then: 'Pause' } }],
  ['another way to drain', { drain: aDrain({ mode: 'None' }) }],
  ['another deadline', { processes: [aProcess({ deadlineSeconds: 9 })] }],
  ['no more new nodes', { newNodes: { policy: 'Ignore', collectSeconds: 0 } }],
  ['another selector, which the node does not match', { nodeSelector: { matchLabels: { role: 'storage' } } }],
];

describe('A plan that is edited in mid-run', () => {
  it.each(EDITS)('finishes what runs: %s', (_, spec) => {
    expect(jobs(pass(midRun(spec)))).toEqual(['node-2']);
  });

  it.each(EDITS)('does not run again what is done: %s', (_, spec) => {
    const { remaining } = surveyFleet(midRun(spec));
    expect(remaining.map(({ name }) => name)).not.toContain('node-1');
  });

  it('finishes what runs, and runs everything again for another version', () => {
    const moved = midRun({ version: '13' }, { revision: 'bbbb2222' });
    const decision = pass(moved);
    expect(jobs(decision)).toEqual(['node-2']);
    expect(decision.batchStatuses.get('os-aaaa-2')?.nodes?.map(({ state }) => state)).toEqual(['Upgrading', 'NotAttempted']);
    expect([...surveyFleet(moved).remaining].map(({ name }) => name).sort()).toEqual(['node-1', 'node-2', 'node-3', 'node-4']);
  });

  it('makes its next batch as the new spec says', () => {
    const settled = { ...SECOND, status: settledStatus(['node-2', 'node-3'].map((name) => ({ name, state: 'Succeeded' }))) };
    const nodes = byName(done('node-1'), done('node-2'), done('node-3'), aNode('node-4'));
    const snapshot = midRun({ drain: aDrain({ timeoutSeconds: 77 }) }, { batches: [FIRST, settled], nodes });
    const [command] = pass(snapshot).commands;
    expect(command).toMatchObject({ kind: 'CreateBatch' });
    expect(JSON.stringify(command)).toContain('"timeoutSeconds":77');
  });

  it('T12: a node that leaves the selector before its turn is skipped, and one that joins waits for a later batch', () => {
    const nodes = byName(
      done('node-1'),
      aNode('node-2', { labels: {} }),
      aNode('node-3'),
      aNode('node-9', { createdTime: at(50) }),
    );
    const decision = pass(midRun({}, { nodes }));
    expect(decision.batchStatuses.get('os-aaaa-2')?.nodes?.[0]).toMatchObject({ state: 'Skipped', reason: 'NoLongerSelected' });
    expect(decision.commands.flatMap((command) => (command.kind === 'OpenTurn' ? [command.node.name] : []))).toEqual(['node-3']);
  });

  it('T19: a limit that rounds down to nothing still allows one node, so that the plan ends', () => {
    const nodes = byName(done('node-1'), aNode('node-2'), aNode('node-3'));
    const decision = pass(midRun({ maxUnavailable: '1%' }, { nodes }));
    expect(decision.commands.filter(({ kind }) => kind === 'OpenTurn')).toHaveLength(1);
  });
});
