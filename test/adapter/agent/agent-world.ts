import { runAgent } from '../../../src/agent/run-agent.ts';
import type { AgentPorts, SharedSinksRead } from '../../../src/agent/ports.ts';
import type { UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { Log } from '../../../src/api/log.ts';
import type { OutboxEntry } from '../../../src/core/baton/deliveries.ts';
import { timeoutSeconds } from '../../../src/core/baton/timeouts.ts';
import type { LeaseView } from '../../../src/core/baton/lease.ts';
import { isProbe } from '../../../src/core/baton/series.ts';
import type { ReportFact } from '../../../src/core/facts.ts';
import type { Sink } from '../../../src/notify/sink.ts';
import { aPlan, settle, supersedeAlerts, withAlert } from './batches.ts';
import { FakeCluster, type Holder } from './fake-cluster.ts';
import { Receivers } from './receivers.ts';
import { VirtualProcess, VirtualTime } from './virtual-time.ts';

/** An agent that runs, and what can be done to it. */
export interface RunningAgent extends Holder {
  readonly process: VirtualProcess;
  /** SIGTERM. */
  readonly stop: AbortController;
  /** Undefined while it runs. */
  endedAt: number | undefined;
  /** When its calls to the API server failed. */
  readonly failedCalls: number[];
  /** When it was asked to end. */
  stoppedAt?: number;
}

/** A cluster, its receivers, and agents in virtual time. */
export class AgentWorld {
  readonly time = new VirtualTime();
  readonly cluster: FakeCluster;
  readonly receivers = new Receivers(this.time);
  readonly behaviours = this.receivers.behaviours;
  readonly received = this.receivers.received;
  readonly posted = this.receivers.posted;
  readonly probes = this.receivers.probes;
  readonly logged: string[] = [];
  /** What each call to the API server does before it is carried out; may throw. */
  beforeCall: (call: string, agent: RunningAgent) => void = () => undefined;
  /** What the kubelet has of the sinks that the plan shares. */
  sharedSinks: () => SharedSinksRead = () => ({ sinks: [], problem: undefined });
  apiLatency: (call: string) => number = () => 20;
  /** What the agents' watches show; the truth by default. */
  outbox: () => OutboxEntry[] = () => this.cluster.outbox();
  random: () => number = () => 0.5;
  reports: readonly ReportFact[] = [];
  /** When a receipt was first on the Lease, by message and sink. */
  readonly receiptTimes = new Map<string, number>();
  readonly followed: string[] = [];
  #agents = 0;

  constructor(batches: readonly UpgradeBatch[], sinks: readonly string[]) {
    this.cluster = new FakeCluster(batches, aPlan(sinks));
    for (const sink of sinks) this.behaviours.set(sink, { latencyMs: 100 });
  }

  /** Starts an agent on a node, in a Pod of its own unless it is said in which; the Lease does not name it yet. */
  start(node: string, podUid = `pod-${++this.#agents}`): RunningAgent {
    const agent: RunningAgent = {
      node,
      podUid,
      process: new VirtualProcess(this.time),
      stop: new AbortController(),
      endedAt: undefined,
      failedCalls: [],
    };
    void runAgent(this.#ports(agent), agent.stop.signal).then(() => {
      agent.endedAt = this.time.now;
    });
    return agent;
  }

  /** Starts an agent and gives it the baton. */
  async startHolder(node: string, batch: string): Promise<RunningAgent> {
    const agent = this.start(node);
    this.cluster.passBaton(agent, batch);
    await this.time.pass(0);
    return agent;
  }

  /** The batch settles. Sinks that have not got an alert until then get the final message instead. */
  settleBatch(index: number, sinks: readonly string[]): void {
    this.cluster.copyReceipts();
    this.cluster.changeBatch(`uid-of-kernel-7f3c-${index}`, (batch) => supersedeAlerts(settle(batch, sinks)));
  }

  /** Raises an alert of the batch. */
  raiseAlert(index: number, sinks: readonly string[]): void {
    this.cluster.changeBatch(`uid-of-kernel-7f3c-${index}`, (batch) => withAlert(batch, sinks));
  }

  /** How many tries to send have begun, for a sink. */
  tries(sink: string): number {
    return this.receivers.tries.filter((each) => each.sink === sink).length;
  }

  #ports(agent: RunningAgent): AgentPorts {
    const { cluster } = this;
    const call = <T>(name: string, act: () => T): Promise<T> =>
      agent.process.call(this.apiLatency(name), () => {
        try {
          this.beforeCall(name, agent);
        } catch (error) {
          agent.failedCalls.push(this.time.now);
          throw error;
        }
        return act();
      });
    const write = (level: string) => (message: string, fields?: object) => {
      this.logged.push(`${level} ${agent.node} ${message} ${JSON.stringify(fields)}`);
    };
    const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    return {
      config: { node: agent.node, pod: agent.podUid, podUid: agent.podUid, cluster: 'prod' },
      leases: {
        read: () => call('lease.read', () => cluster.lease),
        update: (object) => call('lease.update', () => this.#noteReceipts(cluster.replaceLease(object, agent))),
      },
      batches: {
        run: async (onChange, signal) => {
          cluster.onBatchChange(() => {
            // A watch delivers late.
            void agent.process.call(this.apiLatency('batch.watch'), onChange);
          }, signal);
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
        },
        outbox: () => this.outbox(),
        probes: () => cluster.receipts().filter(isProbe),
        read: (name) => call('batch.read', () => cluster.read(name)),
      },
      sharedSinks: { read: () => Promise.resolve(this.sharedSinks()) },
      plans: { read: () => call('plan.read', () => cluster.plan) },
      reports: {
        follow: async (batch, signal) => {
          this.followed.push(batch);
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
        },
        collect: () => call('events.list', () => this.reports),
      },
      createSink: (spec) => ({
        name: spec.name,
        updatesInPlace: this.behaviours.get(spec.name)?.live !== undefined,
        preview: ({ text }) => ({ contentType: 'text/plain', body: text }),
        send: (notification, options) => {
          const timeoutMs = timeoutSeconds(spec, 0) * 1000;
          return agent.process.call(0, () => this.receivers.send(spec.name, { agent, notification, timeoutMs, ...options }));
        },
        ...this.#probing(spec.name, agent),
      }),
      clock: agent.process.clock,
      random: () => this.random(),
      log,
    };
  }

  /** A sink can be probed where its receiver says what a probe finds. */
  #probing(sink: string, { node, process }: RunningAgent): Pick<Sink, 'probe'> {
    if (this.behaviours.get(sink)?.probe === undefined) return {};
    return { probe: ({ signal }) => process.call(0, () => this.receivers.probe({ sink, node, signal })) };
  }

  #noteReceipts(lease: LeaseView): LeaseView {
    for (const { id, sink } of lease.receipts) {
      const key = `${id} ${sink}`;
      if (!this.receiptTimes.has(key)) this.receiptTimes.set(key, this.time.now);
    }
    return lease;
  }
}
