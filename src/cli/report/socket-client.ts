import { request } from 'node:http';

/** An answer of the reporter. */
export interface SocketAnswer {
  readonly status: number;
  /** JSON if a reporter answered; any text if something else did. */
  readonly body: string;
}

/** A request to the reporter's socket. */
export interface SocketCall {
  readonly socketPath: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object;
  /** How long the reporter should wait for the Event to be created before it answers, in seconds. */
  readonly waitSeconds?: number;
  /** Cancels the call. */
  readonly signal: AbortSignal;
}

/** Sends one request to the reporter. Rejects when the socket cannot be reached or the signal is aborted. */
export async function callSocket({ socketPath, method, path, body, waitSeconds, signal }: SocketCall): Promise<SocketAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<SocketAnswer>();
  const payload = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) }),
    ...(waitSeconds === undefined ? {} : { Prefer: `wait=${waitSeconds}` }),
  };
  const call = request({ socketPath, method, path, headers, signal, agent: false }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (text += chunk));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    response.on('error', reject);
  });
  call.on('error', reject);
  call.end(payload);
  return promise;
}
