import type { Tree } from './objects.ts';

function ref(name: string, key: string): Tree {
  return { name, key };
}

/** A sink of each kind, with each field. */
export const SINKS: readonly Tree[] = [
  {
    name: 'webhook',
    connection: {
      timeoutSeconds: 20,
      proxyUrl: 'http://proxy.example:3128',
      tls: { caSecretRef: ref('company-ca', 'ca.crt'), clientCertSecretRef: { name: 'baton-client' } },
    },
    webhook: {
      url: 'https://hooks.example/upgrades',
      signingSecretRef: ref('ops', 'new'),
      previousSigningSecretRef: ref('ops', 'old'),
      authorizationSecretRef: ref('ops', 'authorization'),
    },
  },
  {
    name: 'webhook-secret',
    connection: { proxyUrlSecretRef: ref('proxy', 'url') },
    template: '{{ text }}',
    webhook: { urlSecretRef: ref('ops', 'url'), contentType: 'text/plain; charset=utf-8' },
  },
  { name: 'slack-app', slack: { channel: '#upgrades', tokenSecretRef: ref('slack', 'token'), apiUrl: 'https://slack.com/api/' } },
  { name: 'slack-webhook', slack: { webhookUrlSecretRef: ref('slack', 'url') } },
  { name: 'teams', teams: { webhookUrlSecretRef: ref('teams', 'url') } },
  { name: 'page', pagerDuty: { routingKeySecretRef: ref('pagerduty', 'routingKey') } },
  { name: 'alerts', alertmanager: { url: 'http://alertmanager.monitoring:9093' } },
];
