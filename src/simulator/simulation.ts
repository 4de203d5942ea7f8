import type { Log } from '../api/log.ts';
import { asObject, asObjects, asText } from '../core/json.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { createApiServer, type ApiServer } from './api-server/create-api-server.ts';
import type { ApiRequest, ApiResponse, Mutate } from './api-server/rest/exchange.ts';
import type { Identity } from './api-server/access/caller.ts';
import { batonContainers } from './baton-containers.ts';
import { ClusterClient, type Outcome } from './cluster/cluster-client.ts';
import type { ContainerHost, PullImage, RunContainer } from './cluster/kubelet/container.ts';
import { Kubelets } from './cluster/kubelet/kubelets.ts';
import type { HeartbeatWrites } from './cluster/kubelet/node-reporter.ts';
import { startControllers } from './cluster/start-controllers.ts';
import { collectionPath } from './collection-path.ts';
import { install, readInstallation, type Installation } from './installation.ts';
import { reliableNetwork, type Network } from './process/network.ts';
import { SimulatedProcess } from './process/simulated-process.ts';
import { MailServers } from './programs/mail-servers.ts';
import { MemoryFiles } from './programs/memory-files.ts';
import { MessageLog, type ReceivedMessage } from './programs/message-log.ts';
import { OutsideServers, type OutsideServersOptions } from './programs/outside-servers.ts';
import type { OnLog } from './programs/program-log.ts';
import type { ProgramEnd } from './programs/program.ts';
import { startOperator, type StartedOperator } from './programs/start-operator.ts';
import { RequestCounter } from './request-counter.ts';
import { seededRandom, seedFor } from './time/random.ts';
import { VirtualTime, type RunEnd, type RunOptions } from './time/virtual-time.ts';
import { recordTimeline, type TimelineRecorder } from './timeline/record-timeline.ts';
import type { HostSpec } from './world/host.ts';
import { Hosts } from './world/hosts.ts';

/** What a simulation starts with. */
export interface SimulationOptions {
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly hosts: readonly HostSpec[];
  /** Runs the containers of every image but Baton's. */
  readonly workload: (simulation: Simulation) => RunContainer;
  /** How images are pulled; by default each within some seconds. */
  readonly pullImage?: PullImage;
  /** What mutating webhooks make of an object that is to be created. */
  readonly mutate?: Mutate;
  /** The network between Baton's programs and the API server; by default without faults. */
  readonly network?: (simulation: Simulation) => Network;
  /** Variables of the operator, in addition to those of the shipped Deployment. */
  readonly operatorEnv?: Readonly<Record<string, string>>;
  /** Which heartbeats kubelets write; all by default. */
  readonly heartbeats?: HeartbeatWrites;
  /** Sends requests to real servers; see {@link OutsideServersOptions.relay}. */
  readonly relay?: OutsideServersOptions['relay'];
  /** Receives the log lines of Baton's programs. */
  readonly onLog?: OnLog;
  /** Sees every request of Baton's programs that reaches the API server, and its answer. */
  readonly onExchange?: (exchange: ProgramExchange) => void;
  /** What the clock of a program's host shows too much (ms), in addition to the host's own offset. */
  readonly clockOffsetMs?: (program: string) => number;
}

/** A request of a program that reached the API server, and its answer. */
export interface ProgramExchange {
  /** Name of the program, such as `operator/1`. */
  readonly from: string;
  readonly request: ApiRequest;
  readonly response: ApiResponse;
}

/** An operator that runs in a simulation. */
export interface RunningOperator extends StartedOperator {
  readonly process: SimulatedProcess;
}

