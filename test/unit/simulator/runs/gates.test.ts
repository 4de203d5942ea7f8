import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import type { UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import type { BatchStep } from '../../../../src/api/generated/upgradeplan.ts';
import { LABELS } from '../../../../src/api/names.ts';
import type { ReceiverAnswer } from '../../../../src/simulator/programs/receiver.ts';
import { MINUTE, planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

const PROMETHEUS = 'https://prometheus.example/';
const STATUS = 'https://status.example/ready';
const TEMPLATE = { spec: { restartPolicy: 'Never', containers: [{ name: 'upgrade', image: 'registry.example/os:1' }] } };

let stage: Stage;
const answers = { prometheus: '3', status: 503 };

// Each test has two nodes of its own, one batch each.
const FLEETS = ['soak', 'next', 'start', 'prometheus', 'http', 'job'];
beforeAll(async () => {
  const hosts = FLEETS.flatMap((fleet) => [1, 2].map((number) => ({ name: `${fleet}-${number}`, labels: { fleet } })));
  stage = await Stage.open({ hosts });
  const vector = (value: string): ReceiverAnswer => {
    const result = [{ metric: {}, value: [stage.simulation.time.now() / 1000, value] }];
    return { kind: 'Answers', status: 200, body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }) };
  };
  stage.simulation.servers.serve(PROMETHEUS, () => vector(answers.prometheus));
  stage.simulation.servers.serve(STATUS, () => ({ kind: 'Answers', status: answers.status }));
});

function startPlan(name: string, step: Omit<BatchStep, 'size'>, gates: readonly object[] = []): void {
  const spec = {
    nodeSelector: { matchLabels: { fleet: name } },
    processes: [{ name: 'os', disruption: 'None', job: { template: TEMPLATE } }],
    batches: [{ size: 1, ...step }],
    ...(gates.length === 0 ? {} : { gates }),
  };
  stage.apply(planYaml(stringify(spec), '', name));
}

const batchesOf = (plan: string): readonly UpgradeBatch[] => stage.batches().filter(({ spec }) => spec.plan === plan);
const message = (plan: string): string => stage.condition('Ready', plan)?.message ?? '';
const reason = (plan: string): string | undefined => stage.plan(plan).status?.reason;
const hasSucceeded = (plan: string) => () => stage.plan(plan).status?.summary === 'Succeeded';

describe('batches[].soakSeconds', () => {
  it('holds the next batch, and an operator that is killed meanwhile goes on: its clock does not start from zero', async () => {
    startPlan('soak', { soakSeconds: 600 });
    await stage.until('the soak', () => reason('soak') === 'Soaking');
    expect(message('soak')).toMatch(/^soak-.{4}-1 soaks for 600 s, until 2/);
    await stage.pass(6 * MINUTE);
    stage.restartOperator();
    await stage.until('both nodes', hasSucceeded('soak'));

    const [one, two] = batchesOf('soak');
    const soaked = Date.parse(two?.metadata.creationTimestamp ?? '') - Date.parse(one?.status?.settledTime ?? '');
    expect(soaked).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(soaked).toBeLessThan(11 * MINUTE);
  });
});

/** Approves a batch of the plan of this name, and waits for the answer. */
async function approve(plan: string, batch: string): Promise<string> {
  const created = stage.act({ plan, action: 'Approve', batch });
  if (!created.ok) throw new Error(created.message);
  return stage.answer(created.object.metadata.name ?? '');
}

