import { NOTIFY_REASONS } from '../api/conditions.ts';
import type { Sink as SinkSpec } from '../api/generated/upgradeplan.ts';
import { timeoutSeconds } from '../core/baton/timeouts.ts';
import { sendPolicy } from '../core/notification/model/final-sinks.ts';
import { createAlertmanager } from './kinds/alertmanager/alertmanager.ts';
import { createPoster } from './http/connection.ts';
import { createEmail } from './kinds/email/email.ts';
import { createEventSink } from './kinds/events/event-sink.ts';
import { createPagerDuty } from './kinds/pager-duty/pager-duty.ts';
import { secretFiles } from './secret-files.ts';
import type { AgentEnvironment, SinkEnvironment } from './sink-environment.ts';
import type { Sink } from './sink.ts';
import { createSlack } from './kinds/slack/slack.ts';
import { createTeams } from './kinds/teams/teams.ts';
import { createWebhook } from './kinds/webhook/webhook.ts';
import { withTemplate } from './with-template.ts';

/** The sink that a plan describes. A new kind of sink gets its own file here, and its own field beside `webhook` in the plan. */
export function createSink(spec: SinkSpec, environment: AgentEnvironment): Sink {
  const sink = createKind(spec, environment);
  return spec.template === undefined ? sink : withTemplate(sink, spec.template);
}

function createKind(spec: SinkSpec, { secretsDirectory, http, ...rest }: AgentEnvironment): Sink {
  const { name, connection, webhook, slack, teams, email, pagerDuty, alertmanager, events } = spec;
  const readSecret = secretFiles(secretsDirectory, name);
  const smtpTimeoutMs = rest.smtpTimeoutMs ?? timeoutSeconds(spec, 0) * 1000;
  const environment: SinkEnvironment = { ...rest, smtpTimeoutMs, http: createPoster(http, connection, readSecret), readSecret };
  if (webhook !== undefined) return createWebhook(name, webhook, environment);
  if (slack !== undefined) return createSlack(name, slack, environment);
  if (teams !== undefined) return createTeams(name, teams, environment);
  if (email !== undefined) return createEmail(name, email, environment);
  if (pagerDuty !== undefined) return createPagerDuty(name, pagerDuty, sendPolicy(spec) === 'EveryBatch', environment);
  if (alertmanager !== undefined) return createAlertmanager(name, alertmanager, environment);
  if (events !== undefined) return createEventSink(name, environment);
  return unknownSink(name);
}

/** A sink of a kind that the API has and this agent, which is older, has not. */
function unknownSink(name: string): Sink {
  return {
    name,
    preview: () => ({ contentType: 'text/plain', body: '' }),
    send: () =>
      Promise.resolve({
        kind: 'Permanent',
        reason: NOTIFY_REASONS.UnknownSink,
        message: 'this version of the agent does not know the kind of the sink',
      }),
  };
}
