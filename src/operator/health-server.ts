import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../api/log.ts';
import type { Metrics } from './metrics.ts';

/** What the health server reports to the kubelet and to Prometheus. */
export interface Health {
  /** Whether all caches have synced. */
  readonly isReady: () => boolean;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Serves `/healthz` (the process runs) and `/readyz` (all caches have synced) for the kubelet's probes, and `/metrics`. */
export async function startHealthServer(port: number, { isReady, metrics, log }: Health): Promise<Server> {
  async function answerMetrics(response: ServerResponse): Promise<void> {
    try {
      const text = await metrics.text();
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
    } catch (error) {
      log.error('Collecting metrics failed', { error });
      response.writeHead(500, { 'content-type': 'text/plain' }).end('collecting metrics failed; see the log\n');
    }
  }

  const server = createServer((request, response) => {
    if (request.url === '/metrics') {
      void answerMetrics(response);
      return;
    }
    const known = request.url === '/healthz' || request.url === '/readyz';
    const ok = request.url === '/healthz' || isReady();
    response.writeHead(known ? (ok ? 200 : 503) : 404, { 'content-type': 'text/plain' });
    response.end(known ? (ok ? 'ok\n' : 'not ready\n') : 'not found\n');
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen(port, () => resolve(undefined));
  await promise;
  return server;
}
