import { describe, expect, it } from '@jest/globals';
import { consolidate } from '../../../../../src/core/notification/consolidation/consolidate.ts';
import { messageFingerprint } from '../../../../../src/core/notification/consolidation/message-fingerprint.ts';
import { aBatch, failed } from '../a-batch.ts';

describe('Two messages', () => {
  it.each([
    ['exit code 3', 'exit code 137'],
    [
      'pull registry.example:5000/kernel/up:6.12.31-rt1: 503 Service Unavailable',
      'pull registry.example:5000/kernel/up:6.12.30: 503 Service Unavailable',
    ],
    ['pull "registry.example/up@sha256:abc0123": denied', 'pull "registry.example/up@sha256:99ff001": denied'],
    ['dial tcp 10.0.0.4:443: i/o timeout', 'dial tcp 10.0.17.4:443: i/o timeout'],
    ['volume 123e4567-e89b-12d3-a456-426614174000 is lost', 'volume 00000000-e89b-12d3-a456-426614174fff is lost'],
    ['flash failed at 0x9f3c0', 'flash failed at 0x1f'],
    ['no word for 600 s', 'no word for 45 s'],
    ['écriture refusée sur /dev/sda1', 'écriture refusée sur /dev/sda12'],
    ['since 2026-11-22T10:11:12Z: busy', 'since 2026-11-23T01:02:03Z: busy'],
    ['commit deadbee1 is bad', 'commit 0badcafe is bad'],
  ])('have the same fingerprint: %p and %p', (one, other) => {
    expect(messageFingerprint(one)).toBe(messageFingerprint(other));
  });

  it.each([
    ['image pull: 503 from registry.example', 'image pull: 404 from registry.example'],
    ['HTTP 500.', 'HTTP 502.'],
    ['pull registry.example/up:1: denied', 'pull mirror.example/up:1: denied'],
    ['pull registry.example/up:1: denied', 'pull registry.example/down:1: denied'],
    ['disk is full', 'disk is lost'],
    ['decade', 'facade'],
  ])('have different fingerprints: %p and %p', (one, other) => {
    expect(messageFingerprint(one)).not.toBe(messageFingerprint(other));
  });
});

describe('A cause', () => {
  it('is listed once with the most common message, and says that there are others', () => {
    const pull = (tag: string): string => `pull registry.example/up:${tag}: 503`;
    const nodes = ['6.1', '6.2', '6.2'].map((tag, i) => failed(`node-${i}`, 'JobFailed', pull(tag)));
    const { causes, text } = consolidate({ batch: aBatch(nodes), reports: [], cluster: '', agent: { node: 'node-9', pod: 'a' } });

    expect(causes).toMatchObject([{ count: 3, messages: 1, alike: 2, message: pull('6.2'), nodes: 'node-[0-2]' }]);
    expect(text).toContain(`3× JobFailed (kernel): ${pull('6.2')} (and the like) · node-[0-2]`);
  });

  it('has the message unchanged if it is the same on every node', () => {
    const nodes = [1, 2].map((i) => failed(`node-${i}`, 'JobFailed', 'exit code 3'));
    const { causes } = consolidate({ batch: aBatch(nodes), reports: [], cluster: '', agent: { node: 'node-9', pod: 'a' } });

    expect(causes).toHaveLength(1);
    expect(causes[0]?.alike).toBeUndefined();
  });
});
