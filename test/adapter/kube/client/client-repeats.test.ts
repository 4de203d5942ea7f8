import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { calls, ClientHarness, failureOf } from '../support/client-harness.ts';
import { sendJson, sendStatus, startServer } from '../support/loopback-server.ts';

let harness: ClientHarness;
beforeEach(() => {
  harness = new ClientHarness();
});
afterEach(() => harness.close());

/** What goes wrong, by what it is. */
const faults: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'a 429': (response) => {
    sendStatus(response, 429, 'TooManyRequests');
  },
  'a 500': (response) => {
    sendStatus(response, 500, 'InternalError');
  },
  'a 503 of a load balancer': (response) => {
    response.writeHead(503).end('<html>away</html>');
  },
  'a 504': (response) => {
    sendStatus(response, 504, 'Timeout');
  },
  'a connection that breaks before the answer': (response) => {
    response.socket?.destroy();
  },
  'a connection that breaks in the answer': (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"kind":');
    setImmediate(() => response.socket?.destroy());
  },
  'no answer in time': () => undefined,
  'a 404': (response) => {
    sendStatus(response, 404, 'NotFound');
  },
  'a 409': (response) => {
    sendStatus(response, 409, 'Conflict');
  },
  'a 422': (response) => {
    sendStatus(response, 422, 'Invalid');
  },
};

const passing = [
  'a 500',
  'a 503 of a load balancer',
  'a 504',
  'a connection that breaks before the answer',
  'a connection that breaks in the answer',
  'no answer in time',
];
const idempotent = [
  'get',
  'list',
  'dry run',
  'replace',
  'merge patch',
  'JSON patch with a test',
  'delete',
  'delete of a collection',
];

describe('KubeClient', () => {
  const rows = Object.keys(calls).flatMap((call) =>
    Object.keys(faults).map((fault) => {
      const again = fault === 'a 429' || (passing.includes(fault) && idempotent.includes(call));
      return [call, again ? 'repeats' : 'does not repeat', fault] as const;
    }),
  );

  it.each(rows)('(%s) %s the request after %s', async (call, verdict, fault) => {
    // Deadlines are in real time. Only the case that waits for it has a short one, because a busy machine would fail the others.
    const deadlineMs = fault === 'no answer in time' ? 500 : 30_000;
    const client = await harness.clientFor((_request, response, number) => {
      if (number === 1) faults[fault]?.(response);
      else sendJson(response, 200, { kind: 'List', metadata: {}, items: [] });
    }, deadlineMs);

    await calls[call]?.(client).catch(() => undefined);

    expect(harness.requests).toHaveLength(verdict === 'repeats' ? 2 : 1);
  });

  it.each(Object.keys(calls))('repeats a %s that could not be sent until the deadline of the call', async (call) => {
    const unused = await startServer(() => undefined);
    await unused.close();
    const client = harness.clientOf(unused.url);

    const error = await failureOf(calls[call]?.(client) ?? Promise.resolve());

    expect(error).toMatchObject({ code: 0, reason: 'NotSent' });
    expect(error.message).toContain('ECONNREFUSED');
    expect(harness.time).toBeLessThan(60_000);
    expect(harness.waits.slice(0, 6)).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000]);
    expect(harness.time).toBeGreaterThan(50_000);
  });
});
