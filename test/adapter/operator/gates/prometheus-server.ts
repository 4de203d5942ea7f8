import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on the loopback with programmable answers. */
export interface AnsweringServer {
  readonly url: string;
  readonly host: string;
  /** The requests that it got. */
  readonly requests: readonly { readonly path: string; readonly authorization: string | undefined }[];
  answer(how: Answer): void;
  close(): Promise<void>;
}

/** How to answer. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Starts a server. */
export async function startServer(): Promise<AnsweringServer> {
  const requests: { path: string; authorization: string | undefined }[] = [];
  let how: Answer = (response) => response.end();
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', authorization: request.headers.authorization });
    how(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests,
    answer: (next) => {
      how = next;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** An answer of Prometheus' query API. */
export function vector(...values: readonly string[]): Answer {
  const result = values.map((value, i) => ({ metric: { i: String(i) }, value: [1_795_000_000.123, value] }));
  return json(200, { status: 'success', data: { resultType: 'vector', result } });
}

/** An answer in JSON. */
export function json(status: number, body: unknown): Answer {
  return (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
