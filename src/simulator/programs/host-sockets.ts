import type { Listen, OpenSocket } from '../../reporter/open-socket.ts';
import type { SocketAnswer, SocketRequest } from '../../reporter/report-routes.ts';
import type { SimulatedProcess } from '../process/simulated-process.ts';

/** A request of a process on the host. */
export interface SocketCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The part after `?`. */
  readonly query?: string;
  /** Sent as JSON. */
  readonly body?: object;
  /** How long the reporter should wait for the Event before it answers (seconds). */
  readonly waitSeconds?: number;
}

/** A connection to a socket. */
export interface SocketConnection {
  /** Sends a request. Rejects with the code ENOENT, ECONNREFUSED or ECONNRESET, as the real socket does. */
  request(call: SocketCall): Promise<SocketAnswer>;
}

interface Listener {
  readonly answer: (request: SocketRequest) => Promise<SocketAnswer>;
  /** The calls in progress. */
  readonly calls: Set<Call>;
  open: boolean;
}

interface Call {
  readonly fail: (error: Error) => void;
  /** Resolves when the call has its answer or its error. */
  readonly ended: Promise<unknown>;
}

/** The Unix sockets of one host. */
export class HostSockets {
  readonly #listeners = new Map<string, Listener>();

  /** Lets a program listen. Its sockets break when it is killed. */
  listenIn(process: SimulatedProcess): Listen {
    return (path, answer) => {
      const listener: Listener = { answer, calls: new Set(), open: process.alive };
      if (process.alive) this.#listeners.set(path, listener);
      process.onKill(() => {
        // The file stays, so that later connections are refused.
        listener.open = false;
        reset(listener);
      });
      return Promise.resolve({ close: (cutOff) => this.#close(path, listener, cutOff) } satisfies OpenSocket);
    };
  }

  /** Removes all sockets, as a reboot does. */
  clear(): void {
    for (const listener of this.#listeners.values()) reset(listener);
    this.#listeners.clear();
  }

  /** The socket at a path, as a process on the host finds it. */
  connect(path: string): SocketConnection {
    return { request: (call) => this.#request(path, call) };
  }

  async #request(path: string, { method, path: route, query = '', body, waitSeconds }: SocketCall): Promise<SocketAnswer> {
    const listener = this.#listeners.get(path);
    if (listener === undefined) throw socketError('ENOENT');
    if (!listener.open) throw socketError('ECONNREFUSED');
    const { promise, resolve, reject } = Promise.withResolvers<SocketAnswer>();
    const call: Call = { fail: reject, ended: Promise.allSettled([promise]) };
    listener.calls.add(call);
    listener
      .answer({
        ...{ method, path: route, query, body: body === undefined ? '' : JSON.stringify(body) },
        prefer: waitSeconds === undefined ? '' : `wait=${waitSeconds}`,
      })
      .then(resolve, reject);
    try {
      return await promise;
    } finally {
      listener.calls.delete(call);
    }
  }

  async #close(path: string, listener: Listener, cutOff: AbortSignal): Promise<void> {
    if (this.#listeners.get(path) === listener) this.#listeners.delete(path);
    listener.open = false;
    cutOff.addEventListener('abort', () => reset(listener), { once: true });
    if (cutOff.aborted) reset(listener);
    await Promise.all([...listener.calls].map(({ ended }) => ended));
  }
}

function reset({ calls }: Listener): void {
  for (const { fail } of calls) fail(socketError('ECONNRESET'));
}

function socketError(code: string): Error {
  return Object.assign(new Error(`the reporter's socket: ${code}`), { code });
}
