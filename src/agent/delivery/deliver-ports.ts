import type { LeaseHold } from '../lease-hold.ts';
import type { AgentPorts } from '../ports.ts';
import type { Compose } from './compose.ts';
import type { RetryPorts } from './send-with-retry.ts';
import type { SinkTurns } from './sink-turns.ts';

/** What a delivery works with. */
export interface DeliverPorts
  extends RetryPorts, Pick<AgentPorts, 'batches' | 'plans' | 'sharedSinks' | 'random' | 'log' | 'config'> {
  readonly hold: LeaseHold;
  readonly compose: Compose;
  /** Shared by all that is sent to a sink. */
  readonly turns: SinkTurns;
}

/** When a delivery has to end. */
export interface DeliverSignals {
  /** Nothing new begins. */
  readonly stop: AbortSignal;
  /** What is being sent ends. */
  readonly cut: AbortSignal;
}
