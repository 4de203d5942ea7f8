import type { SendResult } from '../../../src/core/notification/model/send-result.ts';
import { AgentWorld, type RunningAgent } from './agent-world.ts';
import { openBatch } from './batches.ts';

/** Name of the batch that the holder speaks for. */
export const BATCH = 'kernel-7f3c-1';
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;

/** What a receiver in trouble answers. */
export const unavailable: SendResult = { kind: 'Retry', reason: 'Unavailable', message: 'HTTP 503 from ops.example' };

/** A world with one batch that runs, and an agent that holds the baton for it. */
export async function worldWithHolder(sinks: readonly string[] = ['ops']): Promise<{ world: AgentWorld; agent: RunningAgent }> {
  const world = new AgentWorld([openBatch(1)], sinks);
  const agent = await world.startHolder('node-a', BATCH);
  await world.time.pass(SECOND_MS);
  return { world, agent };
}
