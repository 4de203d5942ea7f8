import { describe, expect, it } from '@jest/globals';
import { KubeError } from '../../../../src/kube/client/kube-error.ts';
import { VersionRegressionError, SilenceError, recoverFrom } from '../../../../src/kube/watch/watch-recovery.ts';

const expired = new KubeError('expired', { code: 410, reason: 'Expired' });
const tooLarge = new KubeError('too large', { code: 504, reason: 'Timeout', causes: [{ reason: 'ResourceVersionTooLarge' }] });
const busy = new KubeError('busy', { code: 429, reason: 'TooManyRequests', retryAfterSeconds: 5 });
const busyForHours = new KubeError('busy', { code: 429, reason: 'TooManyRequests', retryAfterSeconds: 7_200 });
const away = new KubeError('refused', { code: 0, reason: 'NotSent' });
const silent = new KubeError('silent', { code: 0, reason: 'Silent' });
const lost = new KubeError('reset', { code: 0, reason: 'NoAnswer' });

describe('recoverFrom', () => {
  it.each([
    ['an orderly end after minutes', { failures: 0 }, { waitMs: 0, relist: false }],
    ['an orderly end at once', { failures: 1 }, { waitMs: 800, relist: false }],
    ['many orderly ends at once', { failures: 20 }, { waitMs: 30_000, relist: false }],
    ['a broken connection', { error: lost, failures: 3 }, { waitMs: 3_200, relist: false }],
    ['a server that is away for long', { error: away, failures: 20 }, { waitMs: 5_000, relist: false }],
    ['a fault that is not of the API', { error: new TypeError('bug'), failures: 1 }, { waitMs: 800, relist: false }],
    ['a forgotten version', { error: expired, failures: 9, losses: 1 }, { waitMs: 0, relist: true }],
    ['a version forgotten right after the list', { error: expired, failures: 9, losses: 2 }, { waitMs: 1_600, relist: true }],
    ['a version never known', { error: tooLarge, failures: 1, losses: 1 }, { waitMs: 0, relist: true }],
    [
      'a step back in time',
      { error: new VersionRegressionError('5', '10'), failures: 1, losses: 1 },
      { waitMs: 0, relist: true },
    ],
    ['too many requests', { error: busy, failures: 1 }, { waitMs: 5_000, relist: false }],
    ['too many requests for hours', { error: busyForHours, failures: 1 }, { waitMs: 60_000, relist: false }],
    ['a first silence', { error: new SilenceError(1), failures: 1, silences: 1 }, { waitMs: 0, relist: false }],
    ['a second silence that the pool noticed', { error: silent, failures: 1, silences: 2 }, { waitMs: 0, relist: true }],
    ['a second silence', { error: new SilenceError(1), failures: 1, silences: 2 }, { waitMs: 0, relist: true }],
  ])('after %s', (_end, end, expected) => {
    expect(recoverFrom({ error: undefined, silences: 0, losses: 0, ...end }, () => 1)).toEqual(expected);
  });

  it('randomises the second half of a delay', () => {
    const end = { error: lost, failures: 1, silences: 0, losses: 1 };

    expect([0, 0.5, 1].map((random) => recoverFrom(end, () => random).waitMs)).toEqual([400, 600, 800]);
  });
});
