import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SinkConnection, SinkTls } from '../../api/generated/upgradeplan.ts';
import { TLS_SECRET_KEYS } from '../../core/sinks/sink-secrets.ts';
import type { TlsOptions } from '../../net/guarded-agent.ts';
import type { Connection, HttpAnswer, HttpClient, Poster } from './http-client.ts';
import { planUrl } from './plan-url.ts';
import type { PermanentResult, ReadSecret } from '../secret-files.ts';
import { invalidSecret, readSecretText, readSecretUrl, type SecretValue } from '../secret-values.ts';

/** Sends over the connection that a plan describes. It reads the Secrets for each request, because they may appear late and may change. */
export function createPoster(http: HttpClient, spec: SinkConnection | undefined, readSecret: ReadSecret): Poster {
  async function over(exchange: (connection: Connection) => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const connection = await readConnection(spec ?? {}, readSecret);
    if (connection.kind === 'Found') return exchange(connection.value);
    return { kind: 'NotReady', reason: connection.reason, message: connection.message };
  }

  return {
    post: (post) => over((connection) => http.post(post, connection)),
    probe: (probe) => over((connection) => http.probe(probe, connection)),
  };
}

/** Reads the Secrets of a connection. The result is the connection, or why nothing can be sent. */
export async function readConnection(spec: SinkConnection, readSecret: ReadSecret): Promise<SecretValue<Connection>> {
  const { timeoutSeconds, tls = {} } = spec;
  const proxyUrl = await readProxyUrl(spec, readSecret);
  if (proxyUrl?.kind === 'Permanent') return proxyUrl;
  const options = await readTls(tls, readSecret);
  if (options.kind === 'Permanent') return options;
  const timeout = timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 };
  const proxy = proxyUrl === undefined ? {} : { proxyUrl: proxyUrl.value };
  return { kind: 'Found', value: { ...timeout, ...proxy, tls: options.value } };
}

async function readProxyUrl(spec: SinkConnection, readSecret: ReadSecret): Promise<SecretValue<URL> | undefined> {
  const { proxyUrl, proxyUrlSecretRef } = spec;
  if (proxyUrlSecretRef !== undefined) return readSecretUrl(readSecret, proxyUrlSecretRef, { credentials: true });
  return proxyUrl === undefined ? undefined : planUrl(proxyUrl);
}

async function readTls({ caSecretRef, clientCertSecretRef }: SinkTls, readSecret: ReadSecret): Promise<SecretValue<TlsOptions>> {
  let options: TlsOptions = {};
  if (caSecretRef !== undefined) {
    const ca = await readSecretText(readSecret, caSecretRef);
    if (ca.kind === 'Permanent') return ca;
    options = { ca: ca.value };
    // Node accepts a text without any certificate as an empty list.
    const problem = checkUsable(caSecretRef, 'contains no certificate in PEM format', () => new X509Certificate(ca.value));
    if (problem !== undefined) return problem;
  }
  if (clientCertSecretRef !== undefined) {
    const certificate = { name: clientCertSecretRef.name, key: TLS_SECRET_KEYS.certificate };
    const cert = await readSecretText(readSecret, certificate);
    if (cert.kind === 'Permanent') return cert;
    const key = await readSecretText(readSecret, { name: clientCertSecretRef.name, key: TLS_SECRET_KEYS.privateKey });
    if (key.kind === 'Permanent') return key;
    options = { ...options, cert: cert.value, key: key.value };
    const problem = checkUsable(
      certificate,
      `and its ${TLS_SECRET_KEYS.privateKey} are not a matching certificate and private key`,
      () => createSecureContext({ cert: cert.value, key: key.value }),
    );
    if (problem !== undefined) return problem;
  }
  return { kind: 'Found', value: options };
}

/** The failure if `use` throws; undefined otherwise. */
function checkUsable(
  reference: Parameters<typeof invalidSecret>[0],
  problem: string,
  use: () => unknown,
): PermanentResult | undefined {
  try {
    use();
    return undefined;
  } catch {
    // OpenSSL's message could quote the key.
    return invalidSecret(reference, problem);
  }
}
