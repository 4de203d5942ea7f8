import { describe, expect, it } from '@jest/globals';
import type { Sink } from '../../../../src/api/generated/upgradeplan.ts';
import { timeoutSeconds, withTimeout } from '../../../../src/core/baton/timeouts.ts';

const webhook: Sink = { name: 'ops', webhook: { url: 'https://ops.example/' } };
const email: Sink = {
  name: 'mail',
  email: { from: 'baton@ops.example', to: ['a@ops.example'], smtpSecretRef: { name: 'smtp' } },
};

describe('The patience with a receiver', () => {
  it.each<readonly [string, Sink, readonly number[]]>([
    ['a webhook', webhook, [10, 20, 40, 60, 60]],
    ['a mail server', email, [20, 40, 60, 60, 60]],
    ['one of which the plan says how long it may take', { ...webhook, connection: { timeoutSeconds: 3 } }, [3, 6, 12, 24, 48]],
  ])('doubles with each try that %s did not answer in time', (_, sink, seconds) => {
    expect(seconds.map((_second, unanswered) => timeoutSeconds(sink, unanswered))).toEqual(seconds);
  });

  it('leaves the rest of the connection as it is', () => {
    const proxied = { ...webhook, connection: { proxyUrl: 'http://proxy.example:3128' } };
    expect(withTimeout(proxied, 1).connection).toEqual({ proxyUrl: 'http://proxy.example:3128', timeoutSeconds: 20 });
  });
});
