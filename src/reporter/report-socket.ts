import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, stat, unlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import type { Log } from '../api/log.ts';
import { hasCode } from './has-code.ts';
import type { OpenSocket } from './open-socket.ts';
import { errorAnswer } from './report-routes.ts';
import type { SocketAnswer, SocketRequest } from './report-routes.ts';

/** Maximum size of a body in bytes: enough for a note that will be cut, not for a log file. */
const MAX_BODY_BYTES = 64 * 1024;
/** Maximum number of simultaneous connections. */
const MAX_CONNECTIONS = 256;
/** How long a caller may take to send its request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Opens the socket. It is created under a temporary name and then renamed, so that callers find either the old socket or the new one
 * with its final mode. The mode is 0666, because containers run with many user IDs, and only root can reach the directory on the host.
 */
export async function openSocket(
  path: string,
  answer: (request: SocketRequest) => Promise<SocketAnswer>,
  log: Log,
): Promise<OpenSocket> {
  await mkdir(dirname(path), { recursive: true });
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    void respond(request, response, answer, log);
  });
  server.maxConnections = MAX_CONNECTIONS;
  const temporary = `${path}.${randomUUID().slice(0, 8)}`;
  await listen(server, temporary);
  await chmod(temporary, 0o666);
  await rename(temporary, path);
  const { ino } = await stat(path);
  return { close: (cutOff) => closeSocket(server, path, ino, cutOff) };
}

async function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', (error) => {
    reject(
      new Error(`Opening the socket ${path} failed: check that its directory is writable and its path shorter than 108 bytes.`, {
        cause: error,
      }),
    );
  });
  server.listen(path, () => resolve(undefined));
  await promise;
}

async function closeSocket(server: Server, path: string, ino: number, cutOff: AbortSignal): Promise<void> {
  await removeOwnSocket(path, ino);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.close(() => resolve(undefined));
  server.closeIdleConnections();
  cutOff.addEventListener('abort', () => server.closeAllConnections(), { once: true });
  if (cutOff.aborted) server.closeAllConnections();
  await promise;
}

/** Removes the socket file unless another reporter has already replaced it. */
async function removeOwnSocket(path: string, ino: number): Promise<void> {
  try {
    if ((await stat(path)).ino === ino) await unlink(path);
  } catch (error) {
    // It is already gone.
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: SocketRequest) => Promise<SocketAnswer>,
  log: Log,
): Promise<void> {
  try {
    const body = await readBody(request);
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const given =
      body === undefined
        ? errorAnswer(413, `The body must have at most ${MAX_BODY_BYTES} bytes.`)
        : await answer({ method: request.method ?? 'GET', path, query, body, prefer: String(request.headers['prefer'] ?? '') });
    response.writeHead(given.status, { 'Content-Type': 'application/json', ...given.headers });
    response.end(`${JSON.stringify(given.body)}\n`);
  } catch (error) {
    log.warn('Answering a request on the socket failed', { error });
    response.destroy();
  }
}

/** The body as text; undefined when it is too long. Even then it is read to its end, because a caller that still sends reads no answer. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new Error('The body of the request must be read as bytes.');
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}
