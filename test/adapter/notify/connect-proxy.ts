import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A small HTTP proxy on the loopback, like a company's outbound proxy. */
export interface ConnectProxy {
  readonly url: string;
  readonly port: number;
  /** The requests that it got: `CONNECT hooks.example:443`, `POST http://hooks.example/x`. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a proxy. It resolves every name to the loopback, as if it knew names that its clients do not.
 *
 * @param password if set, clients must authenticate as `baton` with this password.
 */
export async function startConnectProxy(password?: string): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const wanted = `Basic ${Buffer.from(`baton:${password ?? ''}`).toString('base64')}`;
  const admits = ({ headers }: IncomingMessage): boolean => password === undefined || headers['proxy-authorization'] === wanted;

  const server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    asked.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    if (!admits(incoming)) {
      response.writeHead(407).end();
      return;
    }
    const { port, pathname, search } = new URL(incoming.url ?? '');
    const options = { host: '127.0.0.1', port, path: `${pathname}${search}`, method: incoming.method, headers: incoming.headers };
    const outgoing = request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  server.on('connect', (incoming: IncomingMessage, client: Socket) => {
    asked.push(`CONNECT ${incoming.url ?? ''}`);
    if (!admits(incoming)) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const target = connect(Number(incoming.url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client);
      client.pipe(target);
    });
    for (const socket of [target, client]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  const { promise: listening, resolve } = Promise.withResolvers<unknown>();
  server.listen(0, '127.0.0.1', () => {
    resolve(undefined);
  });
  await listening;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    close: async () => {
      const { promise: closed, resolve: done } = Promise.withResolvers<unknown>();
      server.close(done);
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}
