import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request that a receiver got. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real HTTP server on the loopback as the receiver of a webhook. */
export interface Receiver {
  readonly url: string;
  readonly host: string;
  readonly requests: readonly ReceivedRequest[];
  close(): Promise<void>;
}

/** How a receiver answers; 204 by default. */
export type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

/** No answer at all. */
export const silence: Answer = () => undefined;

/** The timeout for an answer (ms): short if there will be none, else long enough for a busy machine. */
export function timeoutFor(answer: Answer): number {
  return answer === silence ? 300 : 10_000;
}

const noContent: Answer = (response) => response.writeHead(204).end();

/** Starts a receiver on a free port, with `tls` for https. The caller closes it. */
export async function startReceiver(answer: Answer = noContent, tls?: ServerOptions, address = '127.0.0.1'): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = [];
    message.on('data', (part: Buffer) => parts.push(part));
    message.on('end', () => {
      const { method = '', url: path = '', headers } = message;
      const request = { method, path, headers, body: Buffer.concat(parts).toString('utf8') };
      requests.push(request);
      answer(response, request);
    });
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  const { promise: listening, resolve } = Promise.withResolvers<unknown>();
  server.listen(0, address, () => {
    resolve(undefined);
  });
  await listening;
  const { port } = server.address() as AddressInfo;
  const host = `${address}:${port}`;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}/services/T0/secret-path?token=secret-token`,
    host,
    requests,
    close: async () => {
      const { promise: closed, resolve: done } = Promise.withResolvers<unknown>();
      server.close(done);
      server.closeAllConnections();
      await closed;
    },
  };
}
