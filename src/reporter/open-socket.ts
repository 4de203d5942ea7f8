import type { SocketAnswer, SocketRequest } from './report-routes.ts';

/** Opens the socket at `path`, where each request gets the answer that `answer` returns. Rejects when it cannot be opened. */
export type Listen = (path: string, answer: (request: SocketRequest) => Promise<SocketAnswer>) => Promise<OpenSocket>;

/** An open socket. */
export interface OpenSocket {
  /** Stops listening; resolves when all requests in progress are answered. The signal closes their connections. */
  close(cutOff: AbortSignal): Promise<void>;
}
