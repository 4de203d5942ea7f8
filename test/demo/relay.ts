import { createHttpTransport } from '../../src/notify/http/http-transport.ts';
import { createAddressPolicy } from '../../src/net/address-policy.ts';
import { errorCode } from '../../src/net/error-code.ts';
import type { ReceivedRequest, ReceiverAnswer } from '../../src/simulator/programs/receiver.ts';

const TIMEOUT_MS = 5000;

/** Sends requests to a real receiver with the transport of Baton's sinks. Requests to other URLs stay in the simulation. */
export function relayTo(receiverUrl: string): (request: ReceivedRequest) => Promise<ReceiverAnswer> | undefined {
  const { origin } = new URL(receiverUrl);
  const transport = createHttpTransport({ policy: createAddressPolicy({ allow: '127.0.0.1', apiServer: [] }) });
  return ({ method, url, headers, body }) => {
    if (url.origin !== origin || (method !== 'POST' && method !== 'HEAD')) return undefined;
    const request = { method, url, headers, body: method === 'HEAD' ? undefined : body };
    return transport
      .exchange({ ...request, connection: { timeoutMs: TIMEOUT_MS }, signal: AbortSignal.timeout(TIMEOUT_MS) })
      .then(
        ({ status, body: answer, retryAfter }) => ({
          kind: 'Answers',
          status,
          body: answer,
          ...(retryAfter === undefined ? {} : { retryAfter }),
        }),
        (error: unknown) => ({ kind: 'Broken', code: errorCode(error) ?? 'ECONNRESET' }),
      );
  };
}
