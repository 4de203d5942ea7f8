import { between, weighted } from './chance.ts';
import type { Trouble } from './choose-behavior.ts';
import { ClusterUser, type OutsiderPorts } from './cluster-user.ts';
import type { Deed } from './deed.ts';
import { NODE_DEEDS } from './node-deeds.ts';
import { PLAN_DEEDS } from './plan-deeds.ts';
import { WORKLOAD_DEEDS } from './workload-deeds.ts';

/** Everything that others may do. */
export const DEEDS: readonly Deed[] = [...NODE_DEEDS, ...PLAN_DEEDS, ...WORKLOAD_DEEDS];

/** Deeds begin within this time (s). */
const WITHIN_SECONDS = 1500;
/** A deed, with what follows from it, is over after this time (ms). */
const LASTS_MS = 1_510_000;

/** How others behave. */
export interface OutsidersOptions {
  readonly trouble: Trouble;
  /** Deeds that nobody would do who knows Baton, such as taking away finalizers. */
  readonly hostile?: boolean;
}

/** Plans what others do, from the seed alone; returns until when it lasts, in milliseconds since the epoch. */
export function planOutsiders(ports: OutsiderPorts, { trouble, hostile = false }: OutsidersOptions): number {
  const { random, now } = ports;
  const user = new ClusterUser(ports);
  const deeds = DEEDS.filter((deed) => hostile || deed.hostile !== true).map((deed) => [deed, deed.weight] as const);
  const count = { None: 0, Some: between(random, 0, 3), Much: between(random, 2, 10) }[trouble];
  let last = now();
  for (let index = 0; index < count; index += 1) {
    const afterMs = between(random, 1, WITHIN_SECONDS) * 1000;
    last = Math.max(last, now() + afterMs + LASTS_MS);
    const deed = weighted(random, deeds);
    user.later(afterMs, () => deed.run(user));
  }
  return last;
}
