import type { SetTimer } from '../../kube/pause.ts';
import type { ApiServer } from '../api-server/create-api-server.ts';
import type { Transport } from '../api-server/dispatcher.ts';
import type { ApiRequest, ApiResponse, WatchAnswer } from '../api-server/rest/exchange.ts';
import type { Network, OutgoingRequest } from './network.ts';

/** What a transport is made from. */
export interface NetworkTransportOptions {
  readonly server: Pick<ApiServer, 'handle'>;
  readonly network: Network;
  /** Timers that stop with the program. */
  readonly setTimer: SetTimer;
  /** Name of the program. */
  readonly from: string;
  /** Sees every request that reaches the server, and its answer. */
  readonly onExchange?: (request: ApiRequest, response: ApiResponse) => void;
}

/** A transport whose program may be killed. */
export interface NetworkTransport extends Transport {
  /** Ends everything on the server's side, without a word to the program. */
  abandon(): void;
}

/** A transport over a network with latency and faults. When the program's timers have stopped, nothing is sent or answered any more. */
export function networkTransport({ server, network, setTimer, from, onExchange }: NetworkTransportOptions): NetworkTransport {
  const open = new Set<() => void>();

  function handle(request: ApiRequest): ApiResponse {
    const response = server.handle(request);
    onExchange?.(request, response);
    return response;
  }

  return {
    send(request, answer, fail) {
      const outgoing = { request, from, watch: isWatch(request) };
      const cancels: (() => void)[] = [];
      const after = (milliseconds: number, run: () => void): void => {
        cancels.push(setTimer(milliseconds, run));
      };
      const breakAfter = (milliseconds: number | undefined): void => {
        if (milliseconds !== undefined) after(milliseconds, () => fail(connectionBroken()));
      };
      const fate = network.request(outgoing);
      switch (fate.kind) {
        case 'Arrives':
        case 'ArrivesTwice':
          after(fate.afterMs, () => {
            const response = handle(request);
            const onClose = (close: () => void): void => {
              cancels.push(close);
            };
            const delivered =
              'start' in response ? delayedWatch(response, { outgoing, network, setTimer, fail, onClose }) : response;
            after(fate.answerAfterMs, () => answer(delivered));
            // The repetition does not depend on whether the program still waits.
            if (fate.kind === 'ArrivesTwice' && !outgoing.watch) setTimer(fate.againAfterMs, () => handle(request));
          });
          break;
        case 'Lost':
          breakAfter(fate.breaksAfterMs);
          break;
        case 'AnswerLost':
          after(fate.afterMs, () => {
            if (!outgoing.watch) handle(request);
            breakAfter(fate.breaksAfterMs);
          });
          break;
        case 'Refused':
          after(fate.afterMs, () => {
            onExchange?.(request, fate.answer);
            answer(fate.answer);
          });
          break;
      }
      const cancelAll = (): void => {
        open.delete(cancelAll);
        for (const cancel of cancels) cancel();
      };
      open.add(cancelAll);
      return cancelAll;
    },
    abandon() {
      for (const cancel of open) cancel();
    },
  };
}

interface WatchedOver {
  readonly outgoing: OutgoingRequest;
  readonly network: Network;
  readonly setTimer: SetTimer;
  readonly fail: (error: Error) => void;
  /** Receives what ends the watch on the server's side. */
  readonly onClose: (close: () => void) => void;
}

/** The same watch, with each line delivered later. The order is kept, as in one TCP connection. */
function delayedWatch(watch: WatchAnswer, { outgoing, network, setTimer, fail, onClose }: WatchedOver): WatchAnswer {
  return {
    ...watch,
    start: (sink) => {
      const lines: { line: string; ready: boolean }[] = [];
      const state = { open: true, ended: false };
      const endings: (() => void)[] = [];

      function flush(): void {
        while (state.open && lines[0]?.ready === true) sink.write(lines.shift()?.line ?? '');
        if (state.open && state.ended && lines.length === 0) {
          state.open = false;
          sink.end();
        }
      }

      function close(): void {
        state.open = false;
        for (const end of endings.splice(0)) end();
      }

      function breakNow(): void {
        if (!state.open) return;
        close();
        fail(connectionBroken());
      }

      const stop = watch.start({
        write: (line) => {
          if (!state.open) return;
          const fate = network.line(outgoing, line);
          if (fate.kind === 'Hidden') return;
          if (fate.kind === 'Breaks') {
            if (fate.afterMs === undefined) breakNow();
            else setTimer(fate.afterMs, breakNow);
            return;
          }
          const entry = { line, ready: false };
          lines.push(entry);
          setTimer(fate.afterMs, () => {
            entry.ready = true;
            flush();
          });
        },
        end: () => {
          state.ended = true;
          flush();
        },
      });
      // A line that is written at once may have broken the watch.
      if (state.open) endings.push(stop);
      else stop();
      onClose(close);
      return close;
    },
  };
}

function isWatch({ method, query }: ApiRequest): boolean {
  const watch = query.get('watch');
  return method === 'GET' && (watch === 'true' || watch === '1');
}

function connectionBroken(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}
