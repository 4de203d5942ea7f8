import { describe, expect, it, jest } from '@jest/globals';
import { ANNOTATIONS, LABELS } from '../../../../src/api/names.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import type { ChooseBehavior } from '../../../../src/simulator/world/behavior.ts';
import { planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

const SECOND = 1000;
const TEMPLATE = "{spec: {restartPolicy: Never, containers: [{name: upgrade, image: 'registry.example/os:1'}]}}";
const BATCHES = '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradebatches';
const REPORTER = '/apis/apps/v1/namespaces/baton-reporter/daemonsets/baton-reporter';

/** Begins the upgrade of all nodes in one batch; `process`, as YAML, holds fields of the process. */
async function upgrade(hosts: number, process: string, upgrades: ChooseBehavior): Promise<Stage> {
  const stage = await Stage.open({ hosts, upgrades });
  const processes = `[{name: os, disruption: None, ${process} job: {template: ${TEMPLATE}}}]`;
  stage.apply(planYaml(`batches: [{size: 100%}]\nmaxUnavailable: ${hosts}\nprocesses: ${processes}`));
  return stage;
}

async function untilOverdue(stage: Stage): Promise<void> {
  await stage.until('the node is overdue', () => stage.record('node-1')?.overdue === true);
}

async function untilDone(stage: Stage): Promise<void> {
  await stage.until('the node is done', () => stage.record('node-1')?.state === 'Succeeded');
}

/** Value of a column of the only batch, as `kubectl get` shows it. */
function column(stage: Stage, name: string): unknown {
  const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
  const response = stage.simulation.server.handle({
    ...{ method: 'GET', path: BATCHES, query: new URLSearchParams(), body: '' },
    headers,
  });
  const { columnDefinitions, rows } = JSON.parse('body' in response ? response.body : '{}') as {
    readonly columnDefinitions: readonly { readonly name: string }[];
    readonly rows: readonly { readonly cells: readonly unknown[] }[];
  };
  return rows[0]?.cells[columnDefinitions.findIndex((each) => each.name === name)];
}

describe('Timing', () => {
  it('expectedSeconds, toleranceSeconds: what takes longer is shown as overdue, and may end well', async () => {
    const stage = await upgrade(1, 'timing: {expectedSeconds: 30, toleranceSeconds: 20},', () => ({
      kind: 'Succeeds',
      ms: 90 * SECOND,
    }));

    await untilOverdue(stage);
    const record = stage.record('node-1');
    expect(record).toMatchObject({ state: 'Upgrading', processes: [{ overdue: { reason: 'TooLong' } }] });
    const [process] = record?.processes ?? [];
    expect(Date.parse(process?.overdue?.sinceTime ?? '') - Date.parse(process?.startTime ?? '')).toBe(50 * SECOND);
    expect(column(stage, 'Overdue')).toBe(1);
    expect(stage.plan().status?.timing).toEqual([{ process: 'os', expectedSeconds: 30, toleranceSeconds: 20, source: 'Plan' }]);

    await untilDone(stage);
    expect(stage.record('node-1')?.overdue).toBeUndefined();
  });

  it('onOverdue: Retry, rerun: Safe: stops the process and runs it once more, from the checkpoint that it has left', async () => {
    const ran: string[] = [];
    const stage = await upgrade(
      1,
      'report: Socket, onOverdue: Retry, rerun: Safe, timing: {expectedSeconds: 60, toleranceSeconds: 10},',
      ({ attempt }) => {
        ran.push(`attempt ${attempt}`);
        // It reports its checkpoint after a quarter.
        return { kind: 'Succeeds', ms: attempt === 1 ? 200 * SECOND : 80 * SECOND };
      },
    );
    const pods: KubeObject[] = [];
    stage.simulation.client.watch('/api/v1/namespaces/fleet/pods', (type, pod) => {
      if (type === 'ADDED' && pod.metadata.labels?.[LABELS.process] === 'os') pods.push(pod);
    });

    await untilDone(stage);

    const [process] = stage.record('node-1')?.processes ?? [];
    expect(process).toMatchObject({ attempt: 2, state: 'Succeeded' });
    expect(ran).toEqual(['attempt 1', 'attempt 2']);
    expect(pods.map(({ metadata }) => metadata.annotations?.[ANNOTATIONS.checkpoint])).toEqual([undefined, 'stage=25']);
    // Three quarters of 80 s: it knew from where.
    const seconds = (Date.parse(process?.endTime ?? '') - Date.parse(process?.startTime ?? '')) / SECOND;
    expect(seconds).toBeLessThan(70);
  });

  it('without expectedSeconds: is learned from the nodes that are done, and shown as learned', async () => {
    const stage = await upgrade(3, '', () => ({ kind: 'Succeeds', ms: 20 * SECOND }));

    await stage.until('the plan succeeds', () => stage.plan().status?.summary === 'Succeeded');

    const [timing] = stage.plan().status?.timing ?? [];
    expect(timing).toMatchObject({ process: 'os', source: 'Learned', samples: 3, toleranceSeconds: 60 });
    expect(timing?.expectedSeconds).toBeGreaterThanOrEqual(20);
    expect(timing?.expectedSeconds).toBeLessThan(30);
  });

  it('silenceSeconds: one that has reported is overdue once nothing is heard of its node', async () => {
    const stage = await upgrade(1, 'report: Socket, timing: {silenceSeconds: 200},', () => ({
      kind: 'Succeeds',
      ms: 2400 * SECOND,
    }));
    const runReportersWhere = (selector: object): void => {
      stage.simulation.client.mergePatch(REPORTER, { spec: { template: { spec: { nodeSelector: selector } } } });
    };
    await stage.until('the first report is recorded', () => {
      return stage.record('node-1')?.processes?.[0]?.lastHeardTime !== undefined;
    });
    await stage.pass(400 * SECOND);
    // The reporter repeats the last report while the process is silent.
    expect(stage.record('node-1')?.overdue).toBeUndefined();

    runReportersWhere({ gone: 'yes' });
    await untilOverdue(stage);
    expect(stage.record('node-1')?.processes).toMatchObject([{ overdue: { reason: 'Silent' } }]);

    runReportersWhere({ gone: null });
    await untilDone(stage);
  });
});
