import type { Notification } from '../core/notification/model/notification.ts';

/** How bad it is. `critical`: nothing goes on until somebody acts. `error`: somebody has to act. `warning`: nodes failed. `info`: no trouble. */
export type Severity = 'critical' | 'error' | 'warning' | 'info';

/** How bad a notification is, for sinks that keep incidents. */
export function severityOf({ kind, outcome, action, next, alert }: Notification): Severity {
  // An alert never says that all is well again, whatever the counts are.
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
