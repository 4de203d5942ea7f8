import type { Sink, SinkConnection } from '../../api/generated/upgradeplan.ts';
import { kindSecrets, type SinkSecret } from './sink-kinds.ts';

/** The keys of a Secret of type kubernetes.io/tls. */
export const TLS_SECRET_KEYS = { certificate: 'tls.crt', privateKey: 'tls.key' } as const;

/** The Secrets of a sink. The kubelet mounts them into the agent's Pod, because Baton has no permission to read Secrets. */
export function sinkSecrets(sink: Sink): readonly SinkSecret[] {
  return [...connectionSecrets(sink.connection), ...kindSecrets(sink)];
}

function connectionSecrets({ proxyUrlSecretRef, tls }: SinkConnection = {}): readonly SinkSecret[] {
  const certificate = tls?.clientCertSecretRef;
  const pair = certificate === undefined ? [] : Object.values(TLS_SECRET_KEYS).map((key) => ({ name: certificate.name, key }));
  return [proxyUrlSecretRef, tls?.caSecretRef, ...pair].filter((secret) => secret !== undefined);
}

/** Path of the file with a key of a Secret, relative to the directory of the sinks' Secrets. */
export function secretFile(sink: string, secret: string, key: string): string {
  return `${sink}/${secret}/${key}`;
}
