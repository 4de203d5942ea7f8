import type { KubeObject } from '../../kube/kube-object.ts';
import { frameLines, type FleetNode } from './bars.ts';
import type { SimulateOptions } from './options.ts';
import { readState } from './rollout-state.ts';
import { Screen, type Output } from './screen.ts';
import type { Simulation } from './simulation-port.ts';
import { Timeline, type TimelineEntry } from './timeline-text.ts';

/** Where a view is shown. */
export interface ViewPorts {
  readonly output: Output;
  /** The size of the terminal. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Whether a live view is drawn below the timeline. */
  readonly live: boolean;
  /** Real time (milliseconds). */
  readonly monotonic: () => number;
  readonly userAgent: string;
}

/** The live view is drawn at most this often (milliseconds of real time). */
const FRAME_MS = 100;
/** Drawing takes at most this share of the real time. */
const MAX_DRAWING = 0.1;

/** What a view reads. */
export type ViewedSimulation = Pick<Simulation, 'now' | 'start' | 'events' | 'messages' | 'hostsDown' | 'list'>;

/** What a view shows, and where. */
export interface ViewOptions {
  readonly ports: ViewPorts;
  readonly options: Pick<SimulateOptions, 'output' | 'messages'>;
  readonly nodes: readonly KubeObject[];
}

/** Prints the timeline as the simulation runs, and draws the live view. With `-o json`, it shows nothing. */
export class View {
  readonly #simulation: ViewedSimulation;
  readonly #ports: ViewPorts;
  readonly #nodes: readonly FleetNode[];
  readonly #screen: Screen;
  readonly #timeline: Timeline;
  readonly #silent: boolean;
  #pending: readonly string[] = [];
  #events = 0;
  #messages = 0;
  #nextFrame = -Infinity;

  constructor(simulation: ViewedSimulation, { ports, options, nodes }: ViewOptions) {
    this.#simulation = simulation;
    this.#ports = ports;
    this.#screen = new Screen(ports.output);
    this.#silent = options.output === 'json';
    const { userAgent } = ports;
    this.#timeline = new Timeline({ columns: ports.size().columns, messages: options.messages, userAgent });
    this.#nodes = nodes.map(({ metadata: { name = '', labels = {} } }) => ({ name, labels }));
  }

  /** Prints lines below everything that was printed before. */
  print(lines: readonly string[]): void {
    if (this.#silent) return;
    this.#screen.draw([...this.#pending, ...lines], []);
    this.#pending = [];
  }

  /** Takes what has happened since the last call. */
  step(): void {
    if (this.#silent) return;
    const lines = this.#news().flatMap((entry) => this.#timeline.lines(entry));
    if (!this.#ports.live) {
      if (lines.length > 0) this.print(lines);
      return;
    }
    this.#pending = [...this.#pending, ...lines];
    const now = this.#ports.monotonic();
    if (now < this.#nextFrame) return;
    this.#draw();
    const tookMs = this.#ports.monotonic() - now;
    this.#nextFrame = now + Math.max(FRAME_MS, tookMs / MAX_DRAWING);
  }

  /** Removes the live view. */
  end(): void {
    this.print([]);
  }

  #draw(): void {
    const { columns, rows } = this.#ports.size();
    const { start, now, hostsDown } = this.#simulation;
    const { plans } = readState(this.#simulation);
    const frame = { plans, nodes: this.#nodes, start, now: now(), hostsDown: hostsDown.now };
    this.#screen.draw(this.#pending, frameLines(frame, { columns, rows: rows - 1, color: true }));
    this.#pending = [];
  }

  #news(): readonly TimelineEntry[] {
    const happened = this.#simulation.events.slice(this.#events);
    // What happens to single hosts, such as their reboots, would hide the rest.
    const events = happened.filter(({ kind }) => kind !== 'world').map((event) => ({ kind: 'Event', event }) as const);
    const messages = this.#simulation.messages.slice(this.#messages).map((message) => ({ kind: 'Message', message }) as const);
    this.#events += happened.length;
    this.#messages += messages.length;
    return [...events, ...messages].toSorted((a, b) => timeOf(a) - timeOf(b));
  }
}

function timeOf(entry: TimelineEntry): number {
  return entry.kind === 'Event' ? entry.event.time : entry.message.time;
}
