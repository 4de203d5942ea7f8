import type { Gate, GateStatus } from '../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../facts.ts';
import { presentFields } from '../../present-fields.ts';
import { cutToBytes, toInstant, toRfc3339 } from '../../text.ts';
import type { GateObservation } from '../model/facts.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** A gate is asked so often (ms), give or take a fifth: never twice in a second, which the times in its status rely on. */
export const GATE_INTERVAL_MS = 15_000;
/** An observation counts for so long, beside the time that an evaluation may take (ms). */
const FRESH_MS = 3 * GATE_INTERVAL_MS;
/** An unbroken observation is written anew so often (ms): each write costs the API server something, and wakes whoever watches. */
const REWRITE_MS = 60_000;
/** Nobody looked for so long (ms): it may have been closed meanwhile. Long enough for an operator that was killed to come back. */
const UNSEEN_MS = 5 * 60_000;

const MOST_MESSAGE_BYTES = 256;

/** Hash of what a gate asks. Another question begins anew. */
function definitionOf(gate: Gate, hash: DecisionInput['hash']): string {
  const { prometheus, http, object, job, when } = gate;
  return hash(JSON.stringify([when, prometheus, http, object, job])).slice(0, 8);
}

/** What became of a gate between what is written of it and what was seen. */
type Course =
  /** It is as it was, and that was written a moment ago. */
  | 'Same'
  /** It is as it was. */
  | 'Unbroken'
  /** It opened, or opened again. */
  | 'Opened'
  /** It closed; or nobody knows what it was before. */
  | 'Begun';

function courseOf(known: GateStatus | undefined, { open, closedTime, observedTime, message }: GateObservation): Course {
  if (known === undefined) return open && closedTime !== undefined ? 'Opened' : 'Begun';
  const wasOpen = known.state === 'Open';
  const closedMeanwhile = wasOpen && (closedTime ?? 0) >= (toInstant(known.sinceTime) ?? 0);
  if (open && (!wasOpen || closedMeanwhile)) return 'Opened';
  const unseenMs = observedTime - (toInstant(known.observedTime) ?? 0);
  if (wasOpen !== open || unseenMs >= UNSEEN_MS) return 'Begun';
  // Values waver; a reason in words that changes is news.
  return unseenMs < REWRITE_MS && cut(message, MOST_MESSAGE_BYTES) === known.message ? 'Same' : 'Unbroken';
}

/** What is known of a gate now, from what the plan's status says and what was seen; undefined: nothing. */
export function gateStatus(gate: Gate, { snapshot, hash }: Pick<DecisionInput, 'snapshot' | 'hash'>): GateStatus | undefined {
  const definition = definitionOf(gate, hash);
  const before = snapshot.plan.status?.gates?.find(({ name }) => name === gate.name);
  const known = before?.definition === definition ? before : undefined;
  const seen = snapshot.gates.get(gate.name);
  if (seen === undefined) return known;
  const course = courseOf(known, seen);
  if (course === 'Same') return known;
  const observedTime = toRfc3339(seen.observedTime);
  return presentFields({
    name: gate.name,
    state: seen.open ? 'Open' : 'Closed',
    sinceTime: course === 'Unbroken' ? (known?.sinceTime ?? observedTime) : observedTime,
    value: cut(seen.value, 64),
    threshold: cut(seen.threshold, 128),
    message: cut(seen.message, MOST_MESSAGE_BYTES),
    observedTime,
    closedTime: course === 'Opened' || !seen.open ? observedTime : known?.closedTime,
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
  /** Nothing is known, or what is known is too old. */
  | { readonly kind: 'Unknown'; readonly message: string }
  /** It is open, but not for long enough. */
  | { readonly kind: 'Opening'; readonly message: string; readonly until: Instant };

/** Judges a gate. The messages change only when the gate's status does. */
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
  if (input.now - seen.observedTime > FRESH_MS + gate.timeoutSeconds * 1000) {
    const when = toRfc3339(seen.observedTime);
    return { kind: 'Unknown', message: `the gate ${gate.name} counts as closed: it has not been evaluated since ${when}` };
  }
  // The time is written without the fraction of its second: one more makes it whole.
  const until = (toInstant(status.sinceTime) ?? input.now) + (gate.forSeconds + 1) * 1000;
  if (gate.forSeconds === 0 || input.now >= until) return { kind: 'Open' };
  const message = `the gate ${gate.name} is open since ${status.sinceTime}, and has to be for ${gate.forSeconds} s`;
  return { kind: 'Opening', message, until };
}
