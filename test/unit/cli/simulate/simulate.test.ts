import { describe, expect, it } from '@jest/globals';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import { readOptions, simulateCommand, type SimulateOptions } from '../../../../src/cli/simulate/options.ts';
import { simulate, type SimulatePorts } from '../../../../src/cli/simulate/simulate.ts';
import type { SimulationSetup } from '../../../../src/cli/simulate/simulation-port.ts';
import { aBatch, aMessage, aPlan, AWAITS_APPROVAL, FakeSimulation, records, type FakeStep } from './fake-simulation.ts';

const FOUND = [{ where: 'plan.yaml, os', object: aPlan() as unknown as Readonly<Record<string, unknown>> }];
const succeeded = aPlan({ summary: 'Succeeded', reason: 'AllSucceeded', progress: '6/6', counts: { running: 0 } });
const done = aBatch(1, records('Succeeded', 'node-1'), {
  startTime: '2026-01-05T08:00:10Z',
  settledTime: '2026-01-05T08:06:30Z',
});

const GOOD: readonly FakeStep[] = [
  { afterSeconds: 10, event: { kind: 'batch', batch: 'os-7f3c-1', text: 'begins with 1 node: node-1' }, hostsDown: 1 },
  { afterSeconds: 390, event: { kind: 'node', node: 'node-1', text: 'is upgraded, after 6 min' }, batches: [done], hostsDown: 0 },
  { afterSeconds: 395, message: aMessage('os-7f3c-1') },
  { afterSeconds: 400, plans: [succeeded] },
];

function optionsOf(...args: readonly string[]): SimulateOptions {
  const read = readOptions(simulateCommand().parse(['-f', 'plan.yaml', ...args], { from: 'user' }));
  if (read.kind === 'Rejected') throw new Error(read.problems.join('\n'));
  return read.options;
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly problems: string;
  readonly simulation: FakeSimulation;
  readonly setup: SimulationSetup | undefined;
}

async function run(
  script: readonly FakeStep[],
  args: readonly string[] = [],
  {
    ports = {},
    plans = [aPlan()],
    answer,
  }: {
    ports?: Partial<SimulatePorts>;
    plans?: readonly UpgradePlan[];
    answer?: ConstructorParameters<typeof FakeSimulation>[1];
  } = {},
): Promise<Outcome> {
  const simulation = new FakeSimulation(script, { plans, ...answer });
  let out = '';
  let problems = '';
  let setup: SimulationSetup | undefined;
  const code = await simulate(
    { options: optionsOf(...args), found: FOUND, fleet: undefined },
    {
      createSimulation: (wanted) => {
        if (wanted.nodes.length === 0) return new FakeSimulation([], { plans, ...answer });
        setup = wanted;
        return simulation;
      },
      output: { write: (text) => void (out += text) },
      problems: { write: (text) => void (problems += text) },
      size: () => ({ columns: 80, rows: 24 }),
      live: false,
      monotonic: () => 0,
      sleep: () => Promise.resolve(),
      userAgent: 'baton/0.1.0',
      ...ports,
    },
  );
  return { code, out, problems, simulation, setup };
}

