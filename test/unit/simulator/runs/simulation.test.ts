import { describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { Simulation } from '../../../../src/simulator/simulation.ts';

jest.setTimeout(120_000);

const START = Date.UTC(2026, 5, 1, 9);
const MINUTE = 60_000;
const PLANS = '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradeplans';
const PLAN = `
apiVersion: baton.dev/v1alpha1
kind: UpgradePlan
metadata: {name: os, namespace: fleet}
spec:
  version: '12.9'
  nodeSelector: {matchLabels: {role: worker}}
  maxUnavailable: 2
  batches: [{size: 1}, {size: 100%}]
  processes:
    - name: os
      job:
        template:
          spec:
            restartPolicy: Never
            containers: [{name: upgrade, image: 'registry.example/os:1'}]
  notify:
    sinks: [{name: ops, webhook: {url: 'https://hooks.example/upgrades'}}]
`;

async function rollOut(seed: number): Promise<{ readonly simulation: Simulation; readonly log: readonly string[] }> {
  const log: string[] = [];
  const simulation = new Simulation({
    ...{ seed, start: START },
    hosts: ['node-1', 'node-2', 'node-3', 'node-4'].map((name) => ({ name, labels: { role: 'worker' } })),
    workload:
      ({ time }) =>
      (start) => {
        time.setTimer(MINUTE, () => start.exit(0));
      },
    onLog: ({ message }) => log.push(message),
  });
  await simulation.boot();
  simulation.startOperator();
  simulation.client.create('/api/v1/namespaces', { metadata: { name: 'fleet' } });
  const applied = simulation.apply(parse(PLAN) as KubeObject);
  if (!applied.ok) throw new Error(applied.message);
  await simulation.run({ limit: START + 30 * MINUTE });
  return { simulation, log };
}

describe('Simulation', () => {
  it('rolls a plan out with the real operator and real agents, and receives one message for each batch', async () => {
    const { simulation } = await rollOut(1);

    const plan = simulation.client.get(`${PLANS}/os`) as unknown as UpgradePlan;
    expect(plan.status).toMatchObject({ summary: 'Succeeded', progress: '4/4' });
    expect(simulation.failures).toEqual([]);
    expect(simulation.nodesDown()).toBe(0);
    const sent = simulation.messages.filter(({ notification }) => notification !== undefined);
    expect(sent.map(({ sink, accepted }) => [sink, accepted])).toEqual([
      ['ops', true],
      ['ops', true],
    ]);
    const [first, second] = sent.map(({ node }) => node);
    expect(first).not.toBe(second);
  });

  it('does the same for the same seed, to the byte, and something else for another', async () => {
    const [one, again, other] = [await rollOut(7), await rollOut(7), await rollOut(8)];

    expect(transcript(again)).toBe(transcript(one));
    expect(transcript(other)).not.toBe(transcript(one));
  });
});

/** Everything that a run has left behind. */
function transcript({ simulation, log }: Awaited<ReturnType<typeof rollOut>>): string {
  const { client, messages, timeline, requests, time } = simulation;
  const objects = ['/api/v1/nodes', '/api/v1/pods', '/apis/events.k8s.io/v1/events', PLANS].map((path) => client.list(path));
  return JSON.stringify([objects, messages, timeline.events, requests.byVerb, time.steps, log], undefined, 1);
}
