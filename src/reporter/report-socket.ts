import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, stat, unlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import type { Log } from '../api/log.ts';
import { hasCode } from './error-code.ts';
import { refuse } from './report-routes.ts';
import type { SocketAnswer, SocketRequest } from './report-routes.ts';

/** The longest body, in bytes: room for a note that will be cut, not for a log file. */
const BODY_BYTES = 64 * 1024;
/** The most callers at once. */
const CONNECTIONS = 256;
/** How long a caller may take to say what it wants, in milliseconds. */
const REQUEST_MS = 10_000;

/** A socket that is open. */
export interface OpenSocket {
  /** Takes no new callers; resolves when those that are there have their answers. The signal cuts them off. */
  close(cutOff: AbortSignal): Promise<void>;
}

/**
 * Opens the socket. It is made under another name and then moved into place, so that callers find either the old one, or the new one
 * with its final mode. The mode is 0666: containers run under many user IDs, and whoever gets at the directory is root on the host anyway.
 */
export async function openSocket(
  path: string,
  answer: (request: SocketRequest) => Promise<SocketAnswer>,
  log: Log,
): Promise<OpenSocket> {
  await mkdir(dirname(path), { recursive: true });
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
    void respond(request, response, answer, log);
  });
  server.maxConnections = CONNECTIONS;
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
      new Error(`The socket ${path} cannot be opened: is its directory writable, and its path shorter than 108 bytes?`, {
        cause: error,
      }),
    );
  });
  server.listen(path, () => resolve(undefined));
  await promise;
}

async function closeSocket(server: Server, path: string, ino: number, cutOff: AbortSignal): Promise<void> {
  await removeIfOurs(path, ino);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.close(() => resolve(undefined));
  server.closeIdleConnections();
  cutOff.addEventListener('abort', () => server.closeAllConnections(), { once: true });
  if (cutOff.aborted) server.closeAllConnections();
  await promise;
}

/** The socket of a reporter that has already taken over stays. */
async function removeIfOurs(path: string, ino: number): Promise<void> {
  try {
    if ((await stat(path)).ino === ino) await unlink(path);
  } catch (error) {
    // Somebody was quicker: it is gone, which is what was wanted.
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
        ? refuse(413, `The body has more than ${BODY_BYTES} bytes.`)
        : await answer({ method: request.method ?? 'GET', path, query, body, prefer: String(request.headers['prefer'] ?? '') });
    response.writeHead(given.status, { 'Content-Type': 'application/json', ...given.headers });
    response.end(`${JSON.stringify(given.body)}\n`);
  } catch (error) {
    log.warn('Answering on the socket failed', { error });
    response.destroy();
  }
}

/** The body as text; undefined when it is too long. It is read to its end all the same: a caller that still sends hears no answer. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new Error('The request was decoded before it was read.');
    bytes += chunk.length;
    if (bytes <= BODY_BYTES) chunks.push(chunk);
  }
  return bytes > BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}
