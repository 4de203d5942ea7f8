import type { Sink } from '../../api/generated/upgradeplan.ts';
import type { Notification } from '../../core/notification/model/notification.ts';
import type { SinkKind } from '../../core/sinks/sink-kinds.ts';
import { createSink } from '../../notify/create-sink.ts';
import { offlineEnvironment } from '../../notify/sink-environment.ts';
import type { ReceivedMessage } from './simulation-port.ts';

/** Sinks of each kind with the least settings: a preview uses neither addresses nor Secrets. */
const SINKS: { readonly [K in SinkKind]: Required<Pick<Sink, K>> } = {
  webhook: { webhook: { url: 'https://receiver.example/' } },
  slack: { slack: { channel: '#upgrades', tokenSecretRef: { name: 'slack', key: 'token' } } },
  teams: { teams: { webhookUrlSecretRef: { name: 'teams', key: 'url' } } },
  email: { email: { to: ['ops@example.com'], from: 'baton@example.com', smtpSecretRef: { name: 'smtp' } } },
  pagerDuty: { pagerDuty: { routingKeySecretRef: { name: 'pager-duty', key: 'routingKey' } } },
  alertmanager: { alertmanager: { url: 'http://alertmanager.example:9093' } },
  events: { events: {} },
};

/** `text`: its text; `sent`: the body that its receiver got; `none`: nothing; else what a sink of this kind would send. */
export type MessageForm = 'text' | 'sent' | 'none' | SinkKind;

/** Every form in which messages can be shown. */
export const MESSAGE_FORMS = ['text', 'sent', 'none', ...Object.keys(SINKS)];

/** Whether a text names a form. */
export function isMessageForm(text: string): text is MessageForm {
  return MESSAGE_FORMS.includes(text);
}

/** A message in the form that the user asked for, line by line. */
export function messageLines(message: ReceivedMessage, form: MessageForm, userAgent: string): readonly string[] {
  if (form === 'none') return [];
  if (form === 'text') return linesOf(message.notification.text);
  if (form === 'sent') return [message.contentType, ...linesOf(message.body)];
  const { contentType, body } = renderAs(form, message.notification, userAgent);
  return [contentType, ...linesOf(body)];
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}

function renderAs(
  kind: SinkKind,
  notification: Notification,
  userAgent: string,
): { readonly contentType: string; readonly body: string } {
  return createSink({ name: kind, ...SINKS[kind] }, offlineEnvironment(userAgent)).preview(notification);
}