describe('baton simulate', () => {
  it('prints the timeline, each message and a summary as plain lines', async () => {
    const { code, out } = await run(GOOD);
    expect(code).toBe(0);
    expect(out).toBe(`\
Made up: 60 Nodes in 3 zones, with the labels that the plans select.
--- Monday, 5 January 2026, UTC ---
08:00:10 batch     os-7f3c-1 begins with 1 node: node-1
08:06:30 node      node-1 is upgraded, after 6 min
08:06:35 message   to ops from node-1: os-7f3c-1
         │ ✅ os 12.9 · os-7f3c-1 · no action
         │ 1/1 upgraded in 6 min

Result    every plan succeeds
Plan      fleet/os 12.9: 6/6 nodes in 1 batch, in 6 min 20 s; maxUnavailable 1
Down      at most 1 host at once
Messages  1 to ops
Requests  1,234 to the API server, 206 per node: patch 1,000, get 234
          by operator 1,200, agent 34
Time      7 min 40 s (virtual), 2026-01-05T08:00:00Z to 2026-01-05T08:07:40Z
Seed      1; the same seed and options give the same result
`);
  });

  it('prints the same bytes for the same seed, and one JSON document on request', async () => {
    const [first, second] = [await run(GOOD, ['-o', 'json']), await run(GOOD, ['-o', 'json'])];
    expect(first.out).toBe(second.out);
    expect(JSON.parse(first.out)).toMatchObject({
      result: 'Succeeded',
      exitCode: 0,
      seed: 1,
      events: [{ time: '2026-01-05T08:00:10.000000Z' }, { node: 'node-1' }],
      messages: [{ sink: 'ops', senderNode: 'node-1' }],
      batches: [{ name: 'os-7f3c-1', nodes: [{ name: 'node-1', state: 'Succeeded' }] }],
    });
  });

  it('says where a plan stops and why, with exit code 1', async () => {
    const record = { name: 'node-1', state: 'Failed', reason: 'JobFailed', message: 'exit code 1', quarantined: true } as const;
    const message = '1 node failed, and the plan allows 0';
    const conditions = [{ type: 'Stalled', status: 'True', reason: 'BudgetExceeded', message, lastTransitionTime: '' }] as const;
    const paused = aPlan({ summary: 'Paused', reason: 'BudgetExceeded', progress: '0/6', conditions });
    const { code, out } = await run([{ afterSeconds: 60, plans: [paused], batches: [aBatch(1, [record])] }]);
    expect(code).toBe(1);
    expect(out).toContain(`\
Result    the rollout would stop; fleet/os is Paused (BudgetExceeded)
Plan      fleet/os 12.9: 0/6 nodes in 1 batch, no node had its turn;
          maxUnavailable 1
          1 node failed, and the plan allows 0
Failed    node-1 (os-7f3c-1): JobFailed: exit code 1; quarantined
`);
  });

  const waiting: FakeStep = { afterSeconds: 60, plans: [aPlan(AWAITS_APPROVAL)], batches: [done] };
  const afterApproval: FakeStep = { afterSeconds: 60, onAction: true, plans: [succeeded] };

  it('approves what waits for an approval, once and after the time that the user wants', async () => {
    const { code, simulation } = await run([waiting, afterApproval], ['--approve', 'after', '30m']);
    expect(code).toBe(0);
    expect(simulation.applied.filter(({ kind }) => kind === 'UpgradeAction')).toEqual([
      {
        apiVersion: 'baton.dev/v1alpha1',
        kind: 'UpgradeAction',
        metadata: { name: 'approve-os-7f3c-1-step', namespace: 'fleet' },
        spec: { plan: 'os', action: 'Approve', batch: 'os-7f3c-1', reason: 'approved by the simulation' },
      },
    ]);
    expect((simulation.now() - simulation.start) / 60_000).toBe(32);
  });

  it('stops at an approval that nobody gives', async () => {
    const { code, out } = await run([waiting, afterApproval], ['--approve', 'never']);
    expect(code).toBe(1);
    expect(out).toContain('fleet/os is Paused (ApprovalRequired)');
  });

  it('ends at the limit of virtual time', async () => {
    const closed = aPlan({ summary: 'Waiting', reason: 'WindowClosed', progress: '0/6' });
    const { code, out } = await run([{ afterSeconds: 60, plans: [closed] }], ['--limit', '2d']);
    expect(code).toBe(1);
    expect(out).toContain(
      'Result    the rollout does not end within the limit (--limit); fleet/os is\n          Waiting (WindowClosed)\n',
    );
    expect(out).toContain('2 d (virtual)');
  });

  it('ends when nothing has changed for a day', async () => {
    const closed = aPlan({ summary: 'Waiting', reason: 'GateClosed', progress: '0/6' });
    const { out } = await run([{ afterSeconds: 60, plans: [closed] }]);
    expect(out).toContain('Result    the rollout would stop; fleet/os is Waiting (GateClosed)');
  });

  it('rejects what the API server rejects, in its words, with exit code 2', async () => {
    const message = 'UpgradePlan.baton.dev "os" is invalid: spec.batches: Required value';
    const answer = { answer: () => ({ ok: false, code: 422, message }) };
    const { code, out, problems, setup } = await run(GOOD, [], { answer });
    expect([code, out, setup]).toEqual([2, '', undefined]);
    expect(problems).toBe(`plan.yaml, os: ${message}\nNothing was simulated.\n`);
  });

  it('rejects files without a plan, and names that no plan has', async () => {
    const { problems } = await run(GOOD, [], { plans: [] });
    expect(problems).toBe('The files contain no UpgradePlan: pass one with -f.\nNothing was simulated.\n');
    const unknown = await run(GOOD, ['--duration', 'oss=1m', '--gate', 'pages=closed@1h']);
    expect(unknown.code).toBe(2);
    expect(unknown.problems).toBe(
      '--duration oss: no plan has a process of this name; there is os.\n--gate pages: no plan has a gate of this name.\nNothing was simulated.\n',
    );
  });

  it('passes the warnings of the API server on', async () => {
    const answer = { answer: () => ({ warnings: ['unknown field "spec.bathces"'] }) };
    const { code, problems } = await run(GOOD, [], { answer });
    expect([code, problems]).toEqual([0, 'Warning: plan.yaml, os: unknown field "spec.bathces"\n']);
  });

  it('shows messages as a sink of another kind would send them', async () => {
    const { out } = await run(GOOD, ['--messages', 'sent']);
    expect(out).toContain('         │ application/json\n         │ {"kind":"BatchSettled"');
    expect((await run(GOOD, ['--messages', 'none'])).out).not.toContain('│');
  });

  it('keeps pace with real time', async () => {
    let real = 0;
    const sleep = (ms: number): Promise<void> => Promise.resolve(void (real += ms));
    const { simulation } = await run(GOOD, ['--speed', '60'], { ports: { sleep, monotonic: () => real } });
    expect(real).toBeCloseTo((simulation.now() - simulation.start) / 60, 3);
  });

  it('draws bars below the timeline on a terminal, and removes them at the end', async () => {
    let now = 0;
    const { out } = await run(GOOD, [], { ports: { live: true, monotonic: () => (now += 200) } });
    expect(out).toContain('hosts down · Ctrl-C stops\n\u001b[');
    const afterLastView = out.slice(out.lastIndexOf('\u001b[0J') + '\u001b[0J'.length);
    expect(afterLastView).toMatch(/^(?:08:|\nResult)/);
  });
});
