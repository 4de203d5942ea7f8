import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP relay that can fail in ways that a server would not. */
export interface Relay {
  readonly port: number;
  /** All that were ever accepted. */
  readonly connections: () => number;
  /**
   * From now on the present connections carry nothing, and nobody is told: as a NAT or a load balancer does that forgot them. New
   * ones work.
   */
  readonly swallow: () => void;
  /** Breaks the present connections and refuses new ones, until mended. */
  readonly cut: () => void;
  readonly mend: () => Promise<void>;
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
  async function listen(at: number): Promise<void> {
    await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  }
  await listen(0);
  const { port } = server.address() as AddressInfo;

  function breakAll(): void {
    for (const [near] of pairs) near.destroy();
  }
  return {
    port,
    connections: () => connections,
    swallow: () => {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
      }
    },
    cut: () => {
      server.close();
      breakAll();
    },
    mend: () => listen(port),
    close: async () => {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
