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
  it('waits for as long as the server asks, by header or details, but not for hours', async () => {
    const client = await harness.clientFor((_request, response, number) => {
      if (number === 1) sendStatus(response, 429, 'TooManyRequests', { headers: { 'retry-after': '3' } });
      else if (number === 2) sendStatus(response, 500, 'ServerTimeout', { details: { retryAfterSeconds: 4 } });
      else if (number === 3) sendStatus(response, 429, 'TooManyRequests', { headers: { 'retry-after': '7200' } });
      else sendJson(response, 200, {});
    });

    await client.get(object);

    expect(harness.waits).toEqual([3_000, 4_000, 30_000]);
  });

  it('leaves it to the caller what to do when a disruption budget forbids an eviction', async () => {
    const details = { causes: [{ reason: 'DisruptionBudget', message: 'needs 2 healthy pods' }], retryAfterSeconds: 10 };
    const client = await harness.clientFor((_request, response) => {
      sendStatus(response, 429, 'TooManyRequests', { details, headers: { 'retry-after': '10' } });
    });

    const error = await failureOf(client.create(`${object}/eviction`, {}));

    expect(harness.requests).toHaveLength(1);
    expect(error).toMatchObject({ code: 429, reason: 'TooManyRequests', retryAfterSeconds: 10, causes: details.causes });
  });

  it('does not wait for a version that the server cannot know', async () => {
    const details = { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 };
    const client = await harness.clientFor((_request, response) => {
      sendStatus(response, 504, 'Timeout', { details });
    });

    await failureOf(client.list(path));

    expect(harness.requests).toHaveLength(1);
  });

  it('ends an attempt at its deadline, and the call at twice that', async () => {
    const client = await harness.clientFor(() => undefined, 100);
    const started = performance.now();

    const error = await failureOf(client.get(object));

    expect(error).toMatchObject({ code: 0, reason: 'DeadlineExceeded', message: `GET ${object} had no answer in 0.1 s` });
    expect(harness.requests).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('ends a call, and its waiting, when the caller gives up', async () => {
    const giveUp = new AbortController();
    const client = await harness.clientFor((_request, response) => {
      giveUp.abort();
      sendStatus(response, 429, 'TooManyRequests');
    });

    const error = await failureOf(client.get(object, { signal: giveUp.signal }));

    expect(error).toMatchObject({ code: 0, reason: 'Aborted' });
    expect(harness.requests).toHaveLength(1);
  });

  it('does not repeat what an untrusted server will never answer', async () => {
    const client = await harness.clientThatDistrusts(makeCertificate(), makeCertificate());

    const error = await failureOf(client.get(object));

    expect(error).toMatchObject({ code: 0, reason: 'Untrusted' });
    expect(harness.waits).toEqual([]);
  });

  it('says who it is, with the token', async () => {
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
      message: 'Retrying API request',
      fields: { method: 'GET', path, code: 500 },
    });
  });

  it.each([
    ['create', 'POST', path, {}, 'application/json'],
    ['dry run', 'POST', path, { dryRun: 'All' }, 'application/json'],
    ['replace', 'PUT', object, {}, 'application/json'],
    ['merge patch', 'PATCH', object, {}, 'application/merge-patch+json'],
    ['JSON patch with a test', 'PATCH', object, {}, 'application/json-patch+json'],
    ['delete', 'DELETE', object, {}, 'application/json'],
  ])('sends a %s as %s', async (call, method, to, query, contentType) => {
    const client = await harness.clientFor((_request, response) => {
      sendJson(response, 200, {});
    });

    await calls[call]?.(client);

    expect(harness.requests[0]).toMatchObject({ method, path: to, query, headers: { 'content-type': contentType } });
  });

  it('sends the conditions of a deletion, and is content when there is nothing to delete', async () => {
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

  it('gives one page with what the server leaves out of its items', async () => {
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
    expect(exists.message).toBe(`POST ${path} was answered with 409 AlreadyExists: told AlreadyExists`);
    expect(forbidden).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `GET ${object} was answered with 403 Forbidden: go away`,
    });
  });
});
