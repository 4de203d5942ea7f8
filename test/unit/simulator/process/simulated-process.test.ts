import { describe, expect, it } from '@jest/globals';
import { createKubeClient } from '../../../../src/kube/client/client.ts';
import { createApiServer, type ApiServer } from '../../../../src/simulator/api-server/create-api-server.ts';
import { ClusterClient } from '../../../../src/simulator/cluster/cluster-client.ts';
import { reliableNetwork, type Network, type RequestFate } from '../../../../src/simulator/process/network.ts';
import { SimulatedProcess } from '../../../../src/simulator/process/simulated-process.ts';
import { seededRandom } from '../../../../src/simulator/time/random.ts';
import { VirtualTime } from '../../../../src/simulator/time/virtual-time.ts';
import { RecordingLog } from '../../../adapter/kube/support/recording-log.ts';

const START = Date.UTC(2026, 5, 1);
const MAPS = '/api/v1/namespaces/default/configmaps';

interface World {
  readonly time: VirtualTime;
  readonly server: ApiServer;
  readonly process: SimulatedProcess;
}

function world(change: (network: Network) => Network = (network) => network): World {
  const time = new VirtualTime(START);
  const random = seededRandom(1);
  const server = createApiServer({ definitions: [], now: time.now, random, setTimer: time.setTimer, log: new RecordingLog() });
  const network = change(reliableNetwork(random, 1, 20));
  return { time, server, process: new SimulatedProcess({ name: 'operator/1', seed: 1, time, server, network }) };
}

function clientOf(process: SimulatedProcess): ReturnType<typeof createKubeClient> {
  const { clock, random, setTimer, kubeConfig } = process;
  const ports = { now: clock.monotonic, sleep: clock.sleep, setTimer, random, log: new RecordingLog() };
  return createKubeClient({ ...ports, kubeConfig, userAgent: 'test/1' });
}

function answering(fate: RequestFate): (network: Network) => Network {
  return (network) => ({ ...network, request: () => fate });
}

describe('SimulatedProcess', () => {
  it('reaches the API server with the client of src/kube, in virtual time only', async () => {
    const { time, server, process } = world();
    const created = clientOf(process).create(MAPS, { metadata: { name: 'a' } });

    await time.run({ limit: START + 1000 });

    await expect(created).resolves.toMatchObject({ metadata: { name: 'a' } });
    expect(new ClusterClient(server, 'test').get(`${MAPS}/a`)).toBeDefined();
  });

  it('sees the lines of a watch in their order, whatever their delays', async () => {
    const { time, server, process } = world();
    const names: string[] = [];
    void (async () => {
      const stop = new AbortController().signal;
      for await (const { object } of clientOf(process).watch(MAPS, {}, { signal: stop })) names.push(object.metadata.name ?? '');
    })();
    const client = new ClusterClient(server, 'test');
    for (let index = 0; index < 20; index += 1) {
      time.setTimer(100 + index, () => client.create(MAPS, { metadata: { name: `map-${index}` } }));
    }

    await time.run({ limit: START + 1000 });

    expect(names).toEqual(Array.from({ length: 20 }, (_, index) => `map-${index}`));
  });

  it('sends nothing and hears nothing once it was killed', async () => {
    const { time, server, process } = world();
    const heard: string[] = [];
    const client = clientOf(process);
    void client.create(MAPS, { metadata: { name: 'in-flight' } }).then(() => heard.push('answered'));
    process.setTimer(50, () => heard.push('timer'));
    await time.run({ limit: START });
    process.kill();
    void client.create(MAPS, { metadata: { name: 'afterwards' } });

    await time.run({ limit: START + 100_000 });

    expect(heard).toEqual([]);
    expect(new ClusterClient(server, 'test').list(MAPS)).toEqual([]);
  });

  it.each<{ fate: RequestFate; stored: boolean; outcome: string }>([
    { fate: { kind: 'AnswerLost', afterMs: 1, breaksAfterMs: 5 }, stored: true, outcome: 'NoAnswer' },
    { fate: { kind: 'Lost', breaksAfterMs: 5 }, stored: false, outcome: 'NoAnswer' },
    { fate: { kind: 'Arrives', afterMs: 1, answerAfterMs: 1 }, stored: true, outcome: 'ok' },
  ])('gets $outcome for a request of this fate: $fate', async ({ fate, stored, outcome }) => {
    const { time, server, process } = world(answering(fate));
    const result = clientOf(process)
      .create(MAPS, { metadata: { name: 'a' } })
      .then(
        () => 'ok',
        (error: unknown) => (error as { reason: string }).reason,
      );

    await time.run({ limit: START + 100_000 });

    expect([await result, new ClusterClient(server, 'test').get(`${MAPS}/a`) !== undefined]).toEqual([outcome, stored]);
  });
});
