import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { Notification } from '../../../src/core/notification/model/notification.ts';
import { makeAuthority } from './certificates.ts';
import { startReceiver, type ReceivedRequest } from './receiver.ts';

/** An HTTPS receiver as the standard requires: it accepts what is signed with its key, and answers 401 to everything else. */
export interface VerifyingReceiver {
  readonly url: string;
  /** The certificate of its authority (PEM). */
  readonly ca: string;
  /** The accepted requests, in order. */
  readonly taken: readonly Notification[];
  close(): Promise<void>;
}

/** Starts one on a free port of an address. The caller closes it. */
export async function startVerifyingReceiver(signingKey: string, address = '127.0.0.1'): Promise<VerifyingReceiver> {
  const authority = makeAuthority();
  const webhook = new Webhook(signingKey);
  const taken: Notification[] = [];

  function isSigned({ body, headers }: ReceivedRequest): boolean {
    try {
      webhook.verify(body, headers as Record<string, string>);
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  }

  const receiver = await startReceiver(
    (response, request) => {
      const signed = isSigned(request);
      if (signed) taken.push(JSON.parse(request.body) as Notification);
      response.writeHead(signed ? 204 : 401).end();
    },
    authority.issue(`IP:${address}`),
    address,
  );
  return { url: receiver.url, ca: authority.ca, taken, close: () => receiver.close() };
}
