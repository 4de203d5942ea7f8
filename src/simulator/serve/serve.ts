import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../api/log.ts';
import type { ApiServer } from '../api-server/create-api-server.ts';
import type { ApiRequest, ApiResponse } from '../api-server/rest/exchange.ts';
import { StatusError } from '../api-server/resources/status.ts';
import { decodeBody, PROTOBUF, ProtobufError } from './protobuf/decode-body.ts';

/** What to serve, and where. */
export interface ServeOptions {
  readonly server: Pick<ApiServer, 'handle'>;
  /** 0, or left out: any free port. */
  readonly port?: number;
  readonly log: Log;
}

/** A served API. */
export interface ServedApi {
  /** For example `http://127.0.0.1:8001`. */
  readonly url: string;
  /** Ends all requests, watches included, and frees the port. */
  readonly close: () => Promise<void>;
}

const ADDRESS = '127.0.0.1';
/** What kube-apiserver accepts as well. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
/** How much a watch may lag behind before the server ends it. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

/**
 * Serves an API server in memory with HTTP on the loopback address, so that kubectl can use it. Every caller is the cluster's
 * administrator. Requests from web pages are rejected: they carry an Origin or, after DNS rebinding, the name of another host. Rejects
 * if the port is in use.
 */
export async function serve({ server, port = 0, log }: ServeOptions): Promise<ServedApi> {
  const http = createServer();
  await listen(http, port);
  const { port: actual } = http.address() as AddressInfo;
  const hosts = new Set([`${ADDRESS}:${actual}`, `localhost:${actual}`]);
  http.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    outgoing.on('error', ignore);
    respond(incoming, outgoing, { server, hosts, log }).catch((error: unknown) => {
      // The client has hung up.
      if (outgoing.destroyed) return;
      log.error('Request failed', { method: incoming.method, error });
      send(outgoing, failure(500, 'InternalError', `Internal error occurred: ${String(error)}`));
    });
  });
  return { url: `http://${ADDRESS}:${actual}`, close: () => close(http) };
}

// A write to a client that has hung up; `close` follows.
function ignore(): void {}

function listen(http: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, ADDRESS, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

function close(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => {
      resolve();
    });
    http.closeAllConnections();
  });
}

interface Serving {
  readonly server: Pick<ApiServer, 'handle'>;
  /** Accepted values of the Host header. */
  readonly hosts: ReadonlySet<string>;
  readonly log: Log;
}

async function respond(incoming: IncomingMessage, outgoing: ServerResponse, serving: Serving): Promise<void> {
  const rejected = rejection(incoming, serving.hosts);
  if (rejected !== undefined) {
    send(outgoing, rejected);
    return;
  }
  const body = await readBody(incoming);
  if (body === undefined) {
    send(outgoing, failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`));
    return;
  }
  send(outgoing, answer(incoming, body, serving));
}

function answer(incoming: IncomingMessage, body: Buffer, { server, log }: Serving): ApiResponse {
  const request = readRequest(incoming, body);
  if (request === undefined) return failure(400, 'BadRequest', 'The path is not valid');
  const readable = inJson(request, body);
  if (typeof readable !== 'string') return server.handle(readable);
  const response = server.handle(request);
  // Unless there is something else that the server does not support.
  if (response.status !== 415) return response;
  const message = `The embedded API server cannot read this protobuf: ${readable}. kubectl apply -f sends JSON.`;
  log.warn('Request is not supported', { method: request.method, path: request.path, message });
  return failure(415, 'UnsupportedMediaType', message);
}

/** The request with a body in JSON, or why its protobuf cannot be read. */
function inJson(request: ApiRequest, body: Buffer): ApiRequest | string {
  if (request.headers['content-type'] !== PROTOBUF || body.length === 0) return request;
  try {
    const headers = { ...request.headers, 'content-type': 'application/json' };
    return { ...request, headers, body: JSON.stringify(decodeBody(body)) };
  } catch (error) {
    if (error instanceof ProtobufError) return error.message;
    throw error;
  }
}

function rejection({ headers }: IncomingMessage, hosts: ReadonlySet<string>): ApiResponse | undefined {
  if (headers.origin !== undefined) {
    return failure(403, 'Forbidden', 'Requests from web pages are not allowed: the request has an Origin header');
  }
  const { host = '' } = headers;
  if (hosts.has(host.toLowerCase())) return undefined;
  const allowed = [...hosts].join(' or ');
  return failure(403, 'Forbidden', `The Host header ${JSON.stringify(host)} is not allowed: use ${allowed}`);
}

/** Undefined if the body is too large. It is read to its end all the same, so that the client sees the answer. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) return undefined;
  return Buffer.concat(chunks);
}

/** Undefined if the path is not valid. */
function readRequest(incoming: IncomingMessage, body: Buffer): ApiRequest | undefined {
  const { method = 'GET', url = '/', headers } = incoming;
  const parsed = URL.parse(url, `http://${ADDRESS}`);
  if (parsed === null || !isDecodable(parsed.pathname)) return undefined;
  const single = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]);
  return {
    method,
    path: parsed.pathname,
    query: parsed.searchParams,
    headers: Object.fromEntries(single) as Readonly<Record<string, string>>,
    body: body.toString(),
  };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function send(outgoing: ServerResponse, response: ApiResponse): void {
  if (outgoing.destroyed) return;
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(response.status, response.headers);
  if ('body' in response) {
    outgoing.end(response.body);
    return;
  }
  // The client learns at once that the watch has begun, even if nothing happens.
  outgoing.flushHeaders();
  const stop = response.start({
    write: (line) => {
      if (!outgoing.destroyed) outgoing.write(line);
      if (outgoing.writableLength > MAX_BUFFERED_BYTES) outgoing.destroy();
    },
    end: () => outgoing.end(),
  });
  outgoing.once('close', stop);
}

function failure(code: number, reason: string, message: string): ApiResponse {
  const { status } = new StatusError(code, message, { reason });
  return { status: code, headers: { 'content-type': 'application/json' }, body: JSON.stringify(status) };
}
