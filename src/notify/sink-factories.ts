import type { KindSpec, SinkKind } from '../core/sinks/sink-kinds.ts';
import { createAlertmanager } from './kinds/alertmanager/alertmanager.ts';
import { createEmail } from './kinds/email/email.ts';
import { createEventSink } from './kinds/events/event-sink.ts';
import { createPagerDuty } from './kinds/pager-duty/pager-duty.ts';
import { createSlack } from './kinds/slack/slack.ts';
import { createTeams } from './kinds/teams/teams.ts';
import { createWebhook } from './kinds/webhook/webhook.ts';
import type { SinkEnvironment } from './sink-environment.ts';
import type { Sink } from './sink.ts';

/** Creates a sink of one kind. `name` is the sink's name in the plan, `spec` the field that the kind is named after. */
type SinkFactory<K extends SinkKind> = (name: string, spec: KindSpec<K>, environment: SinkEnvironment) => Sink;

/** The factory of each kind of sink. Secrets and defaults of the kinds are in src/core/sinks/sink-kinds.ts. */
export const SINK_FACTORIES: { readonly [K in SinkKind]: SinkFactory<K> } = {
  webhook: createWebhook,
  slack: createSlack,
  teams: createTeams,
  email: createEmail,
  pagerDuty: createPagerDuty,
  alertmanager: createAlertmanager,
  events: createEventSink,
};
