/**
 * A webhook receiver that accepts every request and keeps it exactly as it came. It is one file of Node built-ins alone, because `make demo-cluster KUBECONFIG=…` also runs it from a ConfigMap in a Pod.
 *
 *   node receiver.ts --port 8080 --control-port 8081
 *
 * Control (JSON): `GET /requests` gives what was received, `DELETE /requests` forgets it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';

/** One request as it came. */
export interface Received {
  /** From 1, in the order of arrival. */
  readonly sequence: number;
  /** When its body was complete, RFC 3339. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The raw body. */
  readonly body: string;
  readonly remoteAddress: string;
  /** What it was answered with. */
  readonly status: number;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/, '');
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

/** Where to listen. Port 0 takes a free one. */
export interface ReceiverOptions {
  readonly host: string;
  readonly port: number;
  readonly controlPort: number;
}

/** A receiver that runs in this process. */
export interface Receiver {
  readonly port: number;
  readonly controlPort: number;
  close(): void;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts a receiver. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  let received: Received[] = [];
  let count = 0;

  const sink = createServer((request, response) => {
    void receive(request, response).catch((error: unknown) => {
      // The sender went away in the middle of its request: nothing was received.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await listen(sink, options.host, options.port);
  const port = portOf(sink);

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const remoteAddress = plainAddress(request.socket.remoteAddress);
    const body = await readBody(request);
    const status = 204;
    count += 1;
    received.push({
      sequence: count,
      time: new Date().toISOString(),
      method: request.method ?? '',
      path: request.url ?? '',
      headers: flatHeaders(request),
      body,
      remoteAddress,
      status,
    });
    response.writeHead(status).end();
  }

  const control = createServer((request, response) => {
    switch (`${request.method} ${request.url}`) {
      case 'GET /requests':
        sendJson(response, 200, received);
        return;
      case 'DELETE /requests':
        received = [];
        sendJson(response, 200, {});
        return;
      default:
        sendJson(response, 404, { error: `${request.method} ${request.url} is unknown` });
    }
  });
  await listen(control, options.host, options.controlPort);

  return {
    port,
    controlPort: portOf(control),
    close: () => {
      for (const server of [sink, control]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '0.0.0.0' },
      port: { type: 'string', default: '8080' },
      'control-port': { type: 'string', default: '8081' },
    },
  });
  const receiver = await startReceiver({
    host: values.host,
    port: Number(values.port),
    controlPort: Number(values['control-port']),
  });
  console.log(`listening on ${values.host}:${receiver.port}, control on ${receiver.controlPort}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
}
