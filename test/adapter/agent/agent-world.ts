import { runAgent } from '../../../src/agent/run-agent.ts';
import type { AgentPorts, SharedSinksRead } from '../../../src/agent/ports.ts';
import type { BatchAlert, UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { NotifyPolicy, UpgradePlan } from '../../../src/api/generated/upgradeplan.ts';
import type { Log } from '../../../src/api/log.ts';
import type { OutboxEntry } from '../../../src/core/baton/deliveries.ts';
import { hasReceipt } from '../../../src/core/baton/lease.ts';
import type { ReportFact } from '../../../src/core/facts.ts';
import type { Notification } from '../../../src/core/notification/notification.ts';
import type { SendOptions } from '../../../src/notify/sink.ts';
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

/** A message that was posted to, or changed in, a sink that updates in place. */
export interface Posted {
  readonly sink: string;
  readonly kind: Notification['kind'];
  readonly text: string;
  readonly handle: string;
  /** Whether it took the place of the message with this handle. */
  readonly changed: boolean;
  readonly node: string;
  readonly at: number;
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
  /** Whether it can change messages; handles that it has lost are not in `handles`. */
  readonly live?: { readonly handles: Set<string> };
  /** Called when the try begins, and once the receiver has got the notification. */
  readonly onSend?: (sent: SendTry) => void;
  readonly onReceived?: (sent: SendTry) => void;
  readonly answer?: (sent: SendTry) => SendResult;
}

/** A plan with these sinks. */
export function aPlan(sinks: readonly string[], notify: Partial<NotifyPolicy> = {}): UpgradePlan {
  return {
    spec: { notify: { ...notify, sinks: sinks.map((name) => ({ name, webhook: { url: `https://${name}.example/` } })) } },
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

function withAlert(batch: UpgradeBatch, sinks: readonly string[]): UpgradeBatch {
  const { uid } = batch.metadata;
  const notification = batch.status?.notification ?? { id: `${uid}/1` };
  const alert: BatchAlert = {
    id: `${uid}/${(notification.alerts ?? []).length + 2}`,
    time: '2026-11-22T10:00:15Z',
    action: 'Act',
    causes: [{ alert: 'NodeFailed', reason: 'JobFailed', count: 1, nodes: 'node-1' }],
    next: 'one message tells how the batch ended',
    sinks,
  };
  return {
    ...batch,
    status: { ...batch.status, notification: { ...notification, alerts: [...(notification.alerts ?? []), alert] } },
  };
}

function supersedeAlerts(batch: UpgradeBatch): UpgradeBatch {
  const { notification } = batch.status ?? {};
  if (notification?.alerts === undefined) return batch;
  const { receipts = [] } = notification;
  const alerts = notification.alerts.map(({ sinks = [], ...alert }) => ({
    ...alert,
    sinks: sinks.filter((sink) => hasReceipt(receipts, { id: alert.id, sink })),
  }));
  return { ...batch, status: { ...batch.status, notification: { ...notification, alerts } } };
}

/** A cluster, its receivers, and agents in virtual time. */
export class AgentWorld {
  readonly time = new VirtualTime();
  readonly cluster: FakeCluster;
  readonly received: Received[] = [];
  readonly posted: Posted[] = [];
  readonly behaviours = new Map<string, SinkBehaviour>();
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
    return this.#tries.get(sink) ?? 0;
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
      createSink: ({ name }) => ({
        name,
        updatesInPlace: this.behaviours.get(name)?.live !== undefined,
        preview: ({ text }) => ({ contentType: 'text/plain', body: text }),
        send: (notification, options) => agent.process.call(0, () => this.#send(name, { agent, notification, ...options })),
      }),
      clock: agent.process.clock,
      random: () => this.random(),
      log,
    };
  }

  async #send(
    sink: string,
    { agent, notification, signal, handle }: SendOptions & { readonly agent: RunningAgent; readonly notification: Notification },
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
    const told = result.kind === 'Delivered' ? this.#post(sink, { agent, notification, handle }) : result;
    if (result.kind === 'Delivered' && notification.kind !== 'Progress') {
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
    return wasCut() ? cut : told;
  }

  /** What a sink that updates in place does: it changes the message that it is given, or posts a new one. */
  #post(
    sink: string,
    { agent, notification, handle }: { agent: RunningAgent; notification: Notification; handle: string | undefined },
  ): SendResult {
    const handles = this.behaviours.get(sink)?.live?.handles;
    if (handles === undefined) return { kind: 'Delivered' };
    const changed = handle !== undefined && handles.has(handle) && notification.kind !== 'Alert';
    const posted = changed ? handle : `${sink}/${this.posted.length + 1}`;
    handles.add(posted);
    const { kind, text } = notification;
    this.posted.push({ sink, kind, text, handle: posted, changed, node: agent.node, at: this.time.now });
    return { kind: 'Delivered', handle: posted };
  }
}
