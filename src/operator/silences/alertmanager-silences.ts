import type { SilencesPolicy, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Instant } from '../../core/facts.ts';
import { matchersFor } from '../../core/silences/decide-silences.ts';
import { toRfc3339 } from '../../core/text.ts';
import type { HttpReader } from '../../net/http-get.ts';
import type { Credentials } from '../credentials.ts';
import { object, parseObject, text } from '../json.ts';

/** What came of a request; the message has nothing of the URL but its host. */
export type SilenceAnswer =
  { readonly kind: 'Done'; readonly id: string } | { readonly kind: 'Failed'; readonly message: string };

/** A silence to be set. */
export interface SilenceRequest {
  readonly plan: UpgradePlan;
  readonly policy: SilencesPolicy;
  readonly node: string;
  /** The one that gets more time; a new one without it. */
  readonly id: string | undefined;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly signal: AbortSignal;
}

/** A place where silences are kept. */
export interface Silencer {
  set(request: SilenceRequest): Promise<SilenceAnswer>;
  /** Ends one; one that has ended already is as good. */
  lift(request: Pick<SilenceRequest, 'policy' | 'signal'> & { readonly id: string }): Promise<SilenceAnswer>;
}

/** What asking Alertmanager needs. */
export interface AlertmanagerDeps {
  readonly http: HttpReader;
  readonly credentials: Credentials;
  readonly userAgent: string;
}

/** Silences by Alertmanager's API v2. */
export function alertmanagerSilencer({ http, credentials, userAgent }: AlertmanagerDeps): Silencer {
  async function call(
    method: 'POST' | 'DELETE',
    path: string,
    { policy, signal, body }: { readonly policy: SilencesPolicy; readonly signal: AbortSignal; readonly body?: object },
  ): Promise<{ readonly status: number; readonly body: string } | string> {
    const url = new URL(policy.alertmanager.url);
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v2/${path}`;
    const access = await credentials.accessTo(url, policy.alertmanager.credential);
    if (access.kind === 'Refused') return access.message;
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { ...access.headers, 'user-agent': userAgent, ...(body && { 'content-type': 'application/json' }) };
    const answer = await http.exchange({ method, url, headers, ...content, ca: access.ca, signal });
    if (answer.kind === 'NotAllowed') return `the administrator does not allow the operator to ask ${url.host}`;
    if (answer.kind === 'NoAnswer') return `${url.host}: ${answer.message}`;
    return { status: answer.status, body: answer.body ?? '' };
  }

  return {
    async set({ plan, policy, node, id, startsAt, endsAt, signal }) {
      const { namespace, name } = plan.metadata;
      const body = {
        ...(id === undefined ? {} : { id }),
        matchers: matchersFor(node, policy.matchers),
        startsAt: toRfc3339(startsAt),
        endsAt: toRfc3339(endsAt),
        createdBy: `baton (UpgradePlan ${namespace}/${name})`,
        comment: `${node} is being upgraded to ${plan.spec.version}; lifted at once if that fails`,
      };
      const answer = await call('POST', 'silences', { policy, signal, body });
      if (typeof answer === 'string') return { kind: 'Failed', message: answer };
      const given = text(object(parseObject(answer.body) ?? {})['silenceID']);
      if (answer.status === 200 && given !== '') return { kind: 'Done', id: given };
      return { kind: 'Failed', message: `Alertmanager answered ${answer.status}` };
    },
    async lift({ policy, id, signal }) {
      const answer = await call('DELETE', `silence/${encodeURIComponent(id)}`, { policy, signal });
      if (typeof answer === 'string') return { kind: 'Failed', message: answer };
      const over = answer.status === 200 || answer.status === 404 || answer.body.includes('already expired');
      return over ? { kind: 'Done', id } : { kind: 'Failed', message: `Alertmanager answered ${answer.status}` };
    },
  };
}
