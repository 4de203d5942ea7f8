import { expect, jest } from '@jest/globals';
import { refusal, refusedRequest } from '../../../../../src/simulator/api-server/refusals.ts';
import { reliableNetwork, type Network, type OutgoingRequest } from '../../../../../src/simulator/process/network.ts';
import { seededRandom } from '../../../../../src/simulator/time/random.ts';
import { MINUTE, planYaml, Stage } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

const usual = (): Network => reliableNetwork(seededRandom(1), 1, 20);

/** Names of the Nodes that are NotReady. */
function notReady(stage: Stage): readonly string[] {
  return stage.list('/api/v1/nodes').flatMap(({ metadata, status }) => {
    const { conditions = [] } = status as { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
    const isReady = conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
    return isReady ? [] : [metadata.name ?? ''];
  });
}

/** A network on which the operator's watches of Nodes fail while `isBroken`; its lists, its other watches and its writes work. */
function withoutWatchesOfNodes(isBroken: () => boolean): Network {
  const base = usual();
  const isHit = ({ from, watch, request }: OutgoingRequest): boolean =>
    isBroken() && watch && from.startsWith('operator') && request.path === '/api/v1/nodes';
  return {
    request: (outgoing) =>
      isHit(outgoing)
        ? { kind: 'Refused', afterMs: 5, answer: refusal('TooManyRequests', refusedRequest(outgoing.request)) }
        : base.request(outgoing),
    line: (outgoing, line) => (isHit(outgoing) ? { kind: 'Breaks' } : base.line(outgoing, line)),
  };
}

mustSee({
  entry: 'E26',
  fault: 'While its watches of Nodes fail, the operator takes nodes although as many as may be are down',
  play: async () => {
    let isBroken = false;
    const stage = await Stage.open({
      hosts: 4,
      network: () => withoutWatchesOfNodes(() => isBroken),
      upgrades: () => ({ kind: 'Succeeds', ms: 10 * MINUTE }),
    });
    stage.apply(planYaml('batches: [{size: 100%}]'));
    await stage.until('the first node is in its turn', () => stage.claimed().length === 1);
    isBroken = true;
    const [first = ''] = stage.claimed();
    const others = stage.simulation.hosts.all.map(({ name }) => name).filter((name) => name !== first);
    for (const name of others.slice(1)) stage.simulation.hosts.stopKubelet(name);
    await stage.until('the first node is upgraded', () => stage.record(first)?.state === 'Succeeded');
    await stage.pass(2 * MINUTE);
    return { claimed: stage.claimed().length, notReady: notReady(stage).length, waits: stage.condition('Ready')?.reason };
  },
  today: ({ claimed, notReady: down }) => {
    expect(down).toBe(2);
    expect(claimed).toBe(1);
  },
  right: ({ claimed, waits }) => {
    expect(claimed).toBe(0);
    expect(waits).toBe('MaxUnavailableReached');
  },
});

/**
 * A network that cuts the first operator off. When it sends again, its watches still show nothing that is newer than the cut, as they do
 * until they have reconnected one by one.
 */
class CutOff implements Network {
  readonly #base = usual();
  #state: 'Connected' | 'Cut' | 'Behind' = 'Connected';
  #version = Infinity;

  cut(version: number): void {
    this.#state = 'Cut';
    this.#version = version;
  }

  reconnect(): void {
    this.#state = 'Behind';
  }

  request(outgoing: OutgoingRequest): ReturnType<Network['request']> {
    const isLost = this.#state === 'Cut' || (this.#state === 'Behind' && outgoing.watch);
    return isLost && outgoing.from === 'operator/1' ? { kind: 'Lost', breaksAfterMs: 5000 } : this.#base.request(outgoing);
  }

  line(outgoing: OutgoingRequest, line: string): ReturnType<Network['line']> {
    if (this.#state === 'Connected' || outgoing.from !== 'operator/1') return this.#base.line(outgoing, line);
    const { object } = JSON.parse(line) as { readonly object: { readonly metadata: { readonly resourceVersion: string } } };
    return Number(object.metadata.resourceVersion) > this.#version ? { kind: 'Hidden' } : this.#base.line(outgoing, line);
  }
}

mustSee({
  entry: 'E27',
  fault: 'An operator that was cut off takes a node that another operator has upgraded, and upgrades it again',
  play: async () => {
    const network = new CutOff();
    const runs: string[] = [];
    const stage = await Stage.open({
      hosts: 2,
      network: () => network,
      upgrades: ({ host }) => {
        runs.push(host);
        return { kind: 'Succeeds', ms: MINUTE };
      },
    });
    stage.apply(planYaml('notify: {}\nbatches: [{size: 100%}]'));
    await stage.until('the first node is upgraded', () =>
      stage.batches().some(({ status }) => (status?.nodes ?? []).some(({ state }) => state === 'Succeeded')),
    );
    network.cut(stage.simulation.server.version);
    stage.simulation.startOperator();
    await stage.until('another operator ends the rollout', () => stage.plan().status?.summary === 'Succeeded');
    network.reconnect();
    await stage.pass(2 * MINUTE);
    return { runs, claimed: stage.claimed() };
  },
  today: ({ runs, claimed }) => {
    expect(runs).toHaveLength(3);
    expect(claimed).toEqual([runs[1]]);
  },
  right: ({ runs, claimed }) => {
    expect(runs).toHaveLength(2);
    expect(claimed).toEqual([]);
  },
});

mustSee({
  entry: 'E27',
  fault: 'Two operators that run at once both decide',
  play: async () => {
    const writers = new Set<string>();
    const base = usual();
    const network: Network = {
      ...base,
      request: (outgoing) => {
        const { method, query, path } = outgoing.request;
        const isOwnLease = path.includes('/namespaces/baton-system/leases');
        if (method !== 'GET' && !query.has('dryRun') && !isOwnLease && outgoing.from.startsWith('operator'))
          writers.add(outgoing.from);
        return base.request(outgoing);
      },
    };
    const stage = await Stage.open({ hosts: 2, network: () => network });
    stage.simulation.startOperator();
    await stage.pass(MINUTE);
    writers.clear();
    stage.apply(planYaml());
    await stage.until('the rollout has ended', () => stage.plan().status?.summary === 'Succeeded');
    return [...writers];
  },
  today: (writers) => {
    expect(writers).toHaveLength(2);
  },
  right: (writers) => {
    expect(writers).toHaveLength(1);
  },
});
