import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import type { RunningOperator } from '../../../../src/simulator/simulation.ts';
import type { Node } from '../../../support/kubernetes-objects.ts';
import { nodesStillHeld } from '../../../support/verdict.ts';
import { has } from './support/has-condition.ts';
import { planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

const SECOND = 1000;
/** What every node has before. */
const EARLIER = '12.8';
const STABLE_SECONDS = 12;
/** How long the operator is away from the middle of that (s). */
const AWAY_SECONDS = 8;

const IMAGE = "'registry.example/os:1'";
const template = (command: string): string =>
  `{spec: {restartPolicy: Never, containers: [{name: upgrade, image: ${IMAGE}, command: [${command}]}]}}`;
const FIRST = `version: '${EARLIER}'\nbatches: [{size: 100%}]\nmaxUnavailable: 6`;
const SECOND_ROLLOUT = `
batches: [{size: 3}, {size: 3}]
maxUnavailable: 2
failure: {then: Rollback, rollback: {scope: Batch, approval: Required}}
processes:
  - name: os
    verify: {stableSeconds: ${STABLE_SECONDS}, timeoutSeconds: 60}
    job: {template: ${template('upgrade')}, rollback: {template: ${template('downgrade')}}}
`;

/** The command and the versions that a Job's container is given. */
function runOf(job: KubeObject): unknown {
  const { template: pod } = job['spec'] as {
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
  };
  const [container] = pod.spec.containers;
  const variable = (name: string): string | undefined => container?.env?.find((each) => each.name === name)?.value;
  return { command: container?.command, from: variable('BATON_FROM_VERSION'), version: variable('BATON_VERSION') };
}

interface Container {
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

function held(stage: Stage): readonly string[] {
  return nodesStillHeld(stage.list('/api/v1/nodes') as unknown as readonly Node[]);
}

describe('failure.then Rollback, with failure.rollback.scope Batch and failure.rollback.approval Required', () => {
  let stage: Stage;
  let operator: RunningOperator;
  /** The node whose upgrade fails: the first of its batch. */
  let failing: string | undefined;
  /** Another one that is upgraded in the same batch. */
  let upgraded: string;
  /** That batch. */
  let failed: UpgradeBatch;
  const jobs: KubeObject[] = [];

  async function killOperator(awaySeconds = 0): Promise<void> {
    operator.process.kill();
    await stage.pass(awaySeconds * SECOND);
    operator = stage.simulation.startOperator();
  }

  const rollbacks = (): readonly UpgradeBatch[] => stage.batches().filter(({ spec }) => spec.rollback !== undefined);
  const records = (): readonly NodeRecord[] => rollbacks()[0]?.status?.nodes ?? [];

  beforeAll(async () => {
    stage = await Stage.open({
      hosts: 6,
      upgrades: ({ host, version, isRollback }) => {
        if (version === EARLIER) return { kind: 'Succeeds', ms: (isRollback ? 20 : 5) * SECOND };
        failing ??= host;
        return { kind: host === failing ? 'Fails' : 'Succeeds', ms: 10 * SECOND };
      },
    });
    ({ operator } = stage);
    stage.simulation.client.watch('/apis/batch/v1/jobs', (type, job) => {
      if (type === 'ADDED') jobs.push(job);
    });
    stage.apply(planYaml(FIRST));
    await stage.until(`every node is at ${EARLIER}`, () => stage.plan().status?.summary === 'Succeeded');
    stage.apply(planYaml(SECOND_ROLLOUT));
    await stage.until('the plan waits for the approval, and its batch is reported', () => {
      return stage.plan().status?.reason === 'RollbackApprovalRequired' && has(stage.batches().at(-1), 'Notified');
    });
    failed = stage.batches().at(-1)!;
    upgraded = failed.status?.nodes?.find(({ state }) => state === 'Succeeded')?.name ?? '';
  });

  it('waits for the approval once a node has failed, and says so', () => {
    const nodes = failed.status?.nodes ?? [];
    expect(nodes).toContainEqual(expect.objectContaining({ name: failing, state: 'Failed', quarantined: true }));
    expect(nodes).toContainEqual(expect.objectContaining({ state: 'Succeeded', fromVersion: EARLIER }));
    expect(nodes).toContainEqual(expect.objectContaining({ state: 'NotAttempted' }));
    expect(stage.plan().status).toMatchObject({ summary: 'Paused' });
    expect(stage.plan().status).not.toHaveProperty('rollback');
    const message = `rollback of 2 nodes of ${failed.metadata.name} awaits approval`;
    expect(stage.condition('Ready')?.message).toContain(message);
    const notification = stage.notifications().at(-1);
    expect(notification).toMatchObject({ batch: { name: failed.metadata.name }, action: 'Act', next: { kind: 'Paused' } });
    expect(notification?.commands[0]?.purpose).toBe('Rollback');
    expect(held(stage)).toEqual([`${failing} is cordoned and quarantined`]);
  });

  it('begins with an Approve, and goes on where it was when the operator is killed in its middle', async () => {
    const before = jobs.length;
    stage.act({ action: 'Approve', batch: failed.metadata.name }, 'go-back');
    await stage.until('the rollback runs on a node', () => records().some(({ state }) => state === 'Upgrading'));
    const running = records();
    const decided = stage.plan().status?.rollback?.time;
    await killOperator();
    const since = ({ processes }: NodeRecord): string | undefined => processes?.[0]?.verifyStableSinceTime;
    await stage.until('a node is back for a moment', () => records().some((record) => since(record) !== undefined));
    const holding = records().filter((record) => since(record) !== undefined);
    await killOperator(AWAY_SECONDS);
    await stage.until('the plan is rolled back, and that is reported', () => {
      return stage.plan().status?.summary === 'RolledBack' && has(rollbacks()[0], 'Notified');
    });

    expect(rollbacks()).toHaveLength(1);
    const [batch] = rollbacks();
    expect(batch?.spec).toMatchObject({ rollback: { batch: failed.metadata.name, decidedTime: decided }, version: '12.9' });
    const run = { command: ['downgrade'], from: EARLIER, version: '12.9' };
    expect(jobs.slice(before).map(runOf)).toEqual([run, run]);

    const ended = new Map(records().map((record) => [record.name, record]));
    expect([...ended.keys()]).toEqual([failing, upgraded]);
    for (const record of ended.values()) expect(record).toMatchObject({ state: 'RolledBack', fromVersion: EARLIER });
    for (const { name, startTime } of running) {
      if (startTime !== undefined) expect(ended.get(name)?.startTime).toBe(startTime);
    }
    for (const { name, ...record } of holding) {
      const verified = ended.get(name)?.processes?.[0]?.verifiedTime ?? '';
      const seconds = (Date.parse(verified) - Date.parse(since({ name, ...record }) ?? '')) / SECOND;
      expect(seconds).toBeGreaterThanOrEqual(STABLE_SECONDS);
      // From zero it would have begun only after the operator was back.
      expect(seconds).toBeLessThan(STABLE_SECONDS + AWAY_SECONDS - 1);
    }
  });

  it('reports that it was a rollback, once', () => {
    const notifications = stage.notifications();

    expect(notifications).toHaveLength(3);
    const last = notifications.at(-1);
    expect(last).toMatchObject({
      ...{ batch: { rollbackOf: failed.metadata.name }, outcome: 'Succeeded', action: 'None', next: { kind: 'RolledBack' } },
      ...{ counts: { nodes: 2, rolledBack: 2, failed: 0, quarantined: 0 } },
      versions: [{ from: '12.9', to: EARLIER, nodes: 2 }],
      story: { rollback: { of: failed.metadata.name, rolledBack: 2, notBack: 0, versions: [{ to: EARLIER, nodes: 2 }] } },
    });
    expect(last?.text).toContain(`ROLLED BACK ${failed.metadata.name}`);
    expect(last?.text).toContain(`Back: 12.9→${EARLIER}: 2`);
  });

  it('leaves every node in service, and ends the plan', async () => {
    await stage.until('every node is in service', () => held(stage).length === 0);
    await stage.pass(60 * SECOND);

    const { status } = stage.plan();
    expect(stage.condition('Succeeded')).toMatchObject({ status: 'False', reason: 'RolledBack' });
    expect(status).not.toHaveProperty('rollback');
    expect(status).toMatchObject({
      ...{ summary: 'RolledBack', reason: 'RolledBack', ended: { reason: 'RolledBack', action: 'go-back' } },
      counts: { rolledBack: 2, quarantined: 0 },
    });
    // What had no turn gets none any more.
    expect(stage.batches()).toHaveLength(3);
  });
});
