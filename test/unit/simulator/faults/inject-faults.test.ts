import { describe, expect, it } from '@jest/globals';
import { createKubeClient, type KubeClient } from '../../../../src/kube/client/client.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { createApiServer, type ApiServer } from '../../../../src/simulator/api-server/create-api-server.ts';
import { ClusterClient } from '../../../../src/simulator/cluster/cluster-client.ts';
import type { FaultPorts } from '../../../../src/simulator/faults/fault-ports.ts';
import { NO_RATES, randomFaults, type FaultSource } from '../../../../src/simulator/faults/fault-source.ts';
import { createFaultInjector, type FaultInjector } from '../../../../src/simulator/faults/inject-faults.ts';
import { randomSchedule } from '../../../../src/simulator/faults/random-schedule.ts';
import type { Schedule, TimedFault } from '../../../../src/simulator/faults/schedule.ts';
import { reliableNetwork } from '../../../../src/simulator/process/network.ts';
import { SimulatedProcess } from '../../../../src/simulator/process/simulated-process.ts';
import { seededRandom } from '../../../../src/simulator/time/random.ts';
import { VirtualTime } from '../../../../src/simulator/time/virtual-time.ts';
import { RecordingLog } from '../../../adapter/kube/support/recording-log.ts';

const START = Date.UTC(2026, 5, 1);
const MAPS = '/api/v1/namespaces/default/configmaps';

function clientOf({ clock, kubeConfig, random, setTimer }: SimulatedProcess): KubeClient {
  const ports = { now: clock.monotonic, sleep: clock.sleep, setTimer, random, log: new RecordingLog() };
  return createKubeClient({ ...ports, kubeConfig, userAgent: 'test/1' });
}

/** One operator on an API server, with the faults of a schedule. */
class World {
  readonly time = new VirtualTime(START);
  readonly server: ApiServer;
  readonly admin: ClusterClient;
  readonly injector: FaultInjector;
  readonly process: SimulatedProcess;
  readonly client: KubeClient;
  /** What the faults did to the parts of the simulation. */
  readonly done: string[] = [];

  constructor(schedule: Schedule, source?: FaultSource) {
    const { time } = this;
    const random = seededRandom(1);
    this.server = createApiServer({ definitions: [], now: time.now, random, setTimer: time.setTimer, log: new RecordingLog() });
    this.admin = new ClusterClient(this.server, 'test');
    this.injector = createFaultInjector({
      schedule,
      ...(source === undefined ? {} : { source }),
      base: reliableNetwork(random, 1, 10),
      server: this.server,
      now: time.now,
      setTimer: time.setTimer,
      ports: this.#ports(),
      version: () => Number(this.#listVersion()),
    });
    const { network } = this.injector;
    this.process = new SimulatedProcess({ name: 'operator/1', seed: 1, time, server: this.server, network });
    this.client = clientOf(this.process);
    this.injector.start();
  }

  /** Names of the ConfigMaps that were created. */
  get created(): readonly string[] {
    return this.admin.list(MAPS).map(({ metadata }) => metadata.name ?? '');
  }

  async run(seconds: number): Promise<void> {
    await this.time.run({ limit: this.time.now() + seconds * 1000 });
  }

  /** Creates ConfigMaps one after the other, and returns what became of each. */
  async create(...names: readonly string[]): Promise<readonly string[]> {
    const ends: string[] = [];
    void (async () => {
      for (const name of names) {
        try {
          await this.client.create(MAPS, { metadata: { name } });
          ends.push(`${name}: created`);
        } catch (error) {
          ends.push(`${name}: ${error instanceof Error ? error.message : ''}`);
        }
      }
    })();
    await this.run(120);
    return ends;
  }

  #listVersion(): string {
    const query = new URLSearchParams();
    const answer = this.server.handle({ method: 'GET', path: MAPS, query, headers: {}, body: '' });
    if (!('body' in answer)) return '';
    return (JSON.parse(answer.body) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  }

  #ports(): FaultPorts {
    const note = (text: string): void => {
      this.done.push(`${Math.round(this.time.now() - START) / 1000}: ${text}`);
    };
    return {
      killProgram: (name, downMs) => {
        note(`kill ${name} for ${downMs}`);
        this.process.kill();
      },
      running: (role) => (role === 'operator' ? ['operator/1'] : []),
      setClockOffset: (role, offsetMs) => note(`clock of ${role} ${offsetMs}`),
      startSecondOperator: () => {
        note('second operator');
        return () => note('one operator');
      },
      hosts: {
        stopKubelet: (host, ms) => note(`kubelet of ${host} ${ms}`),
        powerOff: (host, ms) => note(`power of ${host} ${ms}`),
        partition: (host, isCut) => note(`${host} cut ${isCut}`),
        setDiskFull: (host, isFull) => note(`${host} full ${isFull}`),
      },
      setReceiver: (sink, policy) => note(`${sink} ${policy?.kind ?? 'well'}`),
    };
  }
}

