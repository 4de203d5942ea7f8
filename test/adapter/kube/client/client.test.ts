import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/kube/client/client.ts';
import { isKubeError } from '../../../../src/kube/client/kube-error.ts';
import { calls, ClientHarness, failureOf, object, path } from '../support/client-harness.ts';
import { makeCertificate, sendJson, sendStatus } from '../support/loopback-server.ts';

let harness: ClientHarness;
beforeEach(() => {
  harness = new ClientHarness();
});
afterEach(() => harness.close());

describe('KubeClient', () => {
  it('waits as long as the server asks, by header or details, up to a maximum', async () => {
    const client = await harness.clientFor((_request, response, number) => {
      if (number === 1) sendStatus(response, 429, 'TooManyRequests', { headers: { 'retry-after': '3' } });
      else if (number === 2) sendStatus(response, 500, 'ServerTimeout', { details: { retryAfterSeconds: 4 } });
      else if (number === 3) sendStatus(response, 429, 'TooManyRequests', { headers: { 'retry-after': '7200' } });
      else sendJson(response, 200, {});
    });

    await client.get(object);

    expect(harness.waits).toEqual([3_000, 4_000, 30_000]);
  });

  it('does not retry an eviction that a disruption budget disallows', async () => {
    const details = { causes: [{ reason: 'DisruptionBudget', message: 'needs 2 healthy pods' }], retryAfterSeconds: 10 };
    const client = await harness.clientFor((_request, response) => {
      sendStatus(response, 429, 'TooManyRequests', { details, headers: { 'retry-after': '10' } });
    });

    const error = await failureOf(client.create(`${object}/eviction`, {}));

    expect(harness.requests).toHaveLength(1);
    expect(error).toMatchObject({ code: 429, reason: 'TooManyRequests', retryAfterSeconds: 10, causes: details.causes });
  });

  it('does not retry a version that the server does not have', async () => {
    const details = { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 };
    const client = await harness.clientFor((_request, response) => {
      sendStatus(response, 504, 'Timeout', { details });
    });

    await failureOf(client.list(path));

    expect(harness.requests).toHaveLength(1);
  });

  it('aborts an attempt at its deadline and the call at twice that', async () => {
    const client = await harness.clientFor(() => undefined, 100);
    const started = performance.now();

    const error = await failureOf(client.get(object));

    expect(error).toMatchObject({ code: 0, reason: 'DeadlineExceeded', message: `GET ${object} got no answer within 0.1 s` });
    expect(harness.requests).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('ends a call and its waiting when the caller aborts it', async () => {
    const giveUp = new AbortController();
    const client = await harness.clientFor((_request, response) => {
      giveUp.abort();
      sendStatus(response, 429, 'TooManyRequests');
    });

    const error = await failureOf(client.get(object, { signal: giveUp.signal }));

    expect(error).toMatchObject({ code: 0, reason: 'Aborted' });
    expect(harness.requests).toHaveLength(1);
  });

  it('does not repeat a request to an untrusted server', async () => {
    const client = await harness.clientThatDistrusts(makeCertificate(), makeCertificate());

    const error = await failureOf(client.get(object));

    expect(error).toMatchObject({ code: 0, reason: 'Untrusted' });
    expect(harness.waits).toEqual([]);
  });

  it('sends its user agent and token', async () => {
    const client = await harness.clientFor((_request, response) => {
      sendJson(response, 200, {});
    });

    await client.get(object);

    expect(harness.requests[0]?.headers).toMatchObject({
      'user-agent': 'baton-test/1',
      authorization: 'Bearer secret-token',
      accept: 'application/json',
    });
  });

  it('keeps queries, bodies and tokens out of errors and logs', async () => {
    const client = await harness.clientFor((_request, response) => {
      sendStatus(response, 500, 'InternalError');
    });

    const error = await failureOf(client.list(path, { labelSelector: 'secret-selector' }));

    expect(`${error.message} ${JSON.stringify(harness.log.lines)}`).not.toMatch(/secret/);
    expect(harness.log.lines[0]).toMatchObject({
      level: 'warn',
      message: 'Retrying an API request',
      fields: { method: 'GET', path, code: 500 },
    });
  });

  it.each([
    { call: 'create', method: 'POST', to: path, query: {}, contentType: 'application/json' },
    { call: 'dry run', method: 'POST', to: path, query: { dryRun: 'All' }, contentType: 'application/json' },
    { call: 'replace', method: 'PUT', to: object, query: {}, contentType: 'application/json' },
    { call: 'merge patch', method: 'PATCH', to: object, query: {}, contentType: 'application/merge-patch+json' },
    { call: 'JSON patch with a test', method: 'PATCH', to: object, query: {}, contentType: 'application/json-patch+json' },
    { call: 'delete', method: 'DELETE', to: object, query: {}, contentType: 'application/json' },
  ])('sends a $call as $method', async ({ call, method, to, query, contentType }) => {
    const client = await harness.clientFor((_request, response) => {
      sendJson(response, 200, {});
    });

    await calls[call]?.(client);

    expect(harness.requests[0]).toMatchObject({ method, path: to, query, headers: { 'content-type': contentType } });
  });

  it('sends the preconditions of a deletion and succeeds when there is nothing to delete', async () => {
    const client = await harness.clientFor((_request, response) => {
      sendStatus(response, 404, 'NotFound');
    });

    await client.delete(object, { propagationPolicy: 'Background', preconditions: { uid: 'u' }, gracePeriodSeconds: 0 });

    expect(JSON.parse(harness.requests[0]?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions: { uid: 'u' },
      gracePeriodSeconds: 0,
    });
  });

  it('returns one page with the fields that the server omits from its items', async () => {
    const items = [{ metadata: { name: 'a' }, spec: { unknownToUs: 1 } }, { metadata: { name: 'b' } }];
    const client = await harness.clientFor((_request, response) => {
      sendJson(response, 200, {
        apiVersion: 'v1',
        kind: 'ThingList',
        metadata: { resourceVersion: '7', continue: 'more' },
        items,
      });
    });

    const page = await client.list<KubeObject>(path, { limit: '2' });

    const told = { apiVersion: 'v1', kind: 'Thing' };
    expect(page).toEqual({ items: items.map((item) => ({ ...told, ...item })), resourceVersion: '7', continue: 'more' });
  });

  it('takes the reason of an error from the Status, or from the code when there is none', async () => {
    const client = await harness.clientFor((request, response) => {
      if (request.method === 'POST') sendStatus(response, 409, 'AlreadyExists');
      else response.writeHead(403).end('go away');
    });

    const exists = await failureOf(client.create(path, {}));
    const forbidden = await failureOf(client.get(object));

    expect(isKubeError(exists, 'AlreadyExists')).toBe(true);
    expect(isKubeError(exists, 'Conflict')).toBe(false);
    expect(exists.message).toBe(`POST ${path} failed with 409 AlreadyExists: told AlreadyExists`);
    expect(forbidden).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `GET ${object} failed with 403 Forbidden: go away`,
    });
  });
});