describe('batches[].approval', () => {
  it('BeforeNext: waits for an Approve of the settled batch, also when the operator is killed meanwhile', async () => {
    startPlan('next', { approval: 'BeforeNext' });
    await stage.until('the wait', () => reason('next') === 'ApprovalRequired');
    const name = batchesOf('next')[0]?.metadata.name ?? '';
    expect(message('next')).toContain(`{plan: next, action: Approve, batch: ${name}}`);
    stage.restartOperator();
    expect(await approve('next', 'next-none-9')).toBe('False WrongBatch');
    await stage.pass(10 * MINUTE);
    expect([reason('next'), batchesOf('next').length]).toEqual(['ApprovalRequired', 1]);

    expect(await approve('next', name)).toBe('True Done');
    await stage.until('both nodes', hasSucceeded('next'));
    expect(batchesOf('next')[0]?.status?.approved).toMatchObject({ approval: 'BeforeNext' });
  });

  it('BeforeStart: makes the batch, and opens no turn of it before an Approve', async () => {
    startPlan('start', { approval: 'BeforeStart' });
    await stage.until('the wait', () => reason('start') === 'ApprovalRequired');
    await stage.pass(10 * MINUTE);
    const [batch] = batchesOf('start');
    expect(batch?.status?.nodes).toMatchObject([{ state: 'Pending' }]);

    expect(await approve('start', batch?.metadata.name ?? '')).toBe('True Done');
    await stage.until('the second batch', () => batchesOf('start').length === 2 && reason('start') === 'ApprovalRequired');
    expect(batchesOf('start')[0]?.status?.nodes).toMatchObject([{ state: 'Succeeded' }]);
  });
});

describe('gates[]', () => {
  it('prometheus: holds the batch with value and threshold, and lets it be made after forSeconds', async () => {
    const prometheus = { address: PROMETHEUS, query: 'sum(ALERTS) or vector(0)', max: '0' };
    startPlan('prometheus', {}, [{ name: 'pages', forSeconds: 300, prometheus }]);
    await stage.until('the closed gate', () => message('prometheus').includes('3, max 0'));
    expect(stage.plan('prometheus').status).toMatchObject({
      reason: 'GateClosed',
      gates: [{ name: 'pages', state: 'Closed', value: '3' }],
    });
    await stage.pass(10 * MINUTE);
    expect(batchesOf('prometheus')).toEqual([]);

    answers.prometheus = '0';
    const opened = stage.simulation.time.now();
    await stage.until('the first batch', () => batchesOf('prometheus').length > 0);
    expect(stage.simulation.time.now() - opened).toBeGreaterThanOrEqual(5 * MINUTE);
  });

  it('http, BeforeNode: opens no turn before the status is the expected one', async () => {
    startPlan('http', {}, [{ name: 'status', when: 'BeforeNode', http: { url: STATUS, expectStatus: 204 } }]);
    await stage.until('the closed gate', () => message('http').includes('status 503'));
    await stage.pass(10 * MINUTE);
    expect(batchesOf('http')[0]?.status?.nodes).toMatchObject([{ state: 'Pending' }]);

    answers.status = 204;
    await stage.until('the first node', () => batchesOf('http')[0]?.status?.nodes?.[0]?.state === 'Succeeded');
  });

  it('job: opens when its Job has completed, and deletes its Jobs', async () => {
    stage.gates.close('smoke', { from: stage.simulation.time.now(), to: stage.simulation.time.now() + 10 * MINUTE });
    startPlan('job', {}, [{ name: 'smoke', timeoutSeconds: 60, job: { template: TEMPLATE } }]);
    await stage.pass(8 * MINUTE);
    expect(batchesOf('job')).toEqual([]);
    await stage.until('both nodes', hasSucceeded('job'));
    await stage.pass(2 * MINUTE);
    expect(stage.jobs().filter(({ metadata }) => metadata.labels?.[LABELS.gate] === 'smoke')).toEqual([]);
  });

  it('object: an expression that is no CEL is not accepted', async () => {
    const object = { apiVersion: 'v1', kind: 'Node', name: 'any', expression: 'object.status ==' };
    startPlan('invalid', {}, [{ name: 'broken', object }]);
    await stage.until('the refusal', () => reason('invalid') === 'GateInvalid');
    expect(stage.condition('Accepted', 'invalid')).toMatchObject({ status: 'False', reason: 'GateInvalid' });
  });
});