function atWrite(n: number): { program: 'operator'; kind: 'Write'; n: number } {
  return { program: 'operator', kind: 'Write', n };
}

function timed(fault: TimedFault): Schedule {
  return [{ at: { ms: 1000 }, fault }];
}

describe('Faults at a point', () => {
  it('refuse the write that they name, and no other', async () => {
    const world = new World([{ at: atWrite(2), fault: { kind: 'Refused', refusal: 'PolicyDenied' } }]);
    const ends = await world.create('a', 'b', 'c');
    expect(ends[1]).toContain('denied request');
    expect(world.created).toEqual(['a', 'c']);
    expect(Object.fromEntries(world.injector.counts())).toEqual({ Refused: 1 });
  });

  it('lose a request before, and an answer after it took effect', async () => {
    const lost = new World([{ at: atWrite(1), fault: { kind: 'RequestLost' } }]);
    const answerLost = new World([{ at: atWrite(1), fault: { kind: 'AnswerLost' } }]);
    expect(await lost.create('a')).toEqual([expect.stringContaining('hang up')]);
    expect(await answerLost.create('a')).toEqual([expect.stringContaining('hang up')]);
    expect(lost.created).toEqual([]);
    expect(answerLost.created).toEqual(['a']);
  });

  it('kill the program before or after its write took effect', async () => {
    const before = new World([{ at: atWrite(2), fault: { kind: 'KilledBefore', downMs: 100 } }]);
    const after = new World([{ at: atWrite(2), fault: { kind: 'KilledAfter', downMs: 100 } }]);
    expect(await before.create('a', 'b', 'c')).toEqual(['a: created']);
    expect(await after.create('a', 'b', 'c')).toEqual(['a: created']);
    expect(before.created).not.toContain('b');
    expect(after.created).toContain('b');
    expect(after.created).not.toContain('c');
  });

  it('hide the states in between from a watch, which then cannot be resumed', async () => {
    const world = new World([{ at: { program: 'operator', kind: 'Event', n: 2 }, fault: { kind: 'EventsMissed', forMs: 5000 } }]);
    const seen: string[] = [];
    const errors: string[] = [];
    const stop = new AbortController();
    void (async () => {
      for (let resourceVersion: string | undefined; ;) {
        try {
          const query = resourceVersion === undefined ? {} : { resourceVersion };
          for await (const { type, object } of world.client.watch(MAPS, query, { signal: stop.signal })) {
            seen.push(`${type} ${object.metadata.name ?? ''}`);
            resourceVersion = object.metadata.resourceVersion;
          }
        } catch (error) {
          errors.push(error instanceof Error ? error.message : '');
          if (errors.length > 1) return;
        }
      }
    })();
    await world.run(1);
    for (const name of ['a', 'b', 'c']) world.admin.create(MAPS, { metadata: { name } });
    await world.run(30);
    expect(seen).toEqual(['ADDED a']);
    expect(errors).toEqual([expect.stringContaining('hang up'), expect.stringContaining('too old')]);
  });

  it('are the same for the same seed, and recorded as a schedule that repeats them', async () => {
    const rates = { ...NO_RATES, refused: 0.3, late: 0.2 };
    const names = Array.from({ length: 30 }, (_, index) => `map-${index}`);
    const play = async (world: World): Promise<unknown> => [await world.create(...names), world.injector.injected];
    const first = new World([], randomFaults(seededRandom(7), rates));
    const [ends, injected] = (await play(first)) as [unknown, Schedule];
    expect(injected.length).toBeGreaterThan(3);
    expect(await play(new World([], randomFaults(seededRandom(7), rates)))).toEqual([ends, injected]);
    expect(await play(new World(injected))).toEqual([ends, injected]);
  });
});

