import { consolidate } from '../../../src/core/notification/consolidate.ts';
import type { Notification } from '../../../src/core/notification/notification.ts';
import { SCENARIOS } from '../notification/scenarios.ts';

/** The notification of one of the scenarios that have golden texts. */
export function scenarioNotification(name: string): Notification {
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`There is no scenario ${name}.`);
  const { batch, reports, cluster } = scenario;
  return consolidate({ batch, reports, cluster, agent: { node: 'node-217', pod: 'agent' } });
}
