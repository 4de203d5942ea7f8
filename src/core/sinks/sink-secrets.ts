import type { Sink, SinkConnection, SinkTls } from '../../api/generated/upgradeplan.ts';
import { secretsIn, type SecretFields, type SinkSecret } from './secret-fields.ts';
import { kindSecrets } from './sink-kinds.ts';

/** The keys of a Secret of type kubernetes.io/tls. */
export const TLS_SECRET_KEYS = { certificate: 'tls.crt', privateKey: 'tls.key' } as const;

const CONNECTION_SECRETS: SecretFields<SinkConnection> = { proxyUrlSecretRef: 'ReferencedKey' };
const TLS_SECRETS: SecretFields<SinkTls> = {
  caSecretRef: 'ReferencedKey',
  clientCertSecretRef: Object.values(TLS_SECRET_KEYS),
};

/** The Secrets of a sink. The kubelet mounts them into the agent's Pod, because Baton has no permission to read Secrets. */
export function sinkSecrets(sink: Sink): readonly SinkSecret[] {
  const { connection = {} } = sink;
  return [...secretsIn(connection, CONNECTION_SECRETS), ...secretsIn(connection.tls ?? {}, TLS_SECRETS), ...kindSecrets(sink)];
}

/** Path of the file with a key of a Secret, relative to the directory of the sinks' Secrets. */
export function secretFile(sink: string, secret: string, key: string): string {
  return `${sink}/${secret}/${key}`;
}
