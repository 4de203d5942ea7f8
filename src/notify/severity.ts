import type { Notification } from '../core/notification/model/notification.ts';

/** `critical`: the rollout stops until a person acts. `error`: a person has to act. `warning`: nodes failed. `info`: no trouble. */
export type Severity = 'critical' | 'error' | 'warning' | 'info';

/** The severity of a notification, for sinks with incidents or colours. */
export function severityOf({ kind, outcome, action, next, alert }: Notification): Severity {
  // An alert never reports that trouble is over, whatever its counts are.
  if (kind === 'Alert') {
    const stopped = alert?.causes.some(({ count }) => count === 0) ?? false;
    return action === 'Act' ? (stopped ? 'critical' : 'error') : 'warning';
  }
  if (action === 'Act') return next?.kind === 'Paused' || next?.kind === 'Aborted' ? 'critical' : 'error';
  return outcome === 'Failed' ? 'warning' : 'info';
}

/** The first line of the text, which says whether to act. */
export function headline({ text }: Pick<Notification, 'text'>): string {
  return text.split('\n', 1).join('');
}
