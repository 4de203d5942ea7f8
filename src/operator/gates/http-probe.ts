import { request, type RequestDeps } from './request.ts';
import { closedBecause, type Probe } from './observation.ts';

/** Gates that are open while a GET is answered with the expected status. */
export function createHttpProbe(deps: RequestDeps): Probe {
  return {
    async look(_plan, { http }, signal) {
      if (http === undefined) return closedBecause('it asks no URL');
      const reply = await request(deps, { url: new URL(http.url), credential: http.credential, signal });
      if (reply.kind === 'None') return closedBecause(reply.message);
      const open = reply.status === http.expectStatus;
      return { open, value: `status ${reply.status}`, threshold: `expected ${http.expectStatus}` };
    },
  };
}
