import { createFaultInjector, type FaultInjector } from '../../src/simulator/faults/inject-faults.ts';
import { randomFaults } from '../../src/simulator/faults/fault-source.ts';
import type { FaultPorts } from '../../src/simulator/faults/fault-ports.ts';
import { kindOf, roleOf } from '../../src/simulator/faults/points.ts';
import { describeFault, type ReceiverPolicy } from '../../src/simulator/faults/schedule.ts';
import { InvariantChecker } from '../../src/simulator/invariants/check-invariants.ts';
import type { Change, Exchange, ObservedMessage } from '../../src/simulator/invariants/observation.ts';
import { watchCluster } from '../../src/simulator/invariants/watch-cluster.ts';
import { reliableNetwork, type Network } from '../../src/simulator/process/network.ts';
import { acceptingReceiver, type Receiver } from '../../src/simulator/programs/receiver.ts';
import type { ReceivedMessage } from '../../src/simulator/programs/message-log.ts';
import { Simulation } from '../../src/simulator/simulation.ts';
import { seededRandom, seedFor } from '../../src/simulator/time/random.ts';
import { Gates } from '../../src/simulator/world/gates.ts';
import { reportHosts } from '../../src/simulator/world/observed-hosts.ts';
import { workloads } from '../../src/simulator/world/workloads.ts';
import { countChange } from './count-changes.ts';
import { endState } from './end-state.ts';
import type { PlanEdit, Run, RunRequest, RunResult, WritePoint } from './run-port.ts';
import { NAMESPACE, receiverUrl, scenarioNamed, START, type Scenario } from './scenarios.ts';

/** How long programs may act on what was true before, without faults (ms). */
const REACTION_MS = 5000;
/** The same with faults: as long as the longest of them, and some more. */
const REACTION_WITH_FAULTS_MS = 200_000;
/** When nothing has changed for this long, a run has ended (ms). Longer than any deadline of a scenario. */
const QUIET_MS = 20 * 60_000;
/** After the last fault and the last edit, a run comes to rest within this time (ms): nothing is written any more. */
const MAX_UNREST_MS = 6 * 3_600_000;
/** The nodes are Ready, and the operator has its caches, by then (ms). */
const SETTLED_MS = 60_000;
const PLANS = `/apis/baton.dev/v1alpha1/namespaces/${NAMESPACE}/upgradeplans`;

/** Invariants that today's Baton is known to break, with the entries of the list of trials that say so. */
export interface Known {
  readonly except: ReadonlySet<string>;
}

/** Runs whole simulations. */
export function simulatedRun({ except }: Known): Run {
  return (request) => new SimulatedRun(request, except).run();
}

class SimulatedRun {
  readonly #request: RunRequest;
  readonly #scenario: Scenario;
  readonly #simulation: Simulation;
  readonly #checker: InvariantChecker;
  readonly #gates: Gates;
  readonly #policies = new Map<string, ReceiverPolicy>();
  readonly #counts: Record<string, number> = {};
  readonly #writes: WritePoint[] = [];
  readonly #offsets = new Map<string, number>();
  #injector: FaultInjector | undefined;
  #changedAt = START;
  #lastChange = '';
  #faultsEnd = START;

  constructor(request: RunRequest, except: ReadonlySet<string>) {
    this.#request = request;
    this.#scenario = scenarioNamed(request.scenario, request.seed);
    const { hosts, choose } = this.#scenario;
    this.#simulation = new Simulation({
      seed: request.seed,
      start: START,
      hosts,
      heartbeats: 'All',
      network: (simulation) => this.#createNetwork(simulation),
      onExchange: (exchange) => this.#onExchange(exchange),
      clockOffsetMs: (program) => this.#offsets.get(roleOf(program)) ?? 0,
      workload: (simulation) => (start) => {
        const { client, time, hosts: all } = simulation;
        const ports = { seed: request.seed, client, hosts: all, now: time.now, setTimer: time.setTimer };
        workloads({ ...ports, choose, gates: this.#gates })(start);
      },
    });
    const { time } = this.#simulation;
    this.#gates = new Gates(time.now);
    const hasFaults = request.schedule.length > 0 || request.rates !== undefined;
    this.#checker = new InvariantChecker({
      now: time.now,
      world: {
        hosts: () => reportHosts(this.#simulation.hosts),
        messages: () => this.#simulation.messages.flatMap(observedMessage),
        gates: () => [],
      },
      reactionMs: hasFaults ? REACTION_WITH_FAULTS_MS : REACTION_MS,
      except,
    });
    for (const sink of this.#scenario.sinks) this.#simulation.servers.serve(receiverUrl(sink), this.#receiver(sink));
  }

