import type { SilencesPolicy, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Instant } from '../../core/facts.ts';
import { matchersFor } from '../../core/silences/decide-silences.ts';
import { toRfc3339 } from '../../core/text.ts';
import type { HttpFetcher } from '../../net/http-fetcher.ts';
import type { Credentials } from '../credentials.ts';
import { asObject, parseObject, asText } from '../../core/json.ts';

/** The result of a request. The message contains nothing of the URL but its host. */
export type SilenceAnswer =
  { readonly kind: 'Done'; readonly id: string } | { readonly kind: 'Failed'; readonly message: string };

/** A silence to create or extend. */
export interface SilenceRequest {
  readonly plan: UpgradePlan;
  readonly policy: SilencesPolicy;
  readonly node: string;
  /** ID of the silence to extend; undefined to create one. */
  readonly id: string | undefined;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly signal: AbortSignal;
}

/** Creates, extends and lifts silences. */
export interface Silencer {
  set(request: SilenceRequest): Promise<SilenceAnswer>;
  /** Lifts a silence. Succeeds when the silence has expired already. */
  lift(request: Pick<SilenceRequest, 'policy' | 'signal'> & { readonly id: string }): Promise<SilenceAnswer>;
}

/** What requests to Alertmanager need. */
export interface AlertmanagerDeps {
  readonly http: HttpFetcher;
  readonly credentials: Credentials;
  readonly userAgent: string;
}

/** Keeps silences in Alertmanager, with its API v2. */
export function alertmanagerSilencer({ http, credentials, userAgent }: AlertmanagerDeps): Silencer {
  async function call(
    method: 'POST' | 'DELETE',
    path: string,
    { policy, signal, body }: { readonly policy: SilencesPolicy; readonly signal: AbortSignal; readonly body?: object },
  ): Promise<{ readonly status: number; readonly body: string } | string> {
    const url = new URL(policy.alertmanager.url);
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v2/${path}`;
    const access = await credentials.accessTo(url, policy.alertmanager.credential);
    if (access.kind === 'Denied') return access.message;
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { ...access.headers, 'user-agent': userAgent, ...(body && { 'content-type': 'application/json' }) };
    const answer = await http.exchange({ method, url, headers, ...content, ca: access.ca, signal });
    if (answer.kind === 'NotAllowed')
      return `silences may not send requests to ${url.host}; an administrator can allow it in gates.allow`;
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
      const silenceId = asText(asObject(parseObject(answer.body) ?? {})['silenceID']);
      if (answer.status === 200 && silenceId !== '') return { kind: 'Done', id: silenceId };
      return { kind: 'Failed', message: `Alertmanager answered ${answer.status}` };
    },
    async lift({ policy, id, signal }) {
      const answer = await call('DELETE', `silence/${encodeURIComponent(id)}`, { policy, signal });
      if (typeof answer === 'string') return { kind: 'Failed', message: answer };
      const expired = answer.status === 200 || answer.status === 404 || answer.body.includes('already expired');
      return expired ? { kind: 'Done', id } : { kind: 'Failed', message: `Alertmanager answered ${answer.status}` };
    },
  };
}