const BOOT_MS = 300_000;
const MAX_UNASKED_MS = 60_000;
const LATENCY_MS = { min: 1, max: 20 };
/** etcd keeps the past this long (ms). */
const COMPACTION_MS = 300_000;
/** How long a program needs to notice that its connection is dead (ms). */
const BROKEN_MS = 15_000;
const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A whole cluster with Baton in virtual time. The same options give the same run, to the byte. */
export class Simulation {
  readonly time: VirtualTime;
  readonly server: ApiServer;
  /** The cluster's administrator. */
  readonly client: ClusterClient;
  readonly hosts: Hosts;
  readonly kubelets: Kubelets;
  readonly installation: Installation;
  readonly servers: OutsideServers;
  readonly mail: MailServers;
  readonly timeline: TimelineRecorder;
  readonly requests = new RequestCounter();
  /** Programs that have failed, with the reason: none should. */
  readonly failures: string[] = [];
  readonly #options: SimulationOptions;
  readonly #messages: MessageLog;
  readonly #network: Network;
  readonly #files = new MemoryFiles();
  readonly #programs = new Map<string, SimulatedProcess>();
  #operators = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const { start, hosts, heartbeats = 'All', mutate } = options;
    this.time = new VirtualTime(start);
    const { now, setTimer } = this.time;
    this.installation = readInstallation();
    const { definitions, roles } = this.installation;
    this.server = createApiServer({
      ...{ definitions, roles, now, setTimer, random: this.#random('api-server'), log: SILENT },
      ...(mutate === undefined ? {} : { mutate }),
    });
    this.client = new ClusterClient(this.server, 'kubectl');
    this.#network = options.network?.(this) ?? reliableNetwork(this.#random('network'), LATENCY_MS.min, LATENCY_MS.max);
    this.#messages = new MessageLog(now);
    const latency = this.#random('outside');
    const latencyMs = (): number => 5 + latency() * 95;
    this.servers = new OutsideServers({
      ...{ now, latencyMs, log: this.#messages },
      relay: (request) => {
        const answer = options.relay?.(request);
        return answer === undefined ? undefined : this.time.hold(answer);
      },
    });
    this.mail = new MailServers({ latencyMs, log: this.#messages, hold: (work) => this.time.hold(work) });
    this.timeline = recordTimeline({ client: this.client, now });
    startControllers(new ClusterClient(this.server, 'kube-controller-manager'), {
      lastRenewal: (node) => this.kubelets.lastRenewal(node),
      definitions,
      now,
      setTimer,
      random: this.#random('controllers'),
    });
    this.kubelets = new Kubelets({
      ...{ now, setTimer, random: this.#random('kubelets'), heartbeats },
      client: new ClusterClient(this.server, 'kubelet'),
      runContainer: this.#runContainer(),
      pullImage: options.pullImage ?? slowPull(this.#random('images')),
    });
    this.hosts = new Hosts({
      kubelets: this.kubelets,
      now,
      setTimer,
      random: this.#random('hosts'),
      onEvent: (text) => this.timeline.add({ kind: 'world', text }),
    });
    install(this.client);
    for (const host of hosts) this.hosts.add(host);
    this.#compactLater(this.server.version);
  }

  /** What arrived at receivers outside of the cluster, and what sinks wrote into it. */
  get messages(): readonly ReceivedMessage[] {
    return this.#messages.messages;
  }

  /** Starts an operator, beside those that run. */
  startOperator(): RunningOperator {
    this.#operators += 1;
    const { operatorUser, operatorEnv } = this.installation;
    const name = `operator/${this.#operators}`;
    const process = this.#createProcess(name, undefined, { user: operatorUser });
    const env = { ...operatorEnv, ...this.#options.operatorEnv };
    const { onLog } = this.#options;
    const started = startOperator(process, {
      env,
      files: this.#files,
      servers: this.servers,
      ...(onLog === undefined ? {} : { onLog }),
    });
    void started.ended.then((end) => this.#noteFailure(name, end));
    return { ...started, process };
  }

  /** Creates an object, or merges it into the one that exists, as `kubectl apply` does. */
  apply(object: KubeObject): Outcome {
    const path = collectionPath(object);
    const created = this.client.create(path, object, { fieldValidation: 'Strict' });
    if (created.ok || created.reason !== 'AlreadyExists') return created;
    return this.client.mergePatch(`${path}/${object.metadata.name ?? ''}`, object);
  }

  /** Runs until every Node is registered and Ready. Throws when that takes more than five minutes. */
  async boot(): Promise<void> {
    const expected = this.hosts.all.length;
    const isUp = (): boolean => this.client.list('/api/v1/nodes').length === expected && this.nodesDown() === 0;
    const end = await this.time.run({ until: this.#seldom(expected, isUp), limit: this.time.now() + BOOT_MS });
    if (end !== 'Until') throw new Error(`not all of ${expected} Nodes are Ready after ${BOOT_MS / 1000} s`);
  }

  /** Names of the programs that run, such as `operator/1` and `agent/node-3/17`. */
  get running(): readonly string[] {
    return [...this.#programs.keys()];
  }

  /** Kills a program, as SIGKILL does; false when it does not run. The kubelet sees that its container has ended. */
  killProgram(name: string): boolean {
    const process = this.#programs.get(name);
    process?.kill();
    return process !== undefined;
  }

  /** Advances the time. */
  run(options: RunOptions): Promise<RunEnd> {
    return this.time.run(options);
  }

  /** How many Nodes are down now: NotReady, or cordoned. */
  nodesDown(): number {
    return this.client.list('/api/v1/nodes').filter(isDown).length;
  }

  /** Asks only every n-th time, because the question is expensive, and at least once a minute, because a fleet that is up has few timers. */
  #seldom(n: number, ask: () => boolean): () => boolean {
    let count = 0;
    let asked = this.time.now();
    return () => {
      count += 1;
      if (count % n !== 0 && this.time.now() - asked < MAX_UNASKED_MS) return false;
      asked = this.time.now();
      return ask();
    };
  }

  #random(part: string): () => number {
    return seededRandom(seedFor(this.#options.seed, part));
  }

  #createProcess(name: string, host: ContainerHost | undefined, identity: Identity): SimulatedProcess {
    const { onExchange, clockOffsetMs, seed } = this.#options;
    const process = new SimulatedProcess({
      ...{ name, identity, seed, time: this.time, server: this.server },
      network: host === undefined ? this.#network : partitioned(this.#network, host),
      clockOffsetMs: () => (host?.clockOffsetMs ?? 0) + (clockOffsetMs?.(name) ?? 0),
      onExchange: (from, request, response) => {
        this.requests.count(from, request);
        onExchange?.({ from, request, response });
      },
    });
    this.#programs.set(name, process);
    process.onKill(() => this.#programs.delete(name));
    return process;
  }

  #runContainer(): RunContainer {
    const baton = batonContainers({
      createProcess: (name, host, identity) => this.#createProcess(name, host, identity),
      ...{ servers: this.servers, mail: this.mail, messages: this.#messages },
      ...(this.#options.onLog === undefined ? {} : { onLog: this.#options.onLog }),
      onFailure: (program, end) => this.#noteFailure(program, end),
    });
    let workload: RunContainer | undefined;
    return (start) => {
      if (start.image === this.installation.image) return baton(start);
      // Not before: workloads need the hosts, which need the kubelets.
      workload ??= this.#options.workload(this);
      workload(start);
    };
  }

  #noteFailure(program: string, end: ProgramEnd): void {
    if (end.kind === 'Failed') this.failures.push(`${program}: ${end.error.message}`);
  }

  // What is older than the last compaction is forgotten, so that watches have some minutes to come back.
  #compactLater(version: number): void {
    this.time.setTimer(COMPACTION_MS, () => {
      this.server.compact(version);
      this.#compactLater(this.server.version);
    });
  }
}

/** A host that is cut off reaches nothing, and hears nothing. */
function partitioned(network: Network, host: ContainerHost): Network {
  return {
    request: (outgoing) => (host.connected ? network.request(outgoing) : { kind: 'Lost', breaksAfterMs: undefined }),
    line: (outgoing, line) => (host.connected ? network.line(outgoing, line) : { kind: 'Breaks', afterMs: BROKEN_MS }),
  };
}

function slowPull(random: () => number): PullImage {
  return () => ({ kind: 'Pulled', ms: Math.round(500 + random() * 4500) });
}

function isDown({ spec, status }: KubeObject): boolean {
  const ready = asObjects(asObject(status)['conditions']).find(({ type }) => type === 'Ready');
  return asObject(spec)['unschedulable'] === true || asText(ready?.['status']) !== 'True';
}
