import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renewalDueAt, sendableUntil } from '../../../../src/core/baton/lease-validity.ts';

it('an agent renews every third of the duration, and stops sending a fifth before its end', () => {
  const validity = { requestedAt: 1_000, durationSeconds: 15 };

  expect(renewalDueAt(validity)).toBe(6_000);
  expect(sendableUntil(validity)).toBe(13_000);
});

it('an agent has stopped before the operator may name another, whenever the operator saw the renewal', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3600 }), fc.nat(), fc.nat(), (durationSeconds, requestedAt, latency) => {
      const operatorWaitsUntil = requestedAt + latency + durationSeconds * 1_000;

      expect(sendableUntil({ requestedAt: requestedAt, durationSeconds })).toBeLessThan(operatorWaitsUntil);
    }),
  );
});
