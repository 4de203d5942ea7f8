import { createServer, type Server } from 'node:http';

/** Serves `/healthz` (the process answers) and `/readyz` (everything has been listed once) for the kubelet's probes. */
export async function startHealthServer(port: number, isReady: () => boolean): Promise<Server> {
  const server = createServer((request, response) => {
    const known = request.url === '/healthz' || request.url === '/readyz';
    const well = request.url === '/healthz' || isReady();
    response.writeHead(known ? (well ? 200 : 503) : 404, { 'content-type': 'text/plain' });
    response.end(known ? (well ? 'ok\n' : 'not ready\n') : 'not found\n');
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen(port, () => resolve(undefined));
  await promise;
  return server;
}
