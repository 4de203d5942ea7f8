import type { PagerDutySink } from '../../../api/generated/upgradeplan.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../../../core/notification/model/send-result.ts';
import { judgeAnswer } from '../../http/judge-answer.ts';
import type { SinkEnvironment } from '../../sink-environment.ts';
import { pagerDutyEvents } from './pager-duty-events.ts';
import { planUrl } from '../../http/plan-url.ts';
import { probeOrigin } from '../../http/probe-origin.ts';
import { readSecretText } from '../../secret-values.ts';
import type { SendOptions, Sink, AttemptOptions } from '../../sink.ts';

const PAGER_DUTY = 'https://events.pagerduty.com';

/**
 * A sink that sends to PagerDuty's Events API v2. An incident has the key of the plan, so that a duplicate adds to the same incident.
 */
export function createPagerDuty(
  name: string,
  { routingKeySecretRef, url = PAGER_DUTY }: PagerDutySink,
  environment: SinkEnvironment,
): Sink {
  const { http, userAgent, readSecret, send: policy } = environment;
  // Change events report batches without trouble as well.
  const changes = policy === 'EveryBatch';

  async function probe(options: AttemptOptions): Promise<ProbeResult> {
    const key = await readSecretText(readSecret, routingKeySecretRef);
    return key.kind === 'Found' ? probeOrigin(planUrl(url), environment, options) : key;
  }

  async function send(notification: Notification, { signal, now }: SendOptions): Promise<SendResult> {
    const key = await readSecretText(readSecret, routingKeySecretRef);
    if (key.kind === 'Permanent') return key;
    for (const { path, body } of pagerDutyEvents(notification, changes)) {
      const target = planUrl(url, path);
      if (target.kind === 'Permanent') return target;
      const answer = await http.post({
        url: target.value,
        headers: { 'content-type': 'application/json', 'user-agent': userAgent },
        body: JSON.stringify({ routing_key: key.value, ...body }),
        signal,
      });
      const result = judgeAnswer(answer, target.value.host, now);
      if (result.kind !== 'Delivered') return result;
    }
    return { kind: 'Delivered' };
  }

  return {
    name,
    preview: (notification) => ({
      contentType: 'application/json',
      body: JSON.stringify(pagerDutyEvents(notification, changes)),
    }),
    send,
    probe,
  };
}
