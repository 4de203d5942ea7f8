import type { AlertmanagerSink } from '../../../api/generated/upgradeplan.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../../../core/notification/model/send-result.ts';
import { toInstant } from '../../../core/text.ts';
import type { SinkEnvironment } from '../../sink-environment.ts';
import { alertmanagerAlerts } from './alertmanager-alerts.ts';
import { judgeAnswer } from '../../http/judge-answer.ts';
import { planUrl } from '../../http/plan-url.ts';
import { probeOrigin } from '../../http/probe-origin.ts';
import { readAuthorization } from '../../secret-values.ts';
import type { SendOptions, Sink, AttemptOptions } from '../../sink.ts';

/** A sink that posts alerts to Alertmanager's API v2. Alertmanager identifies alerts by their labels, so a duplicate changes nothing. */
export function createAlertmanager(
  name: string,
  { url, authorizationSecretRef }: AlertmanagerSink,
  environment: SinkEnvironment,
): Sink {
  const { http, userAgent, readSecret } = environment;
  const target = planUrl(url, '/api/v2/alerts');

  async function probe(options: AttemptOptions): Promise<ProbeResult> {
    const authorization = await readAuthorization(readSecret, authorizationSecretRef);
    return authorization.kind === 'Found' ? probeOrigin(target, environment, options) : authorization;
  }

  async function send(notification: Notification, { signal, now }: SendOptions): Promise<SendResult> {
    if (target.kind === 'Permanent') return target;
    const authorization = await readAuthorization(readSecret, authorizationSecretRef);
    if (authorization.kind === 'Permanent') return authorization;
    const answer = await http.post({
      url: target.value,
      headers: { 'content-type': 'application/json', 'user-agent': userAgent, ...authorization.value },
      body: JSON.stringify(alertmanagerAlerts(notification, now)),
      signal,
    });
    return judgeAnswer(answer, target.value.host, now);
  }

  return {
    name,
    preview: (notification) => ({
      contentType: 'application/json',
      body: JSON.stringify(alertmanagerAlerts(notification, toInstant(notification.settledTime) ?? 0)),
    }),
    send,
    probe,
  };
}
