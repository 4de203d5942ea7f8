import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AREAS } from './cases/index.ts';
import { normalize } from './normalize.ts';
import { startEmbedded, startReal, type ConformanceServer } from './servers.ts';

const EXPECTED = fileURLToPath(new URL('expected/', import.meta.url));
/**
 * Writes down what the real server answers, instead of comparing it: RECORD_CONFORMANCE=1 make test-conformance. Read the
 * difference before you commit it.
 */
const RECORD = process.env['RECORD_CONFORMANCE'] === '1';

function expectedOf(area: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(`${EXPECTED}${area}.json`, 'utf8')) as Readonly<Record<string, unknown>>;
}

function namespaceOf(area: string, name: string): string {
  return `${area}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

describe.each([
  { server: 'kube-apiserver', start: () => startReal(), recorded: RECORD },
  { server: 'the embedded API server', start: startEmbedded, recorded: false },
])('$server', ({ start, recorded }) => {
  let server: ConformanceServer;

  beforeAll(async () => {
    server = await start();
  }, 120_000);

  afterAll(async () => {
    await server.close();
  }, 60_000);

  describe.each(Object.keys(AREAS))('%s', (area) => {
    const cases = AREAS[area] ?? [];
    const seen = new Map<string, unknown>();

    it.each(cases)(
      '$name',
      async ({ name, run }) => {
        const namespace = namespaceOf(area, name);
        await server.api.post('/api/v1/namespaces', { metadata: { name: namespace } });

        // As JSON, like what it is compared with.
        const result: unknown = JSON.parse(JSON.stringify(normalize(await run(server.api, namespace, server.forget))));

        seen.set(name, result);
        if (!recorded) expect(result).toEqual(expectedOf(area)[name]);
      },
      30_000,
    );

    afterAll(() => {
      if (!recorded) return;
      mkdirSync(EXPECTED, { recursive: true });
      writeFileSync(`${EXPECTED}${area}.json`, `${JSON.stringify(Object.fromEntries(seen), undefined, 2)}\n`);
    });
  });
});
