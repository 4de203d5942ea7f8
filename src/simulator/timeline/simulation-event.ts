/** Something that happened in a simulation and that matters to a person who watches. */
export interface SimulationEvent {
  /** Virtual time (milliseconds since the epoch). */
  readonly time: number;
  readonly kind: 'plan' | 'batch' | 'node' | 'agent' | 'action' | 'gate' | 'warning' | 'notify' | 'world';
  /** One sentence without its subject, which is the node, the batch or the plan. */
  readonly text: string;
  readonly plan?: string;
  readonly batch?: string;
  readonly node?: string;
}

/** An event without its time. */
export type Happening = Omit<SimulationEvent, 'time'>;
