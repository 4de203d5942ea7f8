import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Sink as SinkSpec } from '../../../../src/api/generated/upgradeplan.ts';
import { SinkWorld } from '../a-sink.ts';

/** The API server takes it for a URL. */
const url = 'https://1.2.3.256/';
const secretRef = { name: 'secret', key: 'token' };

let world: SinkWorld;

beforeEach(() => {
  world = new SinkWorld();
});
afterEach(async () => {
  await world.close();
});

it.each<{ field: string; sink: Omit<SinkSpec, 'name'> }>([
  { field: 'webhook.url', sink: { webhook: { url } } },
  { field: 'slack.apiUrl', sink: { slack: { channel: '#upgrades', tokenSecretRef: secretRef, apiUrl: url } } },
  { field: 'pagerDuty.url', sink: { pagerDuty: { routingKeySecretRef: secretRef, url } } },
  { field: 'alertmanager.url', sink: { alertmanager: { url } } },
  { field: 'connection.proxyUrl', sink: { webhook: { url: 'https://hooks.example/' }, connection: { proxyUrl: url } } },
])('A sink with an invalid $field fails for good', async ({ sink }) => {
  world.secret('ops', 'secret', { token: 'xoxb-test' });

  expect(await world.send({ name: 'ops', ...sink })).toEqual({
    kind: 'Permanent',
    reason: 'Refused',
    message: 'the URL is invalid',
  });
});