describe('Faults that last', () => {
  it('cut a program off, and let it reach the server again', async () => {
    const world = new World(timed({ kind: 'Partition', program: 'operator', forMs: 10_000 }));
    await world.run(2);
    expect(await world.create('during')).toEqual([expect.stringContaining('hang up')]);
    expect(await world.create('afterwards')).toEqual(['afterwards: created']);
    expect(world.created).toEqual(['afterwards']);
  });

  it('show a program the past', async () => {
    const world = new World(timed({ kind: 'Rewind', program: 'operator', versions: 1, forMs: 10_000 }));
    world.admin.create(MAPS, { metadata: { name: 'a' } });
    world.admin.create(MAPS, { metadata: { name: 'b' } });
    await world.run(2);
    expect(world.done).toEqual(['1: kill operator/1 for 100']);
    const { network } = world.injector;
    const restarted = new SimulatedProcess({ name: 'operator/2', seed: 1, time: world.time, server: world.server, network });
    const client = clientOf(restarted);
    const list = async (): Promise<readonly string[]> => {
      const page = client.list<KubeObject>(MAPS);
      await world.run(5);
      return (await page).items.map(({ metadata }) => metadata.name ?? '');
    };
    expect(await list()).not.toContain('b');
    await world.run(20);
    expect(await list()).toContain('b');
  });

  const WITH_PORTS: readonly (readonly [TimedFault, readonly string[]])[] = [
    [{ kind: 'Killed', program: 'operator', downMs: 500 }, ['1: kill operator/1 for 500']],
    [
      { kind: 'ClockWrong', program: 'operator', offsetMs: 60_000, forMs: 5000 },
      ['1: clock of operator 60000', '6: clock of operator 0'],
    ],
    [{ kind: 'SecondOperator', forMs: 3000 }, ['1: second operator', '4: one operator']],
    [{ kind: 'KubeletStopped', host: 'node-1', forMs: 3000 }, ['1: kubelet of node-1 3000']],
    [{ kind: 'PowerLost', host: 'node-1', forMs: 3000 }, ['1: power of node-1 3000']],
    [{ kind: 'HostPartition', host: 'node-1', forMs: 3000 }, ['1: node-1 cut true', '4: node-1 cut false']],
    [{ kind: 'DiskFull', host: 'node-1', forMs: 3000 }, ['1: node-1 full true', '4: node-1 full false']],
    [{ kind: 'Receiver', sink: 'ops', policy: { kind: 'Down' }, forMs: 3000 }, ['1: ops Down', '4: ops well']],
  ];

  it.each(WITH_PORTS)('begin and end: %j', async (fault, expected) => {
    const world = new World(timed(fault));
    await world.run(30);
    expect(world.done).toEqual(expected);
  });

  it('do not begin any more once they were stopped', async () => {
    const world = new World(timed({ kind: 'Killed', program: 'operator', downMs: 500 }));
    world.injector.stop();
    await world.run(30);
    expect(world.done).toEqual([]);
  });

  it('are of many kinds when drawn at random, in the order of their times', () => {
    const hosts = ['node-1', 'node-2'];
    const drawn = randomSchedule({ random: seededRandom(3), withinMs: 600_000, faults: 200, hosts, sinks: ['ops'] });
    const times = drawn.map(({ at }) => ('ms' in at ? at.ms : NaN));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(drawn.map(({ fault }) => fault.kind)).size).toBeGreaterThanOrEqual(10);
  });
});
