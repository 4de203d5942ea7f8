import type { Sink, WebhookSink } from '../../api/generated/upgradeplan.ts';

/** A kind of sink: the field of a sink that describes its receiver. */
export type SinkKind = Exclude<keyof Sink, 'name' | 'send' | 'nodeDetail' | 'connection' | 'template'>;

/** What a plan specifies for a sink of one kind. */
export type KindSpec<K extends SinkKind> = NonNullable<Sink[K]>;

/** Which messages a sink receives. */
export type SendPolicy = NonNullable<Sink['send']>;

/** A key of a Secret in the plan's namespace. */
export interface SinkSecret {
  /** Name of the Secret. */
  readonly name: string;
  /** Name of the key. If an optional key is missing from the Secret, its file is missing too. */
  readonly key: string;
}

/** What the operator and the agent have to know about a kind of sink. */
interface KindRules<Spec> {
  /** The `send` of a sink that does not set it. */
  readonly send: SendPolicy;
  /** How long one attempt may take if the plan does not say (seconds). */
  readonly timeoutSeconds: number;
  /** The Secrets that the spec refers to, undefined for each reference that is not set. */
  readonly secrets: (spec: Spec) => readonly (SinkSecret | undefined)[];
}

type SinkKinds = { readonly [K in SinkKind]: KindRules<KindSpec<K>> };

/** How long an HTTP receiver usually has to answer (seconds). */
export const HTTP_TIMEOUT_SECONDS = 10;

/** The keys in the Secret of an email sink. All but `host` are optional. */
export const SMTP_KEYS = ['host', 'port', 'username', 'password', 'tls', 'ca.crt'] as const;

const HTTP = { send: 'EveryBatch', timeoutSeconds: HTTP_TIMEOUT_SECONDS } as const;

/** Every kind of sink in the API. Its factory is in src/notify/sink-factories.ts. */
const SINK_KINDS: SinkKinds = {
  webhook: { ...HTTP, secrets: webhookSecrets },
  slack: { ...HTTP, secrets: ({ tokenSecretRef, webhookUrlSecretRef }) => [tokenSecretRef, webhookUrlSecretRef] },
  teams: { ...HTTP, secrets: ({ webhookUrlSecretRef }) => [webhookUrlSecretRef] },
  email: {
    send: 'EveryBatch',
    // A mail server may greet slowly, and inspect a message before it accepts it.
    timeoutSeconds: 20,
    secrets: ({ smtpSecretRef: { name } }) => SMTP_KEYS.map((key) => ({ name, key })),
  },
  pagerDuty: { ...HTTP, send: 'OnTrouble', secrets: ({ routingKeySecretRef }) => [routingKeySecretRef] },
  alertmanager: { ...HTTP, secrets: ({ authorizationSecretRef }) => [authorizationSecretRef] },
  events: { ...HTTP, secrets: () => [] },
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
  return found === undefined ? [] : secretsOf(found.kind, found.spec).filter((secret) => secret !== undefined);
}

function rulesOf(sink: Sink): Pick<KindRules<never>, 'send' | 'timeoutSeconds'> | undefined {
  const found = kindOf(sink);
  return found === undefined ? undefined : SINK_KINDS[found.kind];
}

function secretsOf<K extends SinkKind>(kind: K, spec: KindSpec<K>): readonly (SinkSecret | undefined)[] {
  return SINK_KINDS[kind].secrets(spec);
}

function webhookSecrets(spec: WebhookSink): readonly (SinkSecret | undefined)[] {
  const { urlSecretRef, signingSecretRef, previousSigningSecretRef, authorizationSecretRef } = spec;
  return [urlSecretRef, signingSecretRef, previousSigningSecretRef, authorizationSecretRef];
}
