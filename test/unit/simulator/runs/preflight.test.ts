import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { planYaml, Stage } from './must-see/stage.ts';

jest.setTimeout(120_000);

const SECOND = 1000;
/** An application on node-1 that its budget never lets go. */
const GUARDED = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {nodeSelector: {kubernetes.io/hostname: node-1}, containers: [{name: web, image: 'registry.example/web:1'}]}
`;

/** A paused plan: whatever the pre-flight says, nothing is touched. */
function paused(podSpec = ''): string {
  const template = `{spec: {restartPolicy: Never, containers: [{name: upgrade, image: 'registry.example/os:1'}], ${podSpec}}}`;
  return planYaml(`paused: true\nprocesses: [{name: os, job: {template: ${template}}}]`);
}

describe('The pre-flight of a plan', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open({ hosts: 2 });
    stage.apply(GUARDED);
    await stage.pass(30 * SECOND);
  });

  it('names a Pod and the budget that would hold up its drain, in the status and in one Event, and touches nothing', async () => {
    stage.apply(paused());
    await stage.until('the pre-flight is made', () => stage.plan().status?.preflight !== undefined);
    await stage.pass(30 * SECOND);

    const message = expect.stringMatching(/PodDisruptionBudget fleet\/web allows no disruption now.* web-[\w-]+ on node-1$/);
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