  async run(): Promise<RunResult> {
    const simulation = this.#simulation;
    const watch = watchCluster(simulation.client, this.#checker, simulation.installation.namespace, (change) => {
      const counted = countChange(change, this.#counts);
      if (counted) {
        this.#changedAt = simulation.time.now();
        this.#lastChange = `${change.kind} ${nameOf(change)} still changes`;
      }
    });
    let failure: string | undefined;
    try {
      await simulation.run({ limit: START + SETTLED_MS });
      simulation.startOperator();
      await simulation.run({ limit: simulation.time.now() + 5000, afterStep: watch.check });
      for (const object of this.#scenario.objects) {
        const outcome = simulation.apply(object);
        if (!outcome.ok) throw new Error(`${object.kind ?? ''} ${object.metadata.name ?? ''}: ${outcome.message}`);
      }
      this.#injector?.start();
      this.#faultsEnd = simulation.time.now() + lastFaultMs(this.#request);
      for (const edit of this.#request.edits ?? []) simulation.time.setTimer(edit.atMs, () => this.#edit(edit));
      const end = await simulation.run({
        limit: this.#faultsEnd + MAX_UNREST_MS,
        until: () => simulation.time.now() > Math.max(this.#changedAt, this.#faultsEnd) + QUIET_MS,
        afterStep: watch.check,
      });
      if (end === 'Limit')
        failure = `Restless: ${this.#lastChange} after ${MAX_UNREST_MS / 3_600_000} h without faults and edits`;
      else this.#checker.checkEnd();
      failure ??= simulation.failures[0];
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    watch.stop();
    return this.#result(failure);
  }

  #result(failure: string | undefined): RunResult {
    const { timeline, time } = this.#simulation;
    const injected = this.#injector?.injected ?? [];
    return {
      failure,
      end: endState(this.#checker.observation, reportHosts(this.#simulation.hosts), this.#simulation.messages),
      counts: this.#counts,
      writes: this.#writes,
      events: this.#injector?.points.count('operator', 'Event') ?? 0,
      injected,
      steps: time.steps,
      checks: this.#checker.checks,
      endedAtMs: this.#changedAt - START,
      transcript: timeline.events.map(({ time: at, kind, plan, node, text }) =>
        [new Date(at).toISOString().slice(11, 19), kind, plan, node, text].filter((part) => part !== undefined).join(' '),
      ),
    };
  }

  #createNetwork(simulation: Simulation): Network {
    const { seed, schedule, rates } = this.#request;
    const { time, server } = simulation;
    this.#injector = createFaultInjector({
      schedule,
      ...(rates === undefined ? {} : { source: randomFaults(seededRandom(seedFor(seed, 'faults')), rates) }),
      base: reliableNetwork(seededRandom(seedFor(seed, 'network')), 1, 20),
      server,
      now: time.now,
      setTimer: time.setTimer,
      ports: this.#faultPorts(simulation),
      version: () => server.version,
      onFault: (fault) => simulation.timeline.add({ kind: 'world', text: describeFault(fault) }),
    });
    const { network } = this.#injector;
    return {
      request: (outgoing) => {
        if (roleOf(outgoing.from) === 'operator' && kindOf(outgoing) === 'Write') {
          const { method, path } = outgoing.request;
          this.#writes.push({ atMs: time.now() - START, version: server.version, what: `${method} ${path}` });
        }
        return network.request(outgoing);
      },
      line: (outgoing, line) => network.line(outgoing, line),
    };
  }

  #faultPorts(simulation: Simulation): FaultPorts {
    const { time } = simulation;
    return {
      killProgram: (name, downMs) => {
        if (!simulation.killProgram(name)) return;
        if (roleOf(name) === 'operator') time.setTimer(downMs, () => simulation.startOperator());
      },
      running: (role) => simulation.running.filter((name) => roleOf(name) === role),
      setClockOffset: (role, offsetMs) => this.#offsets.set(role, offsetMs),
      startSecondOperator: () => {
        const { process } = simulation.startOperator();
        return () => process.terminate();
      },
      hosts: {
        stopKubelet: (host, restartMs) => simulation.hosts.stopKubelet(host, restartMs),
        powerOff: (host, downMs) => simulation.hosts.powerOff(host, downMs),
        partition: (host, isCut) => simulation.hosts.partition(host, isCut),
        setDiskFull: (host, isFull) => simulation.hosts.setDiskFull(host, isFull),
      },
      setReceiver: (sink, policy) => {
        if (policy === undefined) this.#policies.delete(sink);
        else this.#policies.set(sink, policy);
      },
    };
  }

  #receiver(sink: string): Receiver {
    return (request) => {
      const policy = this.#policies.get(sink);
      switch (policy?.kind) {
        case undefined:
          return acceptingReceiver(request);
        case 'Down':
          return { kind: 'Broken', code: 'ECONNREFUSED' };
        case 'Slow':
          return { kind: 'Answers', status: 200, afterMs: policy.ms };
        case 'Answers':
        case 'KeepsAndFails':
          return { kind: 'Answers', status: policy.status };
      }
    };
  }

  #onExchange(exchange: Exchange): void {
    const { request, response } = exchange;
    if (request.path.endsWith('/eviction') && response.status === 201) {
      this.#counts['evicted Pod'] = (this.#counts['evicted Pod'] ?? 0) + 1;
    }
    this.#checker.exchanged(exchange);
  }

  #edit({ plan, spec }: PlanEdit): void {
    const path = `${PLANS}/${plan}`;
    const stored = this.#simulation.client.get(path);
    if (stored === undefined) return;
    const outcome = this.#simulation.client.replace(path, { ...stored, spec });
    const text = outcome.ok ? `the spec of ${plan} is edited` : `an edit of ${plan} is rejected: ${outcome.message}`;
    this.#simulation.timeline.add({ kind: 'world', text });
  }
}

function nameOf({ before, after }: Change): string {
  const { name, metadata } = (after ?? before ?? {}) as { readonly name?: string; readonly metadata?: { readonly name: string } };
  return metadata?.name ?? name ?? '';
}

function lastFaultMs({ schedule, edits = [] }: RunRequest): number {
  const faults = schedule.map(({ at, fault }) => ('ms' in at && 'forMs' in fault ? at.ms + fault.forMs : 0));
  return Math.max(0, ...faults, ...edits.map(({ atMs }) => atMs));
}

/** The content is what the sink was given, without its text, which names the sender: a second agent may send it again. */
function observedMessage({ sink, notification, accepted }: ReceivedMessage): readonly ObservedMessage[] {
  if (sink === undefined || notification === undefined || !accepted) return [];
  const { agent: _agent, text: _text, ...content } = notification;
  return [{ sink, id: notification.id, content: JSON.stringify(content) }];
}
