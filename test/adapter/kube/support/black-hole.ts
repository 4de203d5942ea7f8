import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP relay that can swallow all that its present connections carry, as a NAT or a load balancer does that forgot them. */
export interface Relay {
  readonly port: number;
  readonly connections: () => number;
  /** From now on the present connections carry nothing, and nobody is told. New ones work. */
  readonly swallow: () => void;
  readonly close: () => Promise<void>;
}

/** Starts a relay to a port of loopback. */
export async function startRelay(targetPort: number): Promise<Relay> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    const far = connect(targetPort, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    near.pipe(far);
    far.pipe(near);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        for (const other of pair) other.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    swallow: () => {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
      }
    },
    close: async () => {
      for (const [near] of pairs) near.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
