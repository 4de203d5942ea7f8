import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PooledKubeConfig, type PoolTimeouts } from '../../../../src/kube/client/pooled-kube-config.ts';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers a request; what it does with the response is all that the client gets. */
export type Answer = (request: SeenRequest, response: ServerResponse, number: number) => void;

/** A server on loopback that speaks HTTP/1.1, or HTTP/2 over TLS, and counts. */
export interface LoopbackServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  /** All that were ever accepted. */
  readonly connections: () => number;
  readonly dropConnections: () => void;
  readonly close: () => Promise<void>;
}

/** A self-signed certificate for 127.0.0.1. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/** Makes a new one. */
export function makeCertificate(): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'baton-certificate-'));
  try {
    const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const subject = ['-subj', '/CN=loopback', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Starts a server: with a certificate it speaks HTTP/2 over TLS, without one plain HTTP/1.1. */
export async function startServer(answer: Answer, certificate?: Certificate): Promise<LoopbackServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  const listener: RequestListener = (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://loopback');
      const seen = {
        method: incoming.method ?? '',
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(seen);
      answer(seen, response, requests.length);
    });
  };
  const server: Server =
    certificate === undefined
      ? createServer(listener)
      : // The compatibility API's request and response are HTTP/1's in all that these tests use.
        createSecureServer(
          { key: certificate.key, cert: certificate.certificate },
          listener as unknown as Parameters<typeof createSecureServer>[1],
        );
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  function dropConnections(): void {
    for (const socket of sockets) socket.destroy();
  }
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    dropConnections,
    close: async () => {
      dropConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, code: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** More than code and reason of a Status. */
export interface StatusMore {
  readonly details?: object;
  readonly headers?: Record<string, string>;
}

/** Answers with a Status. */
export function sendStatus(
  response: ServerResponse,
  code: number,
  reason: string,
  { details, headers = {} }: StatusMore = {},
): void {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `told ${reason}`, details };
  sendJson(response, code, status, headers);
}

/** A kubeconfig for a server that trusts its certificate, with a token. */
export function kubeConfigFor(url: string, certificate?: Certificate, timeouts?: PoolTimeouts): PooledKubeConfig {
  const config = new PooledKubeConfig(timeouts);
  const trust =
    certificate === undefined
      ? { skipTLSVerify: true }
      : { skipTLSVerify: false, caData: Buffer.from(certificate.certificate).toString('base64') };
  config.loadFromClusterAndUser({ name: 'loopback', server: url, ...trust }, { name: 'tester', token: 'secret-token' });
  return config;
}
