import type { Sink } from '../../api/generated/upgradeplan.ts';
import { secretsIn, type SecretFields, type SinkSecret } from './secret-fields.ts';

/** A kind of sink: the field of a sink that describes its receiver. */
export type SinkKind = Exclude<keyof Sink, 'name' | 'send' | 'nodeDetail' | 'connection' | 'template'>;

/** What a plan specifies for a sink of one kind. */
export type KindSpec<K extends SinkKind> = NonNullable<Sink[K]>;

/** Which messages a sink receives. */
export type SendPolicy = NonNullable<Sink['send']>;

/** What the operator and the agent have to know about a kind of sink. */
interface KindRules<Spec> {
  /** The `send` of a sink that does not set it. */
  readonly send: SendPolicy;
  /** How long one attempt may take if the plan does not say (seconds). */
  readonly timeoutSeconds: number;
  /** The fields of the spec that refer to Secrets. */
  readonly secrets: SecretFields<Spec>;
}

type SinkKinds = { readonly [K in SinkKind]: KindRules<KindSpec<K>> };

/** How long an HTTP receiver usually has to answer (seconds). */
export const HTTP_TIMEOUT_SECONDS = 10;

/** The keys in the Secret of an email sink. All but `host` are optional. */
export const SMTP_KEYS = ['host', 'port', 'username', 'password', 'tls', 'ca.crt'] as const;

const HTTP = { send: 'EveryBatch', timeoutSeconds: HTTP_TIMEOUT_SECONDS } as const;

/** Every kind of sink in the API. Its factory is in src/notify/sink-factories.ts. */
const SINK_KINDS: SinkKinds = {
  webhook: {
    ...HTTP,
    secrets: {
      urlSecretRef: 'ReferencedKey',
      signingSecretRef: 'ReferencedKey',
      previousSigningSecretRef: 'ReferencedKey',
      authorizationSecretRef: 'ReferencedKey',
    },
  },
  slack: { ...HTTP, secrets: { tokenSecretRef: 'ReferencedKey', webhookUrlSecretRef: 'ReferencedKey' } },
  teams: { ...HTTP, secrets: { webhookUrlSecretRef: 'ReferencedKey' } },
  // A mail server may greet slowly, and inspect a message before it accepts it.
  email: { send: 'EveryBatch', timeoutSeconds: 20, secrets: { smtpSecretRef: SMTP_KEYS } },
  pagerDuty: { ...HTTP, send: 'OnTrouble', secrets: { routingKeySecretRef: 'ReferencedKey' } },
  alertmanager: { ...HTTP, secrets: { authorizationSecretRef: 'ReferencedKey' } },
  events: { ...HTTP, secrets: {} },
};

const KINDS = Object.keys(SINK_KINDS) as readonly SinkKind[];

/** The kind of a sink, with its spec; undefined if this version of Baton does not know the kind. */
export function kindOf(sink: Sink): { readonly kind: SinkKind; readonly spec: KindSpec<SinkKind> } | undefined {
  for (const kind of KINDS) {
    const spec = sink[kind];
    if (spec !== undefined) return { kind, spec };
  }
  return undefined;
}

/** Which messages a sink receives: what the plan says, or the default of its kind. */
export function sendPolicy(sink: Sink): SendPolicy {
  return sink.send ?? rulesOf(sink)?.send ?? 'EveryBatch';
}

/** How long one attempt to reach the sink may take (seconds): what the plan says, or the default of its kind. */
export function attemptSeconds(sink: Sink): number {
  return sink.connection?.timeoutSeconds ?? rulesOf(sink)?.timeoutSeconds ?? HTTP_TIMEOUT_SECONDS;
}

/** The Secrets that the settings of the sink's kind refer to. */
export function kindSecrets(sink: Sink): readonly SinkSecret[] {
  const found = kindOf(sink);
  return found === undefined ? [] : secretsOf(found.kind, found.spec);
}

function rulesOf(sink: Sink): Pick<KindRules<never>, 'send' | 'timeoutSeconds'> | undefined {
  const found = kindOf(sink);
  return found === undefined ? undefined : SINK_KINDS[found.kind];
}

function secretsOf<K extends SinkKind>(kind: K, spec: KindSpec<K>): readonly SinkSecret[] {
  return secretsIn(spec, SINK_KINDS[kind].secrets);
}
