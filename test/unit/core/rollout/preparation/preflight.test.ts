import { describe, expect, it } from '@jest/globals';
import type { UpgradePlan, UpgradePlanSpec } from '../../../../../src/api/generated/upgradeplan.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PreflightFacts } from '../../../../../src/core/rollout/model/facts.ts';
import { needsPreflight } from '../../../../../src/core/rollout/preparation/preflight.ts';
import { aNode, aQuarantined, aSnapshot, byName, SETTINGS } from '../support/facts.ts';
import { aPlan, aProcess, at, aTurn, hash } from '../support/objects.ts';

interface Case {
  readonly nodes?: readonly NodeFact[];
  readonly plan?: Partial<UpgradePlanSpec>;
  readonly status?: UpgradePlan['status'];
  readonly facts?: PreflightFacts | undefined;
}

const NOTHING: PreflightFacts = { guarded: [], unread: undefined };

function decided({ nodes = [aNode('node-1'), aNode('node-2')], plan = {}, status = {}, ...rest }: Case): Decision {
  const facts = 'facts' in rest ? rest.facts : NOTHING;
  const snapshot = aSnapshot({ plan: { ...aPlan(plan), status }, nodes: byName(...nodes), preflight: facts });
  return decide({ snapshot, now: at(100), settings: SETTINGS, hash });
}

function warnings(input: Case): readonly string[] {
  return (decided(input).planStatus?.preflight?.warnings ?? []).map(({ reason, message }) => `${reason}: ${message}`);
}

const kinds = (decision: Decision): readonly string[] => decision.commands.map((command) => command.kind);

/** The plan's process with a template that chooses nodes itself. */
function choosing(podSpec: object, changes: object = {}): Partial<UpgradePlanSpec> {
  return { processes: [aProcess({ job: { template: { spec: { containers: [], ...podSpec } } }, ...changes })] };
}

const amd64 = { nodeSelector: { 'kubernetes.io/arch': 'amd64' } };
const arch = (name: string, value: string): NodeFact => aNode(name, { labels: { role: 'worker', 'kubernetes.io/arch': value } });

const guarded = (name: string, node: string, budget = 'web'): PreflightFacts['guarded'][number] => ({
  ...{ namespace: 'shop', name, node, labels: { app: budget }, budget },
});

