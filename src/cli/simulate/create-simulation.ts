import { ANNOTATIONS } from '../../api/names.ts';
import { asObject, asObjects, asText, type Json } from '../../core/json.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { Simulation as Cluster } from '../../simulator/simulation.ts';
import type { SimulationOptions } from '../../simulator/simulation.ts';
import { seededRandom, seedFor } from '../../simulator/time/random.ts';
import { chooseByScript, chooseByShares } from '../../simulator/world/choose-behavior.ts';
import { Gates } from '../../simulator/world/gates.ts';
import type { HostSpec } from '../../simulator/world/host.ts';
import { startUpdaters, type UpdaterBehavior } from '../../simulator/world/updaters.ts';
import { workloads } from '../../simulator/world/workloads.ts';
import { answerGates } from './gate-servers.ts';
import { NodesDown } from './nodes-down.ts';
import type { ApplyResult, ReceivedMessage, RequestCounts, Simulation, SimulationSetup } from './simulation-port.ts';

/** How long a process takes for which the user gives no duration (milliseconds). */
export const DEFAULT_DURATION_MS = 300_000;
/** How long a host is down when it reboots (milliseconds). */
const REBOOT_MS = 120_000;

/** What a demonstration changes. */
export interface Staging extends Pick<SimulationOptions, 'relay' | 'operatorEnv'> {
  /** How the upgrades go that it is about. */
  readonly script?: Parameters<typeof chooseByScript>[0];
}

/** A cluster in memory on which Baton runs, in virtual time. */
export function createSimulation(setup: SimulationSetup, staging: Staging = {}): Simulation {
  return new SimulatedFleet(setup, staging);
}

class SimulatedFleet implements Simulation {
  readonly start: number;
  readonly #cluster: Cluster;
  readonly #setup: SimulationSetup;
  readonly #gates: Gates;
  readonly #messages: ReceivedMessage[] = [];
  #seen = 0;
  #down: NodesDown | undefined;

  constructor(setup: SimulationSetup, { script = () => undefined, ...staging }: Staging) {
    const { seed, start, nodes, durations, fail, hang, gates } = setup;
    this.#setup = setup;
    this.start = start;
    this.#gates = new Gates(() => this.#cluster.time.now());
    for (const { gate, fromMs, lengthMs } of gates) {
      const from = start + fromMs;
      this.#gates.close(gate, { from, to: lengthMs === undefined ? undefined : from + lengthMs });
    }
    const shares = chooseByShares({ durations, defaultMs: DEFAULT_DURATION_MS, rebootMs: REBOOT_MS, fail, hang });
    const choose = chooseByScript(script, shares);
    this.#cluster = new Cluster({
      ...staging,
      ...{ seed, start, hosts: nodes.map(hostOf), heartbeats: 'Changes' },
      workload: (cluster) => (start) => {
        // The cluster has no hosts yet when it asks for this.
        const { client, hosts, time } = cluster;
        workloads({ seed, client, hosts, choose, now: time.now, setTimer: time.setTimer, gates: this.#gates })(start);
      },
    });
  }

  readonly now = (): number => this.#cluster.time.now();

  get api(): Simulation['api'] {
    return this.#cluster.server;
  }

  get events(): Simulation['events'] {
    return this.#cluster.timeline.events;
  }

  /** Deliveries of notifications; the probes of sinks are left out. */
  get messages(): readonly ReceivedMessage[] {
    const all = this.#cluster.messages;
    for (; this.#seen < all.length; this.#seen += 1) {
      const { time, sink, node, notification, body, contentType, accepted } = all[this.#seen] ?? {};
      if (time === undefined || sink === undefined || notification === undefined || accepted !== true) continue;
      this.#messages.push({ time, sink, senderNode: node ?? '', notification, body: body ?? '', contentType: contentType ?? '' });
    }
    return this.#messages;
  }

  get requests(): RequestCounts {
    const { total, byVerb, byProgram } = this.#cluster.requests;
    return { total, byVerb, byUser: byProgram, perNode: total / Math.max(1, this.#setup.nodes.length) };
  }

  get hostsDown(): Simulation['hostsDown'] {
    return { now: this.#down?.now ?? 0, peak: this.#down?.peak ?? 0 };
  }

  list(path: string): readonly KubeObject[] {
    return this.#cluster.timeline.current(path) ?? this.#cluster.client.list(path);
  }

  apply(objects: readonly KubeObject[]): readonly ApplyResult[] {
    return objects.map((object) => {
      if (object.kind === 'UpgradePlan') answerGates(object, { servers: this.#cluster.servers, gates: this.#gates });
      const outcome = this.#cluster.apply(object);
      if (outcome.ok) return { ok: true, code: 201, message: '', warnings: outcome.warnings };
      return { ok: false, code: outcome.code, message: outcome.message, warnings: [] };
    });
  }

  async run({ until, limitMs }: Parameters<Simulation['run']>[0]): Promise<void> {
    await this.#boot();
    await this.#cluster.run({ limit: this.now() + limitMs, until: () => until(this) });
    const [failure] = this.#cluster.failures;
    if (failure !== undefined) throw new Error(`A program of Baton ended in the simulation: ${failure}`);
  }

  async #boot(): Promise<void> {
    if (this.#down !== undefined) return;
    await this.#cluster.boot();
    for (const node of this.#setup.nodes) this.#restore(node);
    this.#down = new NodesDown(this.#cluster.client);
    this.#startUpdaters();
    this.#cluster.startOperator();
  }

  /** Starts the updaters of the hosts, for processes that are `external`. */
  #startUpdaters(): void {
    const { seed, fail, hang } = this.#setup;
    const { client, hosts, time } = this.#cluster;
    const random = seededRandom(seedFor(seed, 'updaters'));
    const choose = (): UpdaterBehavior => {
      const chance = random();
      return chance < fail ? 'Fails' : chance < fail + hang ? 'Sleeps' : 'Works';
    };
    startUpdaters({ client, hosts, random, now: time.now, setTimer: time.setTimer }, { seed, choose });
  }

  /** Gives a Node what a kubelet does not: annotations, such as done-marks, and whether it is cordoned. */
  #restore({ metadata: { name = '', annotations = {} }, spec }: KubeObject): void {
    const { unschedulable } = asObject(spec);
    const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== ANNOTATIONS.turn));
    if (Object.keys(kept).length === 0 && unschedulable !== true) return;
    const patch = { metadata: { annotations: kept }, ...(unschedulable === true ? { spec: { unschedulable } } : {}) };
    this.#cluster.client.mergePatch(`/api/v1/nodes/${name}`, patch);
  }
}

/** The host that a Node stands for. */
function hostOf({ metadata: { name = '', labels = {} }, spec, status }: KubeObject): HostSpec {
  const { taints, providerID } = asObject(spec);
  const { capacity, nodeInfo } = asObject(status);
  const { kernelVersion, osImage, kubeletVersion } = asObject(nodeInfo);
  const facts = Object.entries({ kernelVersion, osImage, kubeletVersion, providerID }).filter(
    ([, value]) => asText(value) !== '',
  );
  return {
    ...{ name, labels },
    taints: asObjects(taints).filter(isLasting),
    ...(capacity === undefined ? {} : { capacity: capacity as Readonly<Record<string, string>> }),
    ...(Object.fromEntries(facts) as Readonly<Record<string, string>>),
  };
}

/** Whether somebody has put a taint on the Node on purpose: the control plane puts others on it when it has to. */
function isLasting({ key }: Json): boolean {
  return !asText(key).startsWith('node.kubernetes.io/');
}
