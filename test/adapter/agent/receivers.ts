import type { Notification } from '../../../src/core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../../../src/core/notification/model/send-result.ts';
import type { SendOptions } from '../../../src/notify/sink.ts';
import type { RunningAgent } from './agent-world.ts';
import type { VirtualTime } from './virtual-time.ts';

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

/** A try of an agent to send, and what became of it until now. */
export interface SendTry {
  readonly agent: RunningAgent;
  readonly sink: string;
  readonly notification: Notification;
  /** Counts the tries of this sink from 1. */
  readonly count: number;
  readonly beganAt: number;
  /** When the receiver took it. */
  readonly takenAt?: number;
  /** How the agent's waiting ended; undefined while it waits. */
  readonly end?: 'Answered' | 'TimedOut' | 'Cut';
  readonly endedAt?: number;
}

/** A look of an agent at a sink. */
export interface Probe {
  readonly sink: string;
  readonly node: string;
  readonly at: number;
}

/** What a receiver does with a try. It gets the notification after `latencyMs`. */
export interface SinkBehaviour {
  readonly latencyMs: number;
  /** How long it then takes to answer; as long as `latencyMs` without it. */
  readonly answerMs?: number;
  /** Whether it can change messages; handles that it has lost are not in `handles`. */
  readonly live?: { readonly handles: Set<string> };
  /** Called when the try begins, and once the receiver has got the notification. */
  readonly onSend?: (sent: SendTry) => void;
  readonly onReceived?: (sent: SendTry) => void;
  readonly answer?: (sent: SendTry) => SendResult;
  /** What a probe finds after `latencyMs`, unless it is cut; without it the sink cannot be probed. */
  readonly probe?: (probe: Probe) => ProbeResult | 'Hangs';
}

/** For how long before it arrives (ms) a request can no longer be called back: its bytes are on their way. */
const ON_THE_WIRE_MS = 200;

/** With what a try begins. */
interface Sending extends SendOptions {
  readonly agent: RunningAgent;
  readonly notification: Notification;
  /** How long the whole exchange may take. */
  readonly timeoutMs: number;
}

/** The receivers at the sinks' addresses. */
export class Receivers {
  readonly behaviours = new Map<string, SinkBehaviour>();
  readonly tries: SendTry[] = [];
  readonly received: Received[] = [];
  readonly posted: Posted[] = [];
  readonly probes: Probe[] = [];
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** One try: what the agent's end of the connection is told. */
  async send(sink: string, { agent, notification, signal, handle, timeoutMs }: Sending): Promise<SendResult> {
    const behaviour = this.behaviours.get(sink) ?? { latencyMs: 100 };
    const count = this.tries.filter((each) => each.sink === sink).length + 1;
    const at = this.tries.push({ agent, sink, notification, count, beganAt: this.#time.now }) - 1;
    const note = (told: Partial<SendTry>): SendTry => (this.tries[at] = { ...this.#tryAt(at), ...told });
    const givenUp = new AbortController();
    const waiting = AbortSignal.any([signal, givenUp.signal]);
    void this.#time.sleep(timeoutMs, signal).then(() => {
      givenUp.abort();
    });
    const answer = await this.#exchange(sink, { ...behaviour, note, handle, waiting });
    const end = signal.aborted ? 'Cut' : waiting.aborted ? 'TimedOut' : 'Answered';
    note({ end, endedAt: this.#time.now });
    if (end === 'Answered') return answer;
    const message = end === 'Cut' ? 'the agent stopped waiting' : 'no answer in time';
    return { kind: 'Retry', reason: 'NoAnswer', message };
  }

  /** One look: what the agent finds. */
  async probe({
    sink,
    node,
    signal,
  }: {
    readonly sink: string;
    readonly node: string;
    readonly signal: AbortSignal;
  }): Promise<ProbeResult> {
    const probe = { sink, node, at: this.#time.now };
    this.probes.push(probe);
    const { probe: find, latencyMs = 0 } = this.behaviours.get(sink) ?? {};
    const result = find?.(probe) ?? 'Hangs';
    await this.#time.sleep(result === 'Hangs' ? Infinity : latencyMs, signal);
    const wasCut: ProbeResult = { kind: 'Retry', reason: 'NoAnswer', message: 'the agent stopped waiting' };
    return signal.aborted || result === 'Hangs' ? wasCut : result;
  }

  #tryAt(index: number): SendTry {
    const found = this.tries[index];
    if (found === undefined) throw new Error(`There was no try ${index}.`);
    return found;
  }

  /** The way to the receiver and back, for as long as the agent waits. */
  async #exchange(
    sink: string,
    {
      note,
      handle,
      waiting,
      ...behaviour
    }: SinkBehaviour & {
      readonly note: (told: Partial<SendTry>) => SendTry;
      readonly handle: string | undefined;
      readonly waiting: AbortSignal;
    },
  ): Promise<SendResult> {
    const { latencyMs, answerMs = latencyMs, onSend, onReceived, answer } = behaviour;
    const lost: SendResult = { kind: 'Retry', reason: 'NoAnswer', message: 'nobody waits for it' };
    const sent = note({});
    onSend?.(sent);
    const onTheWireMs = Math.min(ON_THE_WIRE_MS, latencyMs);
    await this.#time.sleep(latencyMs - onTheWireMs, waiting);
    if (waiting.aborted) return lost;
    await this.#time.sleep(onTheWireMs);
    const result = answer?.(sent) ?? { kind: 'Delivered' };
    const told = result.kind === 'Delivered' ? this.#take(sink, note({ takenAt: this.#time.now }), handle) : result;
    onReceived?.(sent);
    await this.#time.sleep(answerMs, waiting);
    return told;
  }

  /** The receiver takes a notification: one that updates in place changes the message that it is given, or posts a new one. */
  #take(sink: string, { agent, notification }: SendTry, handle: string | undefined): SendResult {
    const { id, kind, text, batch } = notification;
    const { node } = agent;
    const at = this.#time.now;
    if (kind !== 'Progress') this.received.push({ sink, id, batch: batch.name, node, at, notification });
    const handles = this.behaviours.get(sink)?.live?.handles;
    if (handles === undefined) return { kind: 'Delivered' };
    const changed = handle !== undefined && handles.has(handle) && kind !== 'Alert';
    const posted = changed ? handle : `${sink}/${this.posted.length + 1}`;
    handles.add(posted);
    this.posted.push({ sink, kind, text, handle: posted, changed, node, at });
    return { kind: 'Delivered', handle: posted };
  }
}
