import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';

type Verify = (secret: Uint8Array, headers: Record<string, string>, body: string) => boolean;

const SECRET = Buffer.from('correct horse battery staple');
const BODY = '{"id":"uid/1"}';

/** A request as Baton signs it. */
function signedHeaders(sentAt: Date, body = BODY): Record<string, string> {
  return {
    'webhook-id': 'uid/1',
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(new Uint8Array(SECRET), { format: 'raw' }).sign('uid/1', sentAt, body),
  };
}

describe('The example in docs/notifications.md that verifies a request', () => {
  let directory = '';
  let verify: Verify;

  beforeAll(async () => {
    const page = readFileSync(new URL('../../../docs/notifications.md', import.meta.url), 'utf8');
    const code = /<!-- verify -->\n```js\n([^]*?)```/.exec(page)?.[1] ?? '';
    directory = mkdtempSync(join(tmpdir(), 'baton-docs-'));
    writeFileSync(join(directory, 'verify.mjs'), code);
    ({ verify } = (await import(pathToFileURL(join(directory, 'verify.mjs')).href)) as { verify: Verify });
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('accepts what Baton has signed', () => {
    expect(verify(SECRET, signedHeaders(new Date()), BODY)).toBe(true);
  });

  it.each([
    { title: 'another body', headers: signedHeaders(new Date(), 'other') },
    { title: 'another id', headers: { ...signedHeaders(new Date()), 'webhook-id': 'uid/2' } },
    { title: 'an old request', headers: signedHeaders(new Date(Date.now() - 600_000)) },
    { title: 'no signature', headers: { 'webhook-id': 'uid/1', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) } },
    { title: 'a signature that is too short', headers: { ...signedHeaders(new Date()), 'webhook-signature': 'v1,AAAA' } },
  ])('rejects $title', ({ headers }) => {
    expect(verify(SECRET, headers, BODY)).toBe(false);
  });
});
