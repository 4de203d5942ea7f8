import { consolidate } from '../../../src/core/notification/consolidation/consolidate.ts';
import type { Notification } from '../../../src/core/notification/model/notification.ts';
import { scenarioOf } from '../core/notification/scenarios.ts';

/** The notification of one of the scenarios that have golden texts. */
export function notificationOf(name: string): Notification {
  return consolidate({ ...scenarioOf(name), agent: { node: 'node-217', pod: 'kernel-agent-5c1f-3' } });
}

/** When the notifications of the scenarios are sent, in these tests: six seconds after they settled. */
export const SENT_AT = Date.parse('2026-11-21T22:54:06Z');
