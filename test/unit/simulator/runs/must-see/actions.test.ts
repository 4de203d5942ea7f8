import { expect, jest } from '@jest/globals';
import { HOUR, MINUTE, NAMESPACE, planYaml, Stage, workers } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

const ACTIONS = `/apis/baton.dev/v1alpha1/namespaces/${NAMESPACE}/upgradeactions`;

mustSee({
  entry: 'E14',
  fault: 'A Resume for an earlier batch that is applied again ends a later Pause',
  play: async () => {
    const ran: string[] = [];
    const stage = await Stage.open({
      hosts: 3,
      upgrades: ({ host }) => {
        ran.push(host);
        return { kind: ran.length === 1 ? 'Fails' : 'Succeeds', ms: 5 * MINUTE };
      },
    });
    stage.apply(planYaml('maxUnavailable: 2\nnotify: {}'));
    await stage.until('too many nodes have failed', () => stage.condition('Ready')?.reason === 'BudgetExceeded');
    const batch = stage.batches()[0]?.metadata.name;
    stage.act({ action: 'Resume', batch }, 'resume');
    await stage.until('the second batch runs', () => ran.length === 2);
    stage.act({ action: 'Pause', batch: stage.batches()[1]?.metadata.name }, 'pause');
    await stage.until('the plan is paused', () => stage.condition('Ready')?.reason === 'PausedByAction');
    stage.simulation.client.delete(`${ACTIONS}/resume`);
    await stage.pass(10_000);
    stage.act({ action: 'Resume', batch }, 'resume');
    await stage.pass(20 * MINUTE);
    const answer = stage.simulation.client.get(`${ACTIONS}/resume`)?.['status'];
    return { answer, ran: ran.length, reason: stage.condition('Ready')?.reason };
  },
  today: ({ answer, ran }) => {
    expect(answer).toMatchObject({ conditions: [{ type: 'Applied', status: 'True' }] });
    expect(ran).toBe(3);
  },
  right: ({ answer, ran, reason }) => {
    expect(answer).toMatchObject({ conditions: [{ type: 'Applied', status: 'False' }] });
    expect(ran).toBe(2);
    expect(reason).toBe('PausedByAction');
  },
});

mustSee({
  entry: 'E15',
  fault: 'The rollback of a node that is down already waits for another node that is down',
  play: async () => {
    const stage = await Stage.open({
      hosts: workers(2).map((host) => ({ ...host, labels: { role: 'worker', os: '12.8' } })),
      upgrades: ({ isRollback }) => ({ kind: isRollback ? 'Succeeds' : 'Fails', ms: MINUTE }),
    });
    const template = "template: {spec: {restartPolicy: Never, containers: [{name: upgrade, image: 'registry.example/os:1'}]}}";
    const process = `{name: os, verify: {nodeLabels: {os: $(BATON_VERSION)}}, job: {${template}, rollback: {${template}}}}`;
    stage.apply(planYaml(`processes: [${process}]\nnotify: {}`));
    await stage.until('the batch has settled', () => stage.condition('Ready')?.reason === 'BudgetExceeded');
    const [batch] = stage.batches();
    const failed = batch?.spec.nodes[0]?.name ?? '';
    stage.simulation.hosts.powerOff(failed === 'node-1' ? 'node-2' : 'node-1', undefined);
    await stage.pass(2 * MINUTE);
    stage.act({ action: 'Rollback', batch: batch?.metadata.name });
    await stage.pass(HOUR);
    return { state: stage.record(failed)?.state, reason: stage.condition('Ready')?.reason };
  },
  today: ({ state, reason }) => {
    expect(state).toBe('Pending');
    expect(reason).toBe('MaxUnavailableReached');
  },
  right: ({ state, reason }) => {
    expect(state).toBe('RolledBack');
    expect(reason).toBe('RolledBack');
  },
});
