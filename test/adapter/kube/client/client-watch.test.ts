import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import { ClientHarness, failureOf, path } from '../support/client-harness.ts';

let harness: ClientHarness;
beforeEach(() => {
  harness = new ClientHarness();
});
afterEach(() => harness.close());

describe('A watch of KubeClient', () => {
  async function namesOf(client: KubeClient, signal = new AbortController().signal): Promise<string[]> {
    const names: string[] = [];
    for await (const { type, object: seen } of client.watch(path, { resourceVersion: '5' }, { signal })) {
      names.push(`${type} ${seen.metadata.name ?? ''}`);
    }
    return names;
  }
  const added = `${JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'a' } } })}\n`;

  it('yields events until the server closes it', async () => {
    const client = await harness.clientFor((_request, response) => {
      response.writeHead(200).end(added.repeat(2));
    });

    expect(await namesOf(client)).toEqual(['ADDED a', 'ADDED a']);
    expect(harness.requests[0]?.query).toEqual({ watch: 'true', resourceVersion: '5' });
  });

  it('throws the error of an ERROR event, not of the abort that follows', async () => {
    const status = { code: 410, reason: 'Expired', message: 'too old' };
    const client = await harness.clientFor((_request, response) => {
      response.writeHead(200).write(`${added}${JSON.stringify({ type: 'ERROR', object: status })}\n`);
    });

    expect(await failureOf(namesOf(client))).toMatchObject({ code: 410, reason: 'Expired' });
  });

  it.each([
    ['in the middle of an event', '{"type":"ADD'],
    ['with something that is not JSON', 'oops\n'],
  ])('throws when it ends %s', async (_how, rest) => {
    const client = await harness.clientFor((_request, response) => {
      response.writeHead(200).end(added + rest);
    });

    expect(await failureOf(namesOf(client))).toMatchObject({ code: 0, reason: 'NoAnswer' });
  });

  it('throws when the connection breaks, without a retry', async () => {
    const client = await harness.clientFor((_request, response) => {
      response.writeHead(200).write(added);
      setTimeout(() => response.socket?.destroy(), 20);
    });

    expect(await failureOf(namesOf(client))).toMatchObject({ code: 0, reason: 'NoAnswer' });
    expect(harness.requests).toHaveLength(1);
  });

  it('has a deadline only until the headers arrive', async () => {
    const client = await harness.clientFor((_request, response, number) => {
      if (number === 1) return;
      response.writeHead(200).write(added);
      setTimeout(() => response.end(added), 400);
    }, 200);

    expect(await failureOf(namesOf(client))).toMatchObject({ reason: 'DeadlineExceeded' });
    expect(await namesOf(client)).toHaveLength(2);
  });

  it('aborts the request when its reader stops reading', async () => {
    let closed = (): void => undefined;
    const ended = new Promise<void>((resolve) => (closed = resolve));
    const client = await harness.clientFor((_request, response) => {
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
    const client = await harness.clientFor((_request, response) => {
      response.writeHead(200).write(added);
      setTimeout(() => {
        giveUp.abort();
      }, 20);
    });

    expect(await failureOf(namesOf(client, giveUp.signal))).toMatchObject({ code: 0, reason: 'Aborted' });
  });
});
