import { ALERT_INVARIANTS } from './alert-invariants.ts';
import { BATON_INVARIANTS } from './baton-invariants.ts';
import { DRAIN_INVARIANTS } from './drain-invariants.ts';
import { END_INVARIANTS } from './end-invariants.ts';
import type { Invariant } from './invariant.ts';
import { NODE_INVARIANTS } from './node-invariants.ts';
import { NOTIFICATION_INVARIANTS } from './notification-invariants.ts';
import { ROLLBACK_INVARIANTS } from './rollback-invariants.ts';
import { RUN_INVARIANTS } from './run-invariants.ts';
import { STATUS_INVARIANTS } from './status-invariants.ts';
import { TIMING_INVARIANTS } from './timing-invariants.ts';
import { UNAVAILABILITY_INVARIANTS } from './unavailability-invariants.ts';
import { WRITE_INVARIANTS } from './write-invariants.ts';

/** Everything that must hold. */
export const INVARIANTS: readonly Invariant[] = [
  ...NOTIFICATION_INVARIANTS, // who is notified, of what, and how often
  ...ALERT_INVARIANTS, // trouble is reported soon, and once
  ...UNAVAILABILITY_INVARIANTS, // how much may be down
  ...BATON_INVARIANTS, // who holds the baton
  ...NODE_INVARIANTS, // what is left on Nodes
  ...RUN_INVARIANTS, // what runs on nodes, and how often
  ...DRAIN_INVARIANTS, // which Pods leave a node
  ...TIMING_INVARIANTS, // nothing starts outside of its time
  ...ROLLBACK_INVARIANTS, // what a rollback does
  ...END_INVARIANTS, // every run ends
  ...STATUS_INVARIANTS, // the status says what was observed
  ...WRITE_INVARIANTS, // no refusal is hidden, and nothing is written in vain
];
