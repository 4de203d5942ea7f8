import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { budgetManifest, replicaSetManifest } from './support/applications.ts';
import { planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

const SECOND = 1000;
/** An application that its budget never lets go. */
const WEB = { name: 'web', node: 'node-1' };

/** A paused plan: whatever the pre-flight says, nothing is touched. */
function paused(podSpec = ''): string {
  const template = `{spec: {restartPolicy: Never, containers: [{name: upgrade, image: 'registry.example/os:1'}], ${podSpec}}}`;
  return planYaml(`paused: true\nprocesses: [{name: os, job: {template: ${template}}}]`);
}

describe('The pre-flight of a plan', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open({ hosts: 2 });
    for (const object of [replicaSetManifest(WEB), budgetManifest(WEB)]) stage.apply(stringify(object));
    await stage.pass(30 * SECOND);
  });

  it('names a Pod and the budget that would hold up its drain, in the status and in one Event, and touches nothing', async () => {
    stage.apply(paused());
    await stage.until('the pre-flight is made', () => stage.plan().status?.preflight !== undefined);
    await stage.pass(30 * SECOND);

    const message = expect.stringMatching(
      /PodDisruptionBudget fleet\/web-budget allows no disruption now.* web-[\w-]+ on node-1$/,
    );
    expect(stage.plan().status?.preflight?.warnings).toEqual([{ reason: 'DisruptionNotAllowed', message }]);
    const events = stage.list('/apis/events.k8s.io/v1/namespaces/fleet/events');
    expect(events.filter((event) => event['reason'] === 'PreflightWarnings')).toHaveLength(1);
    expect(stage.batches()).toEqual([]);
    expect(stage.claimed()).toEqual([]);
  });

  it('is made again when the spec has changed, and rejects what fits on no node', async () => {
    stage.apply(paused('nodeSelector: {kubernetes.io/arch: s390x}'));
    await stage.until('the plan is rejected', () => {
      const { reason, preflight } = stage.plan().status ?? {};
      return reason === 'NoNodeFits' && preflight?.observedGeneration === 2;
    });

    expect(stage.condition('Accepted')).toMatchObject({ status: 'False', reason: 'NoNodeFits' });
    const warnings = stage.plan().status?.preflight?.warnings.map(({ reason }) => reason);
    expect(warnings).toEqual(['NodeDoesNotFit', 'DisruptionNotAllowed']);
  });
});
