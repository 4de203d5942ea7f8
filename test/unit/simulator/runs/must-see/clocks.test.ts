import { expect, jest } from '@jest/globals';
import { refusal, refusedRequest } from '../../../../../src/simulator/api-server/refusals.ts';
import { reliableNetwork, type Network } from '../../../../../src/simulator/process/network.ts';
import { seededRandom } from '../../../../../src/simulator/time/random.ts';
import { HOUR, MINUTE, planYaml, Stage } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

/** A plan whose only process reboots the host, and has ten minutes for it. */
const REBOOTING = planYaml(`
processes:
  - name: os
    disruption: Reboot
    timing: {deadlineSeconds: 600}
    job: {template: {spec: {restartPolicy: Never, containers: [{name: upgrade, image: 'registry.example/os:1'}]}}}
`);

/** What the clock of operators shows too much, other programs' clocks being right. */
function wrongFor(name: string, offsetMs: number): (program: string) => number {
  return (program) => (program.startsWith(name) ? offsetMs : 0);
}

mustSee({
  entry: 'E28',
  fault: 'With a clock that is two hours fast, the operator gives up hosts that are still rebooting',
  play: async () => {
    const stage = await Stage.open({
      hosts: 2,
      clockOffsetMs: wrongFor('operator', 2 * HOUR),
      upgrades: () => ({ kind: 'Reboots', ms: MINUTE, announced: true, end: 'Killed', downMs: 2 * MINUTE }),
    });
    stage.apply(REBOOTING);
    await stage.pass(15 * MINUTE);
    return { summary: stage.plan().status?.summary, records: stage.batches().flatMap(({ status }) => status?.nodes ?? []) };
  },
  today: ({ summary, records }) => {
    expect(summary).toBe('Paused');
    expect(records).toMatchObject([{ state: 'Failed', reason: 'NoReturnFromReboot', quarantined: true }]);
  },
  right: ({ summary, records }) => {
    expect(records).toMatchObject([{ state: 'Succeeded' }, { state: 'Succeeded' }]);
    expect(summary).toBe('Succeeded');
  },
});

mustSee({
  entry: 'E28',
  fault: 'With a clock that is two hours slow, the operator waits two hours longer for a host that does not return',
  play: async () => {
    const stage = await Stage.open({
      hosts: 1,
      clockOffsetMs: wrongFor('operator', -2 * HOUR),
      upgrades: () => ({ kind: 'Reboots', ms: MINUTE, announced: true, end: 'Killed', downMs: undefined }),
    });
    stage.apply(REBOOTING);
    await stage.pass(20 * MINUTE);
    return stage.record('node-1');
  },
  today: (record) => {
    expect(record).toMatchObject({ state: 'Verifying', message: 'rebooting' });
  },
  right: (record) => {
    expect(record).toMatchObject({ state: 'Failed', reason: 'NoReturnFromReboot' });
  },
});

mustSee({
  entry: 'E28',
  fault: 'A drain times out at once when an operator with a slow clock is followed by one with a right clock',
  play: async () => {
    const stage = await Stage.open({ hosts: 1, clockOffsetMs: wrongFor('operator/1', -2 * HOUR) });
    const containers = [{ name: 'main', image: 'registry.example/app:1' }];
    // A Pod without a controller blocks the drain until somebody deletes it.
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'fleet', name: 'by-hand' }, spec: { containers } };
    stage.simulation.client.create('/api/v1/namespaces/fleet/pods', pod);
    await stage.pass(MINUTE);
    stage.apply(planYaml('drain: {timeoutSeconds: 1800}'));
    await stage.until('the drain begins', () => stage.record('node-1')?.state === 'Draining');
    stage.restartOperator();
    await stage.pass(5 * MINUTE);
    return stage.record('node-1');
  },
  today: (record) => {
    expect(record).toMatchObject({ state: 'Failed', reason: 'DrainTimeout' });
  },
  right: (record) => {
    expect(record).toMatchObject({ state: 'Draining' });
  },
});

mustSee({
  entry: 'E28',
  fault: 'An operator whose clock is set back retries one request for as long, and answers nobody meanwhile',
  play: async () => {
    const usual = reliableNetwork(seededRandom(1), 1, 20);
    const network: Network = {
      ...usual,
      request: (outgoing) => {
        const { method, path, query } = outgoing.request;
        const createsJob = method === 'POST' && path.endsWith('/jobs') && !query.has('dryRun');
        if (!createsJob || !outgoing.from.startsWith('operator')) return usual.request(outgoing);
        return { kind: 'Refused', afterMs: 5, answer: refusal('TooManyRequests', refusedRequest(outgoing.request)) };
      },
    };
    let offsetMs = 0;
    const operatorClock = (program: string): number => (program.startsWith('operator') ? offsetMs : 0);
    const stage = await Stage.open({ hosts: 1, network: () => network, clockOffsetMs: operatorClock });
    stage.apply(planYaml());
    await stage.until('the node is in its turn', () => stage.claimed().length === 1);
    await stage.pass(MINUTE / 2);
    offsetMs = -2 * HOUR;
    stage.act({ action: 'Abort', batch: stage.batches()[0]?.metadata.name ?? '', reason: 'the API is overloaded' });
    await stage.pass(20 * MINUTE);
    return stage.plan().status?.summary;
  },
  today: (summary) => {
    expect(summary).toBe('Running');
  },
  right: (summary) => {
    expect(summary).toBe('Aborted');
  },
});
