import { describe, expect, it } from '@jest/globals';
import type { Sink } from '../../../../src/api/generated/upgradeplan.ts';
import { attemptSeconds, kindOf, sendPolicy, type KindSpec, type SinkKind } from '../../../../src/core/sinks/sink-kinds.ts';
import { sinkSecrets } from '../../../../src/core/sinks/sink-secrets.ts';

const ref = (key: string): { name: string; key: string } => ({ name: 'ops', key });

interface Example<K extends SinkKind> {
  readonly spec: KindSpec<K>;
  readonly send: Sink['send'];
  readonly seconds: number;
  readonly keys: readonly string[];
}

/** One sink of each kind, with everything that refers to a Secret. */
const EXAMPLES: { readonly [K in SinkKind]: Example<K> } = {
  webhook: {
    spec: {
      urlSecretRef: ref('url'),
      signingSecretRef: ref('new'),
      previousSigningSecretRef: ref('old'),
      authorizationSecretRef: ref('authorization'),
    },
    send: 'EveryBatch',
    seconds: 10,
    keys: ['url', 'new', 'old', 'authorization'],
  },
  slack: {
    spec: { channel: '#upgrades', tokenSecretRef: ref('token') },
    send: 'EveryBatch',
    seconds: 10,
    keys: ['token'],
  },
  teams: { spec: { webhookUrlSecretRef: ref('url') }, send: 'EveryBatch', seconds: 10, keys: ['url'] },
  email: {
    spec: { to: ['team@ops.example'], from: 'baton@ops.example', smtpSecretRef: { name: 'ops' } },
    send: 'EveryBatch',
    seconds: 20,
    keys: ['host', 'port', 'username', 'password', 'tls', 'ca.crt'],
  },
  pagerDuty: { spec: { routingKeySecretRef: ref('key') }, send: 'OnTrouble', seconds: 10, keys: ['key'] },
  alertmanager: {
    spec: { url: 'http://alerts.example:9093', authorizationSecretRef: ref('authorization') },
    send: 'EveryBatch',
    seconds: 10,
    keys: ['authorization'],
  },
  events: { spec: {}, send: 'EveryBatch', seconds: 10, keys: [] },
};

describe('A kind of sink', () => {
  it.each(Object.entries(EXAMPLES))('has its defaults and its Secrets: %s', (kind, { spec, send, seconds, keys }) => {
    const sink: Sink = { name: 'team', [kind]: spec };

    expect(kindOf(sink)).toEqual({ kind, spec });
    expect(sendPolicy(sink)).toBe(send);
    expect(attemptSeconds(sink)).toBe(seconds);
    expect(sinkSecrets(sink)).toEqual(keys.map(ref));
  });

  it('gives way to what the plan says', () => {
    const sink: Sink = { name: 'team', pagerDuty: EXAMPLES.pagerDuty.spec, send: 'PlanEnd', connection: { timeoutSeconds: 3 } };

    expect(sendPolicy(sink)).toBe('PlanEnd');
    expect(attemptSeconds(sink)).toBe(3);
  });

  it('that this version does not know has no Secrets, and gets each batch', () => {
    const sink = { name: 'team', carrierPigeon: {} } as Sink;

    expect(kindOf(sink)).toBeUndefined();
    expect(sinkSecrets(sink)).toEqual([]);
    expect(sendPolicy(sink)).toBe('EveryBatch');
  });
});
