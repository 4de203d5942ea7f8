import type { Gate, GateStatus } from '../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../facts.ts';
import { presentFields } from '../../present-fields.ts';
import { cutToBytes, toInstant, toRfc3339 } from '../../text.ts';
import type { GateObservation } from '../model/facts.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** Interval between evaluations of a gate (ms), varied by a fifth. It exceeds a second, which is the resolution of the times in the status. */
export const GATE_INTERVAL_MS = 15_000;
/** Maximum age of an observation that still counts (ms), in addition to the maximum duration of an evaluation. */
const MAX_AGE_MS = 3 * GATE_INTERVAL_MS;
/** Interval at which an unchanged observation is stored again (ms). Each write costs the API server time and triggers every watch. */
const REWRITE_MS = 60_000;
/** After this time without an evaluation (ms), the gate may have been closed meanwhile. It leaves time for an operator to restart. */
const MAX_UNSEEN_MS = 5 * 60_000;

const MAX_MESSAGE_BYTES = 256;

/** Hash of the gate's definition. A gate whose definition changes starts without a history. */
function definitionOf(gate: Gate, hash: DecisionInput['hash']): string {
  const { prometheus, http, object, job, when } = gate;
  return hash(JSON.stringify([when, prometheus, http, object, job])).slice(0, 8);
}

/** How the state of a gate differs from the stored one. */
type Change =
  /** It is unchanged, and was stored recently. */
  | 'Same'
  /** It is unchanged, but was stored some time ago. */
  | 'Unbroken'
  /** It opened, or closed and opened again. */
  | 'Opened'
  /** It closed, or its earlier state is not known. */
  | 'Begun';

function changeOf(known: GateStatus | undefined, { open, closedTime, observedTime, message }: GateObservation): Change {
  if (known === undefined) return open && closedTime !== undefined ? 'Opened' : 'Begun';
  const wasOpen = known.state === 'Open';
  const closedMeanwhile = wasOpen && (closedTime ?? 0) >= (toInstant(known.sinceTime) ?? 0);
  if (open && (!wasOpen || closedMeanwhile)) return 'Opened';
  const unseenMs = observedTime - (toInstant(known.observedTime) ?? 0);
  if (wasOpen !== open || unseenMs >= MAX_UNSEEN_MS) return 'Begun';
  // Values vary all the time; only another message is worth a write.
  return unseenMs < REWRITE_MS && cut(message, MAX_MESSAGE_BYTES) === known.message ? 'Same' : 'Unbroken';
}

/** The status of a gate, from the stored one and the last observation; undefined if nothing is known about it. */
export function gateStatus(gate: Gate, { snapshot, hash }: Pick<DecisionInput, 'snapshot' | 'hash'>): GateStatus | undefined {
  const definition = definitionOf(gate, hash);
  const before = snapshot.plan.status?.gates?.find(({ name }) => name === gate.name);
  const known = before?.definition === definition ? before : undefined;
  const seen = snapshot.gates.get(gate.name);
  if (seen === undefined) return known;
  const change = changeOf(known, seen);
  if (change === 'Same') return known;
  const observedTime = toRfc3339(seen.observedTime);
  return presentFields({
    name: gate.name,
    state: seen.open ? 'Open' : 'Closed',
    sinceTime: change === 'Unbroken' ? (known?.sinceTime ?? observedTime) : observedTime,
    value: cut(seen.value, 64),
    threshold: cut(seen.threshold, 128),
    message: cut(seen.message, MAX_MESSAGE_BYTES),
    observedTime,
    closedTime: change === 'Opened' || !seen.open ? observedTime : known?.closedTime,
    definition,
  });
}

function cut(text: string | undefined, bytes: number): string | undefined {
  return text === undefined ? undefined : cutToBytes(text, bytes);
}

/** Whether a gate lets something start now. */
export type GateVerdict =
  | { readonly kind: 'Open' }
  | { readonly kind: 'Closed'; readonly message: string }
  /** There is no observation, or it is too old. */
  | { readonly kind: 'Unknown'; readonly message: string }
  /** It has not been open for long enough. */
  | { readonly kind: 'Opening'; readonly message: string; readonly until: Instant };

/** Decides whether a gate is open. The message changes only with the gate's status, so that it causes no additional writes. */
export function judgeGate(gate: Gate, input: Pick<DecisionInput, 'snapshot' | 'hash' | 'now'>): GateVerdict {
  const seen = input.snapshot.gates.get(gate.name);
  const status = gateStatus(gate, input);
  if (seen === undefined || status === undefined) {
    return { kind: 'Unknown', message: `the gate ${gate.name} counts as closed: it has not been evaluated yet` };
  }
  if (!seen.open) {
    const why = status.message ?? [status.value, status.threshold].filter((part) => part !== undefined).join(', ');
    return { kind: 'Closed', message: `the gate ${gate.name} is closed${why === '' ? '' : `: ${why}`}` };
  }
  if (input.now - seen.observedTime > MAX_AGE_MS + gate.timeoutSeconds * 1000) {
    const when = toRfc3339(seen.observedTime);
    return { kind: 'Unknown', message: `the gate ${gate.name} counts as closed: it has not been evaluated since ${when}` };
  }
  // The stored time lacks the fraction of a second, so one second is added.
  const until = (toInstant(status.sinceTime) ?? input.now) + (gate.forSeconds + 1) * 1000;
  if (gate.forSeconds === 0 || input.now >= until) return { kind: 'Open' };
  const message = `the gate ${gate.name} has been open since ${status.sinceTime}, and must be open for ${gate.forSeconds} s`;
  return { kind: 'Opening', message, until };
}
