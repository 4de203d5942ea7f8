import { nodeReasonTraits } from '../model/node-reasons.ts';
import { counted } from '../../text.ts';
import { expandNodeNames, listNodeNames } from '../model/node-names.ts';
import type { Cause } from '../model/notification.ts';
import { oneLine, prose } from './text-line.ts';

/** Maximum length of the node names in a line. */
const MAX_NAMES_LENGTH = 120;

/** Causes in at most `maxLines` lines, of which the last one says how many are left out. */
export function listCauses<T extends { readonly count: number }>(
  causes: readonly T[],
  maxLines: number,
  text: (cause: T) => string,
): string[] {
  if (causes.length <= maxLines) return causes.map(text);
  const shown = causes.slice(0, Math.max(0, maxLines - 1));
  const rest = causes.slice(shown.length);
  const nodes = rest.reduce((sum, cause) => sum + cause.count, 0);
  return [...shown.map(text), `and ${counted(rest.length, 'more cause')}: ${counted(nodes, 'node')}`];
}

/** Why nodes did not succeed, in one line. */
export function causeText(cause: Cause): string {
  const { state, reason, process, message, messages, alike, count, nodes } = cause;
  const what =
    state === 'Failed' ? (reason ?? 'failed') : [stateText(state), ...(reason === undefined ? [] : [reason])].join(', ');
  const where = process === undefined ? '' : ` (${process})`;
  const like = alike === undefined ? '' : ' (and the like)';
  const others = messages > 1 ? ` and ${counted(messages - 1, 'other message')}` : '';
  // Nodes were not attempted because the plan stopped, which another line explains.
  const why =
    message === undefined || state === 'NotAttempted' ? '' : `: ${oneLine(message).replace(/\.+$/, '')}${like}${others}`;
  const named = expandNodeNames(nodes);
  // Without names, the count at the beginning of the line is enough.
  const names = named.length === 0 ? [] : [listNodeNames(named, MAX_NAMES_LENGTH, count - named.length)];
  return prose(`${count}× ${what}${where}${why}`, [...names, ...conditionTexts(cause)].map((text) => ` · ${text}`).join(''));
}

/** The current state of the nodes, and where to look if Kubernetes cannot show it. */
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
