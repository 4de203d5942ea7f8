import type { Sink, SinkConnection, WebhookSink } from '../../api/generated/upgradeplan.ts';

/** A key of a Secret in the plan's namespace. */
export interface SinkSecret {
  /** Name of the Secret. */
  readonly name: string;
  /** The key that is needed; of an optional one that the Secret lacks, there is no file. */
  readonly key: string;
}

/** The keys of a Secret of the type kubernetes.io/tls. */
export const TLS_SECRET_KEYS = { certificate: 'tls.crt', privateKey: 'tls.key' } as const;

/** The keys of the Secret of an e-mail sink. All but `host` are optional. */
export const SMTP_KEYS = ['host', 'port', 'username', 'password', 'tls', 'ca.crt'] as const;

/** The Secrets of a sink: the kubelet mounts them into the agent's Pod, and nobody of Baton may read them otherwise. */
export function sinkSecrets({ connection, webhook, slack, teams, email, pagerDuty, alertmanager }: Sink): readonly SinkSecret[] {
  const mail = email?.smtpSecretRef;
  const secrets = [
    ...connectionSecrets(connection),
    ...webhookSecrets(webhook),
    slack?.tokenSecretRef,
    slack?.webhookUrlSecretRef,
    teams?.webhookUrlSecretRef,
    ...(mail === undefined ? [] : SMTP_KEYS.map((key) => ({ name: mail.name, key }))),
    pagerDuty?.routingKeySecretRef,
    alertmanager?.authorizationSecretRef,
  ];
  return secrets.filter((reference) => reference !== undefined);
}

function connectionSecrets({ proxyUrlSecretRef, tls }: SinkConnection = {}): readonly (SinkSecret | undefined)[] {
  const certificate = tls?.clientCertSecretRef;
  const pair = certificate === undefined ? [] : Object.values(TLS_SECRET_KEYS).map((key) => ({ name: certificate.name, key }));
  return [proxyUrlSecretRef, tls?.caSecretRef, ...pair];
}

function webhookSecrets(webhook: WebhookSink = {}): readonly (SinkSecret | undefined)[] {
  const { urlSecretRef, signingSecretRef, previousSigningSecretRef, authorizationSecretRef } = webhook;
  return [urlSecretRef, signingSecretRef, previousSigningSecretRef, authorizationSecretRef];
}

/** The file of a Secret's key, within the directory of the sinks' Secrets. */
export function secretFile(sink: string, secret: string, key: string): string {
  return `${sink}/${secret}/${key}`;
}
