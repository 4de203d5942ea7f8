import { Webhook } from 'standardwebhooks';
import type { Notification } from '../../src/core/notification/model/notification.ts';
import type { Received } from './receiver.ts';

/** A receiver that runs somewhere else, by its control port. */
export interface ReceiverClient {
  received(): Promise<readonly Received[]>;
  forget(): Promise<void>;
}

/** Speaks to the control port at this URL. */
export function createReceiverClient(controlUrl: string): ReceiverClient {
  async function call(method: string, path: string): Promise<string> {
    const answer = await fetch(new URL(path, controlUrl), {
      method,
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the receiver answered ${method} ${path} with ${answer.status}: ${text}`);
    return text;
  }
  return {
    received: async () => JSON.parse(await call('GET', '/requests')) as readonly Received[],
    forget: async () => {
      await call('DELETE', '/requests');
    },
  };
}

/** A request that the receiver took, with what it said. */
export interface Delivery {
  /** The header webhook-id, which is the notification's id. */
  readonly id: string;
  readonly notification: Notification;
  readonly request: Received;
}

/** True when the receiver said that it has it. A probe brings nothing. */
export function wasTaken(request: Received): boolean {
  return request.method === 'POST' && request.status >= 200 && request.status < 300;
}

/**
 * Reads the requests that the receiver took.
 *
 * @param signingKey - The key of the Standard Webhooks signature that each has to have; without one nothing may be signed.
 * @throws When a signature is missing or wrong, or an id in a header is not the one in the body.
 */
export function readDeliveries(requests: readonly Received[], signingKey?: string): readonly Delivery[] {
  return requests.filter(wasTaken).map((request) => {
    const signed = request.headers['webhook-signature'] !== undefined;
    if (signingKey === undefined && signed)
      throw new Error(`request ${request.sequence} is signed, and no key was given to sign it`);
    if (signingKey !== undefined) new Webhook(signingKey).verify(request.body, { ...request.headers });
    const notification = JSON.parse(request.body) as Notification;
    const id = request.headers['webhook-id'] ?? '';
    if (id !== notification.id)
      throw new Error(`request ${request.sequence} has webhook-id ${id}, and its body says ${notification.id}`);
    return { id, notification, request };
  });
}

/** True when an IPv4 address is in a network such as 10.0.1.0/24. */
export function inNetwork(address: string, network: string): boolean {
  const [base = '', length = '32'] = network.split('/');
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(address) / size) === Math.floor(number(base) / size);
}
