import type { LeaseHold } from '../lease-hold.ts';
import type { AgentPorts } from '../ports.ts';
import type { Compose } from './compose.ts';
import type { RetryPorts } from './send-with-retry.ts';
import type { SinkLock } from './sink-lock.ts';

/** What a delivery depends on. */
export interface DeliverPorts
  extends RetryPorts, Pick<AgentPorts, 'batches' | 'plans' | 'sharedSinks' | 'random' | 'log' | 'config'> {
  readonly hold: LeaseHold;
  readonly compose: Compose;
  /** Shared by everything that sends to the sinks. */
  readonly sinkLock: SinkLock;
}

/** When a delivery must end. */
export interface DeliverSignals {
  /** No new attempt begins. */
  readonly stop: AbortSignal;
  /** Requests in progress are aborted. */
  readonly abortSends: AbortSignal;
}
