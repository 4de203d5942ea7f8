import { describe, expect, it } from '@jest/globals';
import type { Sink } from '../../../../src/api/generated/upgradeplan.ts';
import { secretFile, sinkSecrets } from '../../../../src/core/sinks/sink-secrets.ts';

const ref = (key: string): { name: string; key: string } => ({ name: 'ops', key });

describe('The Secrets of a sink', () => {
  it.each<{ title: string; sink: Omit<Sink, 'name'>; keys: readonly string[] }>([
    { title: 'a webhook without any', sink: { webhook: { url: 'https://hooks.example/' } }, keys: [] },
    { title: 'an incoming webhook of Slack', sink: { slack: { webhookUrlSecretRef: ref('url') } }, keys: ['url'] },
    { title: 'an Alertmanager without any', sink: { alertmanager: { url: 'http://alerts.example:9093' } }, keys: [] },
    {
      title: 'a connection with all of them',
      sink: {
        webhook: { url: 'https://hooks.example/' },
        connection: {
          proxyUrlSecretRef: ref('proxy'),
          tls: { caSecretRef: ref('ca.crt'), clientCertSecretRef: { name: 'ops' } },
        },
      },
      keys: ['proxy', 'ca.crt', 'tls.crt', 'tls.key'],
    },
  ])('of $title are $keys', ({ sink, keys }) => {
    expect(sinkSecrets({ name: 'chat', ...sink })).toEqual(keys.map((key) => ref(key)));
  });

  it('are files within the folder of the sink', () => {
    expect(secretFile('chat', 'ops', 'url')).toBe('chat/ops/url');
  });
});
