import type { Sink as SinkSpec } from '../../api/generated/upgradeplan.ts';
import { timeoutSeconds, withTimeout } from '../../core/baton/timeouts.ts';
import type { Notification } from '../../core/notification/model/notification.ts';
import type { SendResult } from '../../core/notification/model/send-result.ts';
import type { SendOptions } from '../../notify/sink.ts';
import type { AgentPorts } from '../ports.ts';

/** What an attempt depends on. */
export interface RetryPorts extends Pick<AgentPorts, 'createSink' | 'clock'> {
  /** Number of attempts that timed out during this agent's life, by sink. */
  readonly timeouts: Map<string, number>;
}

/** Sends once. After a timeout, later attempts and messages to the same sink get a longer timeout. */
export async function sendWithRetry(
  { createSink, clock, timeouts }: RetryPorts,
  spec: SinkSpec,
  notification: Notification,
  options: SendOptions,
): Promise<{ readonly result: SendResult; readonly timedOut: boolean }> {
  const before = timeouts.get(spec.name) ?? 0;
  const beganAt = clock.monotonic();
  const result = await createSink(withTimeout(spec, before)).send(notification, options);
  const tookMs = clock.monotonic() - beganAt;
  const timedOut = result.kind === 'Retry' && tookMs >= timeoutSeconds(spec, before) * 1000;
  if (timedOut) timeouts.set(spec.name, before + 1);
  return { result, timedOut };
}
