import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { applyCrds } from '../../support/crds.ts';
import type { CommandResult } from '../../cluster/run-command.ts';
import { action, firstProcess, MINIMAL, plan, set, type Tree } from './objects.ts';
import { RIGHT } from './right-objects.ts';
import { WRONG_ROLLBACKS } from './rollbacks.ts';
import { WRONG } from './wrong-objects.ts';

// Programs are started, and the machine may be busy.
jest.setTimeout(60_000);

let cluster: Cluster;
/** What the API server said to each wrong object; printed in the end, for people to judge the words. */
const answers: (readonly [string, string])[] = [];

beforeAll(async () => {
  cluster = await startCluster({ name: 'crds', controlPlaneOnly: true });
  await applyCrds(cluster);
  await succeeds(['create', 'namespace', 'fleet']);
}, 60_000);

afterAll(async () => {
  await cluster.stop();
  const width = Math.max(...answers.map(([what]) => what.length));
  process.stdout.write(`\n${answers.map(([what, answer]) => `${what.padEnd(width)}  ${answer}`).join('\n')}\n`);
});

async function succeeds(args: readonly string[], input?: string): Promise<string> {
  const result = await cluster.kubectl(args, input === undefined ? {} : { input });
  if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

function apply(object: unknown): Promise<CommandResult> {
  return cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
}

describe('the minimal plan', () => {
  it('applies as it is written, and applying it again makes no new generation', async () => {
    expect(await succeeds(['apply', '-f', '-'], MINIMAL)).toContain('upgradeplan.baton.dev/os created');
    await succeeds(['apply', '-f', '-'], MINIMAL);
    expect(await succeeds(['get', 'uplan', 'os', '-n', 'fleet', '-o', 'jsonpath={.metadata.generation}'])).toBe('1');
    expect((await cluster.kubectl(['diff', '-f', '-'], { input: MINIMAL })).stdout).toBe('');
  });

  it('gets the careful defaults, and nothing that was written is lost', async () => {
    const stored = parse(await succeeds(['get', 'uplan', 'os', '-n', 'fleet', '-o', 'yaml'])) as { spec: Tree };
    const written = parse(MINIMAL) as { spec: Tree };
    expect(stored.spec).toMatchObject(written.spec);
    expect(stored.spec).toMatchObject({
      paused: false,
      maxUnavailable: 1,
      failure: { maxFailed: 0 },
      drain: { mode: 'Auto', emptyDirData: 'Keep', unmanagedPods: 'Keep' },
      processes: [{ disruption: 'Drain', report: 'None', timing: { deadlineSeconds: 3600 } }],
    });
  });
});

it.each([...WRONG, ...WRONG_ROLLBACKS])('%s is refused with a message that says what to do', async (what, object, message) => {
  const { code, stderr } = await apply(object);
  answers.push([what, stderr.trim().replaceAll(/\s+/g, ' ')]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});

describe('what may be said', () => {
  it.each(RIGHT)('%s', async (what, object) => {
    // An act never changes: each needs a name of its own.
    const own = object['kind'] === 'UpgradeAction' ? { metadata: { name: what.replaceAll(' ', '-'), namespace: 'fleet' } } : {};
    expect(await apply({ ...object, ...own })).toMatchObject({ code: 0 });
  });

  it('keeps every field of a template, known to this API server or not', async () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: { hostPID: true, containers: [], fieldOfTomorrow: { x: [1] } } };
    await apply(plan('template', (spec) => Object.assign(firstProcess(spec), { job: { template } })));
    const stored = await succeeds([
      'get',
      'uplan',
      'template',
      '-n',
      'fleet',
      '-o',
      'jsonpath={.spec.processes[0].job.template}',
    ]);
    expect(JSON.parse(stored)).toEqual(template);
  });
});

it('A spec of an action does not change', async () => {
  await apply({ ...action({ plan: 'os', action: 'Release', nodes: ['a'] }), metadata: { name: 'fixed', namespace: 'fleet' } });
  const { stderr } = await apply({
    ...action({ plan: 'os', action: 'Release', nodes: ['b'] }),
    metadata: { name: 'fixed', namespace: 'fleet' },
  });
  expect(stderr).toContain('`spec` may not change: create another UpgradeAction');
});

describe('kubectl get shows', () => {
  const shown = { namespace: 'fleet' };

  it('a plan in one line', async () => {
    await apply({ ...plan('kernel', set({ version: '6.12.31' })) });
    const status = { progress: '137/400', counts: { failed: 2 }, batch: 'kernel-7f3c-4', agent: 'node-217', summary: 'Running' };
    await patchStatus('uplan', 'kernel', { ...status, reason: 'BatchRunning' });
    expect(await rows('uplan', 'kernel')).toEqual([
      'NAME VERSION PROGRESS FAILED BATCH AGENT STATUS REASON AGE',
      expect.stringMatching(/^kernel 6\.12\.31 137\/400 2 kernel-7f3c-4 node-217 Running BatchRunning \d+s$/),
    ]);
  });

  it('a batch in one line; of a rollback how many nodes are back', async () => {
    const template = { spec: { containers: [] } };
    const spec = {
      ...{ plan: 'kernel', planUid: 'u', revision: 'r', version: '1', index: 1, step: 0, planNodes: 1 },
      nodes: [{ name: 'node-1', uid: 'u', processes: ['os'] }],
      processes: [{ name: 'os', disruption: 'None', report: 'None', deadlineSeconds: 1, template }],
    };
    await apply({ apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradeBatch', metadata: { ...shown, name: 'kernel-7f3c-4' }, spec });
    const notified = {
      type: 'Notified',
      status: 'False',
      reason: 'NotSettled',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const summary = { nodes: 100, succeeded: 18, failed: 0, overdue: 1 };
    await patchStatus('ubatch', 'kernel-7f3c-4', { summary, agent: 'node-217', conditions: [notified] });
    expect(await rows('ubatch', 'kernel-7f3c-4')).toEqual([
      'NAME NODES SUCCEEDED FAILED OVERDUE AGENT NOTIFIED AGE',
      expect.stringMatching(/^kernel-7f3c-4 100 18 0 1 node-217 False \d+s$/),
    ]);
    await patchStatus('ubatch', 'kernel-7f3c-4', { summary: { ...summary, succeeded: 0, rolledBack: 97 } });
    expect((await rows('ubatch', 'kernel-7f3c-4'))[1]).toMatch(/^kernel-7f3c-4 100 97 0 1 /);
  });

  it('an action in one line', async () => {
    const spec = { plan: 'kernel', action: 'Release', nodes: ['node-1'], requestedBy: 'anna' };
    await apply({ ...action(spec), metadata: { ...shown, name: 'released' } });
    const applied = { type: 'Applied', status: 'True', reason: 'Done', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
    await patchStatus('uact', 'released', { conditions: [applied] });
    expect(await rows('uact', 'released')).toEqual([
      'NAME PLAN ACTION BY APPLIED REASON AGE',
      expect.stringMatching(/^released kernel Release anna True Done \d+s$/),
    ]);
  });

  async function patchStatus(kind: string, name: string, status: object): Promise<void> {
    await succeeds([
      'patch',
      kind,
      name,
      '-n',
      'fleet',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ]);
  }

  async function rows(kind: string, name: string): Promise<readonly string[]> {
    const output = await succeeds(['get', kind, name, '-n', 'fleet']);
    return output
      .trim()
      .split('\n')
      .map((row) => row.trim().split(/\s+/).join(' '));
  }
});
