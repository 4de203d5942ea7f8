import { toMicroTime } from '../../core/text.ts';
import type { RolloutState } from './rollout-state.ts';
import type { Simulation } from './simulation-port.ts';
import type { Summary } from './summary.ts';

/** What `-o json` prints. */
export interface JsonInput {
  readonly summary: Summary;
  readonly state: RolloutState;
  readonly simulation: Pick<Simulation, 'events' | 'messages'>;
  readonly exitCode: number;
  /** What was made up, and what is not simulated. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** The result of a simulation as one JSON document. Times are RFC 3339. */
export function jsonDocument({ summary, state, simulation, exitCode, notes, warnings }: JsonInput): string {
  const document = {
    ...summary,
    exitCode,
    notes,
    warnings,
    batches: state.plans.flatMap(({ batches }) =>
      batches.map(({ metadata, spec, status }) => ({
        name: metadata.name,
        namespace: metadata.namespace,
        plan: spec.plan,
        agent: status?.agent,
        startTime: status?.startTime,
        settledTime: status?.settledTime,
        counts: status?.summary,
        nodes: status?.nodes,
      })),
    ),
    events: simulation.events.map((event) => ({ ...event, time: toMicroTime(event.time) })),
    messages: simulation.messages.map((message) => ({ ...message, time: toMicroTime(message.time) })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
