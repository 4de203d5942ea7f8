import type { TeamsSink } from '../../../api/generated/upgradeplan.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import type { SendResult } from '../../../core/notification/model/send-result.ts';
import type { HttpAnswer } from '../../http/http-client.ts';
import { judgeAnswer } from '../../http/judge-answer.ts';
import { probeOrigin } from '../../http/probe-origin.ts';
import { readSecretUrl } from '../../secret-values.ts';
import type { SinkEnvironment } from '../../sink-environment.ts';
import type { SendOptions, Sink } from '../../sink.ts';
import { teamsMessage } from './teams-card.ts';

/** A sink that posts an Adaptive Card to a channel of Microsoft Teams, through the webhook of a workflow. */
export function createTeams(name: string, { webhookUrlSecretRef }: TeamsSink, environment: SinkEnvironment): Sink {
  const { http, userAgent, readSecret } = environment;

  async function send(notification: Notification, { signal, now }: SendOptions): Promise<SendResult> {
    const url = await readSecretUrl(readSecret, webhookUrlSecretRef);
    if (url.kind === 'Permanent') return url;
    const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': userAgent };
    const answer = await http.post({ url: url.value, headers, body: JSON.stringify(teamsMessage(notification)), signal });
    return judgeAnswer(withStatusInText(answer), url.value.host, now);
  }

  return {
    name,
    preview: (notification) => ({ contentType: 'application/json', body: JSON.stringify(teamsMessage(notification)) }),
    send,
    probe: async (options) => probeOrigin(await readSecretUrl(readSecret, webhookUrlSecretRef), environment, options),
  };
}

/** Older connectors of Teams also answer 200 if they fail, with the status in a text: `… returned HTTP error 413 with ContextId …`. */
function withStatusInText(answer: HttpAnswer): HttpAnswer {
  if (answer.kind !== 'Answer' || answer.status !== 200) return answer;
  const status = /\bHTTP error (\d{3})\b/.exec(answer.body)?.[1];
  return status === undefined ? answer : { ...answer, status: Number(status) };
}
