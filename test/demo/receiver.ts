import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Notification } from '../../src/core/notification/model/notification.ts';

/** A notification that arrived over HTTP. */
export interface Arrival {
  readonly notification: Notification;
  readonly body: string;
  readonly contentType: string;
}

/** A webhook receiver on the loopback address. */
export interface DemoReceiver {
  readonly url: string;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';

/** Starts a receiver that accepts notifications whose signature is valid. */
export async function startReceiver(signingKey: string, onArrival: (arrival: Arrival) => void): Promise<DemoReceiver> {
  const webhook = new Webhook(signingKey);
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      // A probe has no body.
      if (request.method !== 'POST') return response.writeHead(200).end();
      if (!isSigned(webhook, body, request.headers)) return response.writeHead(401).end('the signature is invalid');
      onArrival({ notification: JSON.parse(body) as Notification, body, contentType: request.headers['content-type'] ?? '' });
      return response.writeHead(200).end();
    });
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${ADDRESS}:${port}/upgrades`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whether a message has a valid signature. `verify` would also compare the time of the message with the clock of this machine. */
function isSigned(webhook: Webhook, body: string, headers: IncomingHttpHeaders): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  return signatures.split(' ').includes(webhook.sign(id, new Date(Number(timestamp) * 1000), body));
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, ADDRESS, () => resolve());
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
