import { consolidate } from '../../../src/core/notification/consolidation/consolidate.ts';
import type { Notification } from '../../../src/core/notification/model/notification.ts';
import { scenarioOf } from '../core/notification/scenarios.ts';

/** The notification for a scenario with a golden text. */
export function notificationOf(name: string): Notification {
  return consolidate({ ...scenarioOf(name), agent: { node: 'node-217', pod: 'kernel-agent-5c1f-3' } });
}

/** When these tests send the notifications of the scenarios: six seconds after the batches settled. */
export const SENT_AT = Date.parse('2026-11-21T22:54:06Z');
