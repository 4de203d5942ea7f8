import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { createKubeClient, type KubeClient, type KubeObject } from '../../../src/kube/client.ts';
import { isKubeError, type KubeError } from '../../../src/kube/kube-error.ts';
import type { PooledKubeConfig } from '../../../src/kube/pooled-kube-config.ts';
import {
  kubeConfigFor,
  makeCertificate,
  sendJson,
  sendStatus,
  startServer,
  type Answer,
  type LoopbackServer,
} from './support/loopback-server.ts';
import { RecordingLog } from './support/recording-log.ts';

const path = '/api/v1/namespaces/ns/things';
const object = `${path}/a`;

/** Calls of the client, by what they are. */
const calls: Readonly<Record<string, (client: KubeClient) => Promise<unknown>>> = {
  get: (client) => client.get(object),
  list: (client) => client.list(path),
  create: (client) => client.create(path, {}),
  'dry run': (client) => client.create(path, {}, { dryRun: true }),
  replace: (client) => client.replace(object, {}),
  'merge patch': (client) => client.mergePatch(object, {}),
  'JSON patch with a test': (client) => client.jsonPatch(object, [{ op: 'test', path: '/metadata/uid', value: 'u' }]),
  'JSON patch without a test': (client) => client.jsonPatch(object, [{ op: 'remove', path: '/spec/x' }]),
  delete: (client) => client.delete(object),
  'delete of a collection': (client) => client.deleteCollection(path, {}),
};

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
  let server: LoopbackServer | undefined;
  let kubeConfig: PooledKubeConfig | undefined;
  let log: RecordingLog;
  let time: number;
  let waits: number[];

  beforeEach(() => {
    log = new RecordingLog();
    time = 0;
    waits = [];
  });

  afterEach(async () => {
    await kubeConfig?.close();
    await server?.close();
    [server, kubeConfig] = [undefined, undefined];
  });

  /** Waiting takes no time: it only moves the clock on. */
  function sleep(milliseconds: number): Promise<void> {
    waits.push(milliseconds);
    time += milliseconds;
    return Promise.resolve();
  }

  function clientOf(url: string, deadlineMs = 30_000): KubeClient {
    kubeConfig = kubeConfigFor(url);
    return createKubeClient({ kubeConfig, userAgent: 'baton-test/1', log, now: () => time, random: () => 0, sleep, deadlineMs });
  }

  async function clientFor(answer: Answer, deadlineMs?: number): Promise<KubeClient> {
    server = await startServer(answer);
    return clientOf(server.url, deadlineMs);
  }

  async function failureOf(act: Promise<unknown>): Promise<KubeError> {
    try {
      await act;
    } catch (error) {
      if (isKubeError(error)) return error;
      throw error;
    }
    throw new Error('it should have failed');
  }

  describe('repeats', () => {
    const rows = Object.keys(calls).flatMap((call) =>
      Object.keys(faults).map((fault) => {
        const again = fault === 'a 429' || (passing.includes(fault) && idempotent.includes(call));
        return [call, again ? 'again' : 'no more', fault] as const;
      }),
    );

    it.each(rows)('a %s %s after %s', async (call, verdict, fault) => {
      // Deadlines are real time: a short one only where it is what has to pass, or a busy machine would fail the others.
      const deadlineMs = fault === 'no answer in time' ? 500 : 30_000;
      const client = await clientFor((_request, response, number) => {
        if (number === 1) faults[fault]?.(response);
        else sendJson(response, 200, { kind: 'List', metadata: {}, items: [] });
      }, deadlineMs);

      await calls[call]?.(client).catch(() => undefined);

      expect(server?.requests).toHaveLength(verdict === 'again' ? 2 : 1);
    });

    it.each(Object.keys(calls))('a %s that could not be sent, until the bound of the call', async (call) => {
      const unused = await startServer(() => undefined);
      await unused.close();
      const client = clientOf(unused.url);

      const error = await failureOf(calls[call]?.(client) ?? Promise.resolve());

      expect(error).toMatchObject({ code: 0, reason: 'NotSent' });
      expect(error.message).toContain('ECONNREFUSED');
      expect(time).toBeLessThan(60_000);
      expect(waits.slice(0, 6)).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000]);
      expect(time).toBeGreaterThan(50_000);
    });
  });

  it('waits for as long as the server asks, by header or details, but not for hours', async () => {
    const client = await clientFor((_request, response, number) => {
      if (number === 1) sendStatus(response, 429, 'TooManyRequests', { headers: { 'retry-after': '3' } });
      else if (number === 2) sendStatus(response, 500, 'ServerTimeout', { details: { retryAfterSeconds: 4 } });
      else if (number === 3) sendStatus(response, 429, 'TooManyRequests', { headers: { 'retry-after': '7200' } });
      else sendJson(response, 200, {});
    });

    await client.get(object);

    expect(waits).toEqual([3_000, 4_000, 30_000]);
  });

  it('leaves it to the caller what to do when a disruption budget forbids an eviction', async () => {
    const details = { causes: [{ reason: 'DisruptionBudget', message: 'needs 2 healthy pods' }], retryAfterSeconds: 10 };
    const client = await clientFor((_request, response) => {
      sendStatus(response, 429, 'TooManyRequests', { details, headers: { 'retry-after': '10' } });
    });

    const error = await failureOf(client.create(`${object}/eviction`, {}));

    expect(server?.requests).toHaveLength(1);
    expect(error).toMatchObject({ code: 429, reason: 'TooManyRequests', retryAfterSeconds: 10, causes: details.causes });
  });

  it('does not wait for a version that the server cannot know', async () => {
    const details = { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 };
    const client = await clientFor((_request, response) => {
      sendStatus(response, 504, 'Timeout', { details });
    });

    await failureOf(client.list(path));

    expect(server?.requests).toHaveLength(1);
  });

  it('ends an attempt at its deadline, and the call at twice that', async () => {
    const client = await clientFor(() => undefined, 100);
    const started = performance.now();

    const error = await failureOf(client.get(object));

    expect(error).toMatchObject({ code: 0, reason: 'DeadlineExceeded', message: `GET ${object} had no answer in 0.1 s` });
    expect(server?.requests).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('ends a call, and its waiting, when the caller gives up', async () => {
    const giveUp = new AbortController();
    const client = await clientFor((_request, response) => {
      giveUp.abort();
      sendStatus(response, 429, 'TooManyRequests');
    });

    const error = await failureOf(client.get(object, { signal: giveUp.signal }));

    expect(error).toMatchObject({ code: 0, reason: 'Aborted' });
    expect(server?.requests).toHaveLength(1);
  });

  it('does not repeat what an untrusted server will never answer', async () => {
    const certificate = makeCertificate();
    server = await startServer(() => undefined, certificate);
    kubeConfig = kubeConfigFor(server.url, makeCertificate());
    const client = createKubeClient({ kubeConfig, userAgent: 'baton-test/1', log, now: () => time, random: () => 0, sleep });

    const error = await failureOf(client.get(object));

    expect(error).toMatchObject({ code: 0, reason: 'Untrusted' });
    expect(waits).toEqual([]);
  });

  it('says who it is, with the token', async () => {
    const client = await clientFor((_request, response) => {
      sendJson(response, 200, {});
    });

    await client.get(object);

    expect(server?.requests[0]?.headers).toMatchObject({
      'user-agent': 'baton-test/1',
      authorization: 'Bearer secret-token',
      accept: 'application/json',
    });
  });

  it('keeps queries, bodies and tokens out of errors and logs', async () => {
    const client = await clientFor((_request, response) => {
      sendStatus(response, 500, 'InternalError');
    });

    const error = await failureOf(client.list(path, { labelSelector: 'secret-selector' }));

    expect(`${error.message} ${JSON.stringify(log.lines)}`).not.toMatch(/secret/);
    expect(log.lines[0]).toMatchObject({
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
    const client = await clientFor((_request, response) => {
      sendJson(response, 200, {});
    });

    await calls[call]?.(client);

    expect(server?.requests[0]).toMatchObject({ method, path: to, query, headers: { 'content-type': contentType } });
  });

  it('sends the conditions of a deletion, and is content when there is nothing to delete', async () => {
    const client = await clientFor((_request, response) => {
      sendStatus(response, 404, 'NotFound');
    });

    await client.delete(object, { propagationPolicy: 'Background', preconditions: { uid: 'u' }, gracePeriodSeconds: 0 });

    expect(JSON.parse(server?.requests[0]?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions: { uid: 'u' },
      gracePeriodSeconds: 0,
    });
  });

  it('gives one page with what the server leaves out of its items', async () => {
    const items = [{ metadata: { name: 'a' }, spec: { unknownToUs: 1 } }, { metadata: { name: 'b' } }];
    const client = await clientFor((_request, response) => {
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
    const client = await clientFor((request, response) => {
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

  describe('watch', () => {
    async function namesOf(client: KubeClient, signal = new AbortController().signal): Promise<string[]> {
      const names: string[] = [];
      for await (const { type, object: seen } of client.watch(path, { resourceVersion: '5' }, { signal })) {
        names.push(`${type} ${seen.metadata.name ?? ''}`);
      }
      return names;
    }
    const added = `${JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'a' } } })}\n`;

    it('hands out events until the server closes it', async () => {
      const client = await clientFor((_request, response) => {
        response.writeHead(200).end(added.repeat(2));
      });

      expect(await namesOf(client)).toEqual(['ADDED a', 'ADDED a']);
      expect(server?.requests[0]?.query).toEqual({ watch: 'true', resourceVersion: '5' });
    });

    it('throws an ERROR event as what it is, not as the abort that follows', async () => {
      const status = { code: 410, reason: 'Expired', message: 'too old' };
      const client = await clientFor((_request, response) => {
        response.writeHead(200).write(`${added}${JSON.stringify({ type: 'ERROR', object: status })}\n`);
      });

      expect(await failureOf(namesOf(client))).toMatchObject({ code: 410, reason: 'Expired' });
    });

    it.each([
      ['in the middle of an event', '{"type":"ADD'],
      ['with something that is not JSON', 'oops\n'],
    ])('throws when it ends %s', async (_how, rest) => {
      const client = await clientFor((_request, response) => {
        response.writeHead(200).end(added + rest);
      });

      expect(await failureOf(namesOf(client))).toMatchObject({ code: 0, reason: 'NoAnswer' });
    });

    it('throws when the connection breaks, without trying again', async () => {
      const client = await clientFor((_request, response) => {
        response.writeHead(200).write(added);
        setTimeout(() => response.socket?.destroy(), 20);
      });

      expect(await failureOf(namesOf(client))).toMatchObject({ code: 0, reason: 'NoAnswer' });
      expect(server?.requests).toHaveLength(1);
    });

    it('has a deadline for its beginning only', async () => {
      const client = await clientFor((_request, response, number) => {
        if (number === 1) return;
        response.writeHead(200).write(added);
        setTimeout(() => response.end(added), 400);
      }, 200);

      expect(await failureOf(namesOf(client))).toMatchObject({ reason: 'DeadlineExceeded' });
      expect(await namesOf(client)).toHaveLength(2);
    });

    it('ends the request when its reader leaves', async () => {
      let closed = (): void => undefined;
      const ended = new Promise<void>((resolve) => (closed = resolve));
      const client = await clientFor((_request, response) => {
        response.on('close', closed);
        response.writeHead(200).write(added);
      });

      for await (const event of client.watch(path, {}, { signal: new AbortController().signal })) {
        expect(event.type).toBe('ADDED');
        break;
      }

      await ended;
    });

    it('ends when it is aborted', async () => {
      const giveUp = new AbortController();
      const client = await clientFor((_request, response) => {
        response.writeHead(200).write(added);
        setTimeout(() => {
          giveUp.abort();
        }, 20);
      });

      expect(await failureOf(namesOf(client, giveUp.signal))).toMatchObject({ code: 0, reason: 'Aborted' });
    });
  });
});
