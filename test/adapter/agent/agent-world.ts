import { runAgent } from '../../../src/agent/run-agent.ts';
import type { AgentPorts } from '../../../src/agent/ports.ts';
import type { UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../src/api/generated/upgradeplan.ts';
import type { Log } from '../../../src/api/log.ts';
import type { OutboxEntry } from '../../../src/core/baton/deliveries.ts';
import type { ReportFact } from '../../../src/core/facts.ts';
import type { Notification } from '../../../src/core/notification/notification.ts';
import type { SendResult } from '../../../src/core/notification/send-result.ts';
import { aBatch, succeeded } from '../../core/notification/a-batch.ts';
import { FakeCluster, type Holder } from './fake-cluster.ts';
import { VirtualProcess, VirtualTime } from './virtual-time.ts';

/** A notification that a receiver has got. */
export interface Received {
  readonly sink: string;
  readonly id: string;
  readonly batch: string;
  /** Node of the agent that sent it. */
  readonly node: string;
  readonly at: number;
  readonly notification: Notification;
}

/** An agent that runs, and what can be done to it. */
export interface RunningAgent extends Holder {
  readonly process: VirtualProcess;
  /** SIGTERM. */
  readonly stop: AbortController;
  /** Undefined while it runs. */
  endedAt: number | undefined;
}

/** A try of an agent to send. */
export interface SendTry {
  readonly agent: RunningAgent;
  readonly notification: Notification;
  /** Counts the tries of this sink from 1. */
  readonly count: number;
}

/** What a receiver does with a try. It gets the notification after `latencyMs`, answers after as much again. */
export interface SinkBehaviour {
  readonly latencyMs: number;
  /** Called when the try begins, and once the receiver has got the notification. */
  readonly onSend?: (sent: SendTry) => void;
  readonly onReceived?: (sent: SendTry) => void;
  readonly answer?: (sent: SendTry) => SendResult;
}

/** A plan with these sinks. */
export function aPlan(sinks: readonly string[]): UpgradePlan {
  return {
    spec: { notify: { sinks: sinks.map((name) => ({ name, webhook: { url: `https://${name}.example/` } })) } },
  } as unknown as UpgradePlan;
}

/** A batch that runs still. */
export function openBatch(index: number): UpgradeBatch {
  const batch = aBatch([succeeded(`node-${index}`)], { name: `kernel-7f3c-${index}`, spec: { index } });
  const { conditions: _settled, notification: _outbox, ...status } = batch.status ?? {};
  return { ...batch, status };
}

/** The same batch settled, with its notification for these sinks in the outbox. */
export function settle(batch: UpgradeBatch, sinks: readonly string[]): UpgradeBatch {
  const settled = {
    type: 'Settled',
    status: 'True',
    reason: 'AllTerminal',
    message: '',
    lastTransitionTime: '2026-11-22T10:00:00Z',
  } as const;
  return {
    ...batch,
    status: {
      ...batch.status,
      conditions: [settled],
      notification: { ...batch.status?.notification, id: `${batch.metadata.uid}/1`, sinks },
    },
  };
}

/** A cluster, its receivers, and agents in virtual time. */
export class AgentWorld {
  readonly time = new VirtualTime();
  readonly cluster: FakeCluster;
  readonly received: Received[] = [];
  readonly behaviours = new Map<string, SinkBehaviour>();
  readonly logged: string[] = [];
  /** What each call to the API server does before it is carried out; may throw. */
  beforeCall: (call: string, agent: RunningAgent) => void = () => undefined;
  apiLatency: (call: string) => number = () => 20;
  /** What the agents' watches show; the truth by default. */
  outbox: () => OutboxEntry[] = () => this.cluster.outbox();
  random: () => number = () => 0.5;
  reports: readonly ReportFact[] = [];
  readonly followed: string[] = [];
  #agents = 0;
  readonly #tries = new Map<string, number>();

  constructor(batches: readonly UpgradeBatch[], sinks: readonly string[]) {
    this.cluster = new FakeCluster(batches, aPlan(sinks));
    for (const sink of sinks) this.behaviours.set(sink, { latencyMs: 100 });
  }

  /** Starts an agent on a node; the Lease does not name it yet. */
  start(node: string): RunningAgent {
    const agent: RunningAgent = {
      node,
      podUid: `pod-${++this.#agents}`,
      process: new VirtualProcess(this.time),
      stop: new AbortController(),
      endedAt: undefined,
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

  settleBatch(index: number, sinks: readonly string[]): void {
    this.cluster.changeBatch(`uid-of-kernel-7f3c-${index}`, (batch) => settle(batch, sinks));
  }

  #ports(agent: RunningAgent): AgentPorts {
    const { cluster } = this;
    const call = <T>(name: string, act: () => T): Promise<T> =>
      agent.process.call(this.apiLatency(name), () => {
        this.beforeCall(name, agent);
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
        update: (object) => call('lease.update', () => cluster.replaceLease(object, agent)),
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
        read: (name) => call('batch.read', () => cluster.read(name)),
      },
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
      createSink: ({ name }) => ({
        name,
        preview: ({ text }) => ({ contentType: 'text/plain', body: text }),
        send: (notification, { signal }) => agent.process.call(0, () => this.#send(name, { agent, notification, signal })),
      }),
      clock: agent.process.clock,
      random: () => this.random(),
      log,
    };
  }

  async #send(
    sink: string,
    { agent, notification, signal }: { agent: RunningAgent; notification: Notification; signal: AbortSignal },
  ): Promise<SendResult> {
    const count = (this.#tries.get(sink) ?? 0) + 1;
    this.#tries.set(sink, count);
    const sent = { agent, notification, count };
    const cut: SendResult = { kind: 'Retry', reason: 'NoAnswer', message: 'the agent stopped waiting' };
    const { latencyMs, onSend, onReceived, answer } = this.behaviours.get(sink) ?? { latencyMs: 100 };
    onSend?.(sent);
    await this.time.sleep(latencyMs, signal);
    const wasCut = (): boolean => signal.aborted;
    if (wasCut()) return cut;
    const result = answer?.(sent) ?? { kind: 'Delivered' };
    if (result.kind === 'Delivered') {
      this.received.push({
        sink,
        id: notification.id,
        batch: notification.batch.name,
        node: agent.node,
        at: this.time.now,
        notification,
      });
    }
    onReceived?.(sent);
    await this.time.sleep(latencyMs, signal);
    return wasCut() ? cut : result;
  }
}
