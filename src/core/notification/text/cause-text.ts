import { nodeReasonTraits } from '../model/node-reasons.ts';
import { counted } from '../../text.ts';
import { expandNodeNames, listNodeNames } from '../model/node-names.ts';
import type { Cause } from '../model/notification.ts';
import { oneLine, prose } from './text-line.ts';

/** How much of a line the names of nodes may take. */
const NAMES_LENGTH = 120;

/** Why nodes did not succeed, in at most so many lines. */
export function causeTexts(causes: readonly Cause[], room: number): string[] {
  if (causes.length <= room) return causes.map(causeText);
  const told = causes.slice(0, Math.max(0, room - 1));
  const rest = causes.slice(told.length);
  const nodes = rest.reduce((sum, cause) => sum + cause.count, 0);
  return [...told.map(causeText), `and ${counted(rest.length, 'more cause')}: ${counted(nodes, 'node')}`];
}

function causeText(cause: Cause): string {
  const { state, reason, process, message, messages, alike, count, nodes } = cause;
  const what =
    state === 'Failed' ? (reason ?? 'failed') : [stateText(state), ...(reason === undefined ? [] : [reason])].join(', ');
  const where = process === undefined ? '' : ` (${process})`;
  const like = alike === undefined ? '' : ' (and the like)';
  const others = messages > 1 ? ` and ${counted(messages - 1, 'other message')}` : '';
  // Why nodes were not attempted is why the plan stopped, which the text says elsewhere.
  const why =
    message === undefined || state === 'NotAttempted' ? '' : `: ${oneLine(message).replace(/\.+$/, '')}${like}${others}`;
  const named = expandNodeNames(nodes);
  // Where no name may be told, the count at the beginning says it all.
  const names = named.length === 0 ? [] : [listNodeNames(named, NAMES_LENGTH, count - named.length)];
  return prose(`${count}× ${what}${where}${why}`, [...names, ...conditionTexts(cause)].map((text) => ` · ${text}`).join(''));
}

/** What state the nodes are in now, and where to look when Kubernetes cannot tell. */
function conditionTexts({ state, reason, quarantined, stillAt }: Cause): string[] {
  if (quarantined) {
    const { whereToLook } = nodeReasonTraits(reason);
    return [whereToLook === undefined ? 'QUARANTINED' : `QUARANTINED, ${whereToLook}`];
  }
  if (state === 'NotAttempted') return ['untouched'];
  if (state !== 'Failed') return [];
  return [stillAt === undefined ? 'in service' : `in service, still ${oneLine(stillAt)}`];
}

function stateText(state: Cause['state']): string {
  return state === 'NotAttempted' ? 'not attempted' : state.toLowerCase();
}
