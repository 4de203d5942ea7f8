import { request, type RequestDeps } from './request.ts';
import { closedBecause, type Probe } from './observation.ts';

/** Evaluates HTTP gates: open while a GET returns the expected status. */
export function createHttpProbe(deps: RequestDeps): Probe {
  return {
    async evaluate(_plan, { http }, signal) {
      if (http === undefined) return closedBecause('http is missing');
      const reply = await request(deps, { url: new URL(http.url), credential: http.credential, signal });
      if (reply.kind === 'NoReply') return closedBecause(reply.message);
      const open = reply.status === http.expectStatus;
      return { open, value: `status ${reply.status}`, threshold: `expected ${http.expectStatus}` };
    },
  };
}
