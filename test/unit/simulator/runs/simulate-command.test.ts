import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { createSimulation } from '../../../../src/cli/simulate/create-simulation.ts';
import { readOptions, simulateCommand } from '../../../../src/cli/simulate/options.ts';
import { simulate } from '../../../../src/cli/simulate/simulate.ts';

const PLAN = `
apiVersion: baton.dev/v1alpha1
kind: UpgradePlan
metadata: {name: os, namespace: fleet}
spec:
  version: "12.9"
  nodeSelector: {matchLabels: {role: worker}}
  maxUnavailable: 2
  batches: [{size: 1, approval: BeforeNext}, {size: 100%}]
  gates: [{name: pages, http: {url: "https://status.example/ready", expectStatus: 200, credential: status}}]
  processes:
    - name: os
      job: {template: {spec: {restartPolicy: Never, containers: [{name: up, image: "registry.example/os:1"}]}}}
  notify:
    sinks: [{name: ops, webhook: {url: "https://hooks.example/x", signingSecretRef: {name: hook, key: key}}}]
`;

async function run(
  yaml: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly problems: string }> {
  const read = readOptions(simulateCommand().parse(['-f', 'plan.yaml', '--nodes', '4', ...args], { from: 'user' }));
  if (read.kind === 'Rejected') throw new Error(read.problems.join('\n'));
  let [out, problems] = ['', ''];
  const found = parseAllDocuments(yaml).map((each) => ({
    where: 'plan.yaml, os',
    object: each.toJS() as Readonly<Record<string, unknown>>,
  }));
  const code = await simulate(
    { options: read.options, found, fleet: undefined },
    {
      createSimulation,
      output: { write: (text) => void (out += text) },
      problems: { write: (text) => void (problems += text) },
      size: () => ({ columns: 80, rows: 24 }),
      live: false,
      monotonic: () => 0,
      sleep: () => Promise.resolve(),
      userAgent: 'baton/0.1.0',
    },
  );
  return { code, out, problems };
}

const TIMEOUT_MS = 60_000;

describe('baton simulate on a simulated cluster', () => {
  it(
    'plays a plan to its end: approval, gate, messages, a Secret that is made up',
    async () => {
      const { code, out } = await run(PLAN, '--gate', 'pages=closed@0s+20m', '--duration', 'os=2m');
      expect(code).toBe(0);
      expect(out).toContain('Made up: Secret fleet/hook.');
      expect(out).toContain('The credentials of 1 gate of the plan os are not checked.');
      expect(out).toContain('os sees its gate pages closed');
      // It opens after 20 minutes, and is evaluated every 15 seconds.
      expect(out).toMatch(/08:20:\d\d batch +os-\w+-1 begins/);
      expect(out).toMatch(/os-\w+-1 is approved by kubectl/);
      expect(out).toMatch(/Plan +fleet\/os 12\.9: 4\/4 nodes in 2 batches/);
      expect(out).toContain('Down      at most 2 hosts at once\nMessages  2 to ops\n');
    },
    TIMEOUT_MS,
  );

  it(
    'prints the same bytes for the same seed, and others for another',
    async () => {
      const [one, again, other] = [
        await run(PLAN, '--seed', '7'),
        await run(PLAN, '--seed', '7'),
        await run(PLAN, '--seed', '8'),
      ];
      expect(again.out).toBe(one.out);
      expect(other.out.replace('Seed      8', 'Seed      7')).not.toBe(one.out);
    },
    TIMEOUT_MS,
  );

  it(
    'stops where too many nodes fail',
    async () => {
      const { code, out } = await run(PLAN, '--fail', '100%');
      expect(code).toBe(1);
      expect(out).toContain('fleet/os is Paused (BudgetExceeded)');
      expect(out).toMatch(/Failed +node-\d \(os-\w+-1\): JobFailed/);
    },
    TIMEOUT_MS,
  );

  it('rejects a wrong plan in the words of the API server', async () => {
    const { code, out, problems } = await run(PLAN.replace('batches: [', 'batchez: ['));
    expect([code, out]).toEqual([2, '']);
    expect(problems).toMatch(/^plan\.yaml, os: .*unknown field "spec\.batchez"/);
    const missing = await run(PLAN.replace(/ {2}batches: .*\n/, ''));
    expect(missing.problems).toMatch(
      /^plan\.yaml, os: UpgradePlan\.baton\.dev "os" is invalid: \[spec\.batches: Required value, /,
    );
    expect(missing.problems).toMatch(/\nNothing was simulated\.\n$/);
  });
});
