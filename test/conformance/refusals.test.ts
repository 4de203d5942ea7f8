import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REFUSALS, refusal, refusedRequest, type RefusalName } from '../../src/simulator/api-server/refusals.ts';
import { NOT_PROVOKED, PROVOCATIONS } from './provocations.ts';
import { startReal, type RealServer } from './servers.ts';

const NAMES = Object.keys(REFUSALS) as readonly RefusalName[];
const PROVOKED = NAMES.filter((name) => PROVOCATIONS[name] !== undefined);

/** The addresses of webhooks differ. */
function comparable(status: number, headers: Readonly<Record<string, unknown>>, text: string): unknown {
  const body = text.replace(/Post \\"[^"]*\\"/g, 'Post <url>').replace(/dial tcp [\d.:]+/g, 'dial tcp <address>');
  return {
    status,
    contentType: headers['content-type'],
    retryAfter: headers['retry-after'],
    body: body.startsWith('{') ? (JSON.parse(body) as unknown) : body,
  };
}

describe('the ready-made refusals', () => {
  let server: RealServer;

  beforeAll(async () => {
    server = await startReal('conformance-refusals');
  }, 120_000);

  afterAll(async () => {
    await server.close();
  }, 60_000);

  it('are provoked here, or known to be out of reach', () => {
    expect(NAMES.filter((name) => PROVOCATIONS[name] === undefined)).toEqual(NOT_PROVOKED);
  });

  it.each(PROVOKED)(
    '%s is what kube-apiserver answers',
    async (name) => {
      const namespace = `refusal-${name.toLowerCase()}`;
      await server.api.post('/api/v1/namespaces', { metadata: { name: namespace } });

      const provoked = await PROVOCATIONS[name]?.(server, namespace);

      if (provoked === undefined) throw new Error('there is no provocation');
      const { path, body, answer } = provoked;
      const [plainPath = ''] = path.split('?');
      const expected = refusal(name, refusedRequest({ path: plainPath, body: JSON.stringify(body ?? null) }));
      expect(comparable(answer.status, answer.headers, answer.text)).toEqual(
        comparable(expected.status, expected.headers, expected.body),
      );
    },
    30_000,
  );
});
