import type { AddressPolicy } from '../../net/address-policy.ts';
import { destinationOf, NOT_ALLOWED, notAllowedError } from '../../net/guarded-lookup.ts';
import type { HttpFetcher, HttpRequest as FetcherRequest } from '../../net/http-fetcher.ts';
import { errorCode } from '../../net/error-code.ts';
import type { HttpTransport } from '../../notify/http/http-transport.ts';
import type { SimulatedProcess } from '../process/simulated-process.ts';
import { acceptingReceiver, type ReceivedRequest, type Receiver, type ReceiverAnswer } from './receiver.ts';
import type { MessageLog, Sender } from './message-log.ts';

/** What the servers outside of the cluster are made from. */
export interface OutsideServersOptions {
  /** The time of the simulation (milliseconds since the epoch). */
  readonly now: () => number;
  /** The network's latency in one direction (ms); called for each direction of each request. */
  readonly latencyMs: () => number;
  /** Records every request that arrives. */
  readonly log: MessageLog;
  /** Answers requests to URLs that no other receiver serves; by default {@link acceptingReceiver}. */
  readonly others?: Receiver;
  /**
   * Sends requests to real servers, for `make demo`; such a run cannot be repeated to the byte. Undefined for a URL that none of them
   * serves. Time stands still until it resolves.
   */
  readonly relay?: (request: ReceivedRequest) => Promise<ReceiverAnswer> | undefined;
}

/** Who is connected to the outside: requests end with its process. */
export interface Connected {
  readonly process: SimulatedProcess;
  readonly policy: AddressPolicy;
  readonly sender: Sender;
}

interface Exchange extends Omit<ReceivedRequest, 'time'> {
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
}

/** The HTTP servers outside of the cluster: receivers of sinks, Prometheus, Alertmanager. */
export class OutsideServers {
  readonly #options: OutsideServersOptions;
  readonly #receivers = new Map<string, Receiver>();

  constructor(options: OutsideServersOptions) {
    this.#options = options;
  }

  /** Serves the URLs that begin with `prefix`, unless a longer prefix fits as well. */
  serve(prefix: string, receiver: Receiver): void {
    this.#receivers.set(prefix, receiver);
  }

  /** The transport of the sinks of one program. */
  transport(connected: Connected): HttpTransport {
    return {
      exchange: ({ method, url, headers, body = '', signal }) =>
        this.#exchange(connected, { method, url, headers, body, signal }),
      close: () => Promise.resolve(),
    };
  }

  /** The client of the gates and silences of one program. */
  fetcher(connected: Connected): HttpFetcher {
    const exchange = async ({ method, url, headers, body = '', signal }: FetcherRequest): ReturnType<HttpFetcher['exchange']> => {
      try {
        const answer = await this.#exchange(connected, { method, url, headers, body, signal });
        return { kind: 'Answer', status: answer.status, body: answer.body };
      } catch (error) {
        const code = errorCode(error);
        if (code === NOT_ALLOWED) return { kind: 'NotAllowed' };
        return { kind: 'NoAnswer', message: signal.aborted ? 'no answer in time' : (code ?? 'no connection') };
      }
    };
    return { get: (get) => exchange({ ...get, method: 'GET' }), exchange, close: () => Promise.resolve() };
  }

  /** The timers are those of the process: once it was killed, nothing arrives and no answer comes back. */
  async #exchange({ process, policy, sender }: Connected, { signal, ...request }: Exchange): Promise<Answer> {
    if (!policy.allowsName(destinationOf(request.url))) throw notAllowedError();
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const respond = (answer: ReceiverAnswer): void => {
      this.#record(sender, request, answer);
      if (answer.kind === 'Silent') return;
      const afterMs = this.#options.latencyMs() + (answer.kind === 'Answers' ? (answer.afterMs ?? 0) : 0);
      cancel = process.setTimer(afterMs, () => {
        if (answer.kind === 'Broken') reject(Object.assign(new Error('The connection failed'), { code: answer.code }));
        else resolve({ status: answer.status, body: answer.body ?? '', retryAfter: answer.retryAfter });
      });
    };
    let cancel = process.setTimer(this.#options.latencyMs(), () => {
      const received = { ...request, time: this.#options.now() };
      const relayed = this.#options.relay?.(received);
      if (relayed === undefined) respond(this.#receiverOf(request.url.href)(received));
      else void relayed.then(respond);
    });
    const abort = (): void => {
      cancel();
      reject(new DOMException('The operation was aborted', 'AbortError'));
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #record(sender: Sender, { method, url, headers, body }: Omit<ReceivedRequest, 'time'>, answer: ReceiverAnswer): void {
    const accepted = answer.kind === 'Answers' && answer.status >= 200 && answer.status < 300;
    const contentType = headers['content-type'] ?? '';
    this.#options.log.add({ ...sender, method, url: url.href, headers, contentType, body, accepted });
  }

  #receiverOf(url: string): Receiver {
    const [longest] = [...this.#receivers]
      .filter(([prefix]) => url.startsWith(prefix))
      .toSorted(([a], [b]) => b.length - a.length);
    return longest?.[1] ?? this.#options.others ?? acceptingReceiver;
  }
}
