import { describe, expect, it } from '@jest/globals';
import type { Sink } from '../../../../src/api/generated/upgradeplan.ts';
import { timeoutSeconds, withTimeout } from '../../../../src/core/baton/timeouts.ts';

const webhook: Sink = { name: 'ops', webhook: { url: 'https://ops.example/' } };
const email: Sink = {
  name: 'mail',
  email: { from: 'baton@ops.example', to: ['a@ops.example'], smtpSecretRef: { name: 'smtp' } },
};

describe('The timeout of an attempt', () => {
  it.each<{ readonly receiver: string; readonly sink: Sink; readonly seconds: readonly number[] }>([
    { receiver: 'a webhook', sink: webhook, seconds: [10, 20, 40, 60, 60] },
    { receiver: 'a mail server', sink: email, seconds: [20, 40, 60, 60, 60] },
    {
      receiver: 'a webhook with a timeout of its own',
      sink: { ...webhook, connection: { timeoutSeconds: 3 } },
      seconds: [3, 6, 12, 24, 48],
    },
  ])('doubles after each timeout of $receiver', ({ sink, seconds }) => {
    expect(seconds.map((_second, timeouts) => timeoutSeconds(sink, timeouts))).toEqual(seconds);
  });

  it('leaves the rest of the connection as it is', () => {
    const proxied = { ...webhook, connection: { proxyUrl: 'http://proxy.example:3128' } };
    expect(withTimeout(proxied, 1).connection).toEqual({ proxyUrl: 'http://proxy.example:3128', timeoutSeconds: 20 });
  });
});