describe('The pre-flight', () => {
  it('records that nothing was found, without an Event', () => {
    const decision = decided({});
    expect(decision.planStatus?.preflight).toEqual({ observedGeneration: aPlan().metadata.generation, warnings: [] });
    expect(kinds(decision)).not.toContain('RecordWarnings');
  });

  it.each<readonly [string, Case, string]>([
    [
      'nodes in the turn of another plan',
      { nodes: [aNode('node-1', { claim: 'uid-other', turn: { ...aTurn(), namespace: 'net', plan: 'cni' } }), aNode('node-2')] },
      'NodesClaimed: 1 of 2 nodes are in the turn of another plan and have to wait: node-1, node-1 by net/cni',
    ],
    [
      'all nodes in the turn of another plan',
      { nodes: [aNode('node-1', { claim: 'u' }), aNode('node-2', { claim: 'u' })] },
      'NodesClaimed: all 2 nodes are in the turn of another plan and have to wait: node-1, node-2',
    ],
    [
      'nodes that are down',
      {
        nodes: [
          aNode('node-1', { ready: false }),
          aNode('node-2', { unschedulable: true }),
          aQuarantined('node-3', { plan: 'bios' }),
        ],
      },
      'NodesDown: already down, and counted towards maxUnavailable: node-1 (NotReady), node-2 (cordoned), node-3 (quarantined by fleet/bios)',
    ],
    [
      'budgets that allow nothing',
      { facts: { ...NOTHING, guarded: [guarded('web-1', 'node-1'), guarded('web-2', 'node-2'), guarded('web-3', 'node-9')] } },
      'DisruptionNotAllowed: the PodDisruptionBudget shop/web allows no disruption now, and would hold up the drain of web-1 on node-1, web-2 on node-2',
    ],
    [
      'a template that excludes some nodes',
      { nodes: [arch('node-1', 'amd64'), arch('node-2', 'arm64')], plan: choosing(amd64) },
      "NodeDoesNotFit: the template of process 'os' does not fit on node-2 (node-2: its kubernetes.io/arch is arm64, and nodeSelector wants amd64); its Pod would stay Pending there until its deadline",
    ],
    [
      'objects that could not be read',
      { facts: { guarded: [], unread: 'budgets: forbidden' } },
      'ChecksIncomplete: budgets: forbidden',
    ],
  ])('warns of %s', (_what, input, warning) => {
    expect(warnings(input)).toEqual([warning]);
  });

  it.each<readonly [string, Case]>([
    [
      'a budget, if nothing is drained',
      { facts: { ...NOTHING, guarded: [guarded('web-1', 'node-1')] }, plan: choosing({}, { disruption: 'None' }) },
    ],
    [
      'a budget of Pods that the drain ignores',
      {
        facts: { ...NOTHING, guarded: [guarded('web-1', 'node-1')] },
        plan: { drain: { ...aPlan().spec.drain, ignore: { podSelector: { matchLabels: { app: 'web' } } } } },
      },
    ],
    [
      'a budget, if nodes are only cordoned',
      {
        facts: { ...NOTHING, guarded: [guarded('web-1', 'node-1')] },
        plan: { drain: { ...aPlan().spec.drain, mode: 'Cordon' } },
      },
    ],
    [
      'a node that the process does not select',
      {
        nodes: [arch('node-1', 'amd64'), arch('node-2', 'arm64')],
        plan: choosing(amd64, { nodeSelector: { matchLabels: { 'kubernetes.io/arch': 'amd64' } } }),
      },
    ],
  ])('does not warn of %s', (_what, input) => {
    expect(warnings(input)).toEqual([]);
  });

  it('warns and continues: the first batch is created in the same pass', () => {
    const decision = decided({ facts: { ...NOTHING, guarded: [guarded('web-1', 'node-1')] } });
    expect(kinds(decision)).toEqual(expect.arrayContaining(['RecordWarnings', 'CreateBatch']));
  });

  it('reports them in one Event about the plan, whose name stays the same', () => {
    const input = { nodes: [aNode('node-1', { ready: false })] };
    const [first, second] = [decided(input), decided(input)].map((decision) =>
      decision.commands.find((command) => command.kind === 'RecordWarnings'),
    );
    expect(first?.event).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      metadata: { namespace: 'fleet' },
      regarding: { kind: 'UpgradePlan', name: 'os', uid: 'uid-of-os' },
      type: 'Warning',
      reason: 'PreflightWarnings',
      note: 'NodesDown: already down, and counted towards maxUnavailable: node-1 (NotReady)',
    });
    expect(second?.event['metadata']).toEqual(first?.event['metadata']);
  });

  it('is made once for each generation: its warnings stay, whatever happens to the nodes', () => {
    const { generation } = aPlan().metadata;
    const known = { observedGeneration: generation, warnings: [{ reason: 'NodesDown', message: 'before' }] };
    const decision = decided({ status: { preflight: known }, nodes: [aNode('node-1', { ready: false })] });
    expect(decision.planStatus?.preflight).toEqual(known);
    expect(kinds(decision)).not.toContain('RecordWarnings');
    expect(needsPreflight({ ...aPlan(), status: { preflight: known } })).toBe(false);
    expect(needsPreflight({ ...aPlan(), status: { preflight: { ...known, observedGeneration: generation - 1 } } })).toBe(true);
    expect(needsPreflight(aPlan())).toBe(true);
  });

  it('fits into the status and into an Event, whatever was found', () => {
    const many = Array.from({ length: 30 }, (_, i) => guarded('p'.repeat(253), 'node-1', `budget-${i}`));
    const decision = decided({ facts: { ...NOTHING, guarded: many } });
    const found = decision.planStatus?.preflight?.warnings ?? [];
    expect(found).toHaveLength(10);
    expect(found[9]).toEqual({ reason: 'MoreWarnings', message: 'and 21 more warnings like these' });
    expect(Math.max(...found.map(({ message }) => Buffer.byteLength(message)))).toBeLessThanOrEqual(512);
    const told = decision.commands.find((command) => command.kind === 'RecordWarnings');
    expect(Buffer.byteLength(String(told?.event['note']))).toBeLessThanOrEqual(1024);
  });

  it('names some nodes and counts the rest', () => {
    const nodes = Array.from({ length: 12 }, (_, i) => aNode(`node-${i + 1}`, { ready: false }));
    expect(warnings({ nodes })[0]).toMatch(/node-1 \(NotReady\), .*, node-5 \(NotReady\) and 7 more$/);
  });
});

describe('A process that fits on none of its nodes', () => {
  const input: Case = { nodes: [arch('node-1', 'arm64'), arch('node-2', 'arm64')], plan: choosing(amd64) };

  it('is rejected before anything changes, with the reason', () => {
    const decision = decided(input);
    expect(decision.planStatus).toMatchObject({ summary: 'Invalid', reason: 'NoNodeFits' });
    expect(decision.planStatus?.conditions?.find(({ type }) => type === 'Accepted')).toMatchObject({
      status: 'False',
      reason: 'NoNodeFits',
      message:
        "spec.processes[0].job.template (process 'os') fits on none of its 2 nodes; node-1: its kubernetes.io/arch is arm64, and nodeSelector wants amd64",
    });
    expect(kinds(decision)).not.toContain('CreateBatch');
  });

  it('starts as soon as one node fits', () => {
    expect(kinds(decided({ ...input, nodes: [arch('node-1', 'arm64'), arch('node-2', 'amd64')] }))).toContain('CreateBatch');
  });

  it('is accepted if it has no nodes at all', () => {
    const none = choosing(amd64, { nodeSelector: { matchLabels: { role: 'nobody' } } });
    expect(kinds(decided({ ...input, plan: none }))).toContain('CreateBatch');
  });
});
