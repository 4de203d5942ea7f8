import type { Notification } from '../core/notification/notification.ts';

/** How bad it is. `critical`: nothing goes on until somebody acts. `error`: somebody has to act. `warning`: nodes failed. `info`: no trouble. */
export type Severity = 'critical' | 'error' | 'warning' | 'info';

/** How bad a notification is, for sinks that keep incidents. */
export function severityOf({ outcome, action, next }: Notification): Severity {
  if (action === 'Act') return next?.kind === 'Paused' || next?.kind === 'Aborted' ? 'critical' : 'error';
  return outcome === 'Failed' ? 'warning' : 'info';
}

/** The first line of the text, which says whether to act. */
export function headline({ text }: Pick<Notification, 'text'>): string {
  return text.split('\n', 1).join('');
}
