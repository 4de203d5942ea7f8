import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SinkWorld } from '../../../../adapter/notify/a-sink.ts';
import { notificationOf } from '../../../../unit/notify/notification-of.ts';
import { startAlertmanager, type Alertmanager } from '../../../../support/alertmanager.ts';

let alertmanager: Alertmanager;
let world: SinkWorld;

// Alertmanager may have to be built first.
beforeAll(async () => {
  world = new SinkWorld({ timeoutMs: 10_000 });
  alertmanager = await startAlertmanager();
}, 900_000);
afterAll(() => Promise.all([alertmanager.close(), world.close()]));

async function send(scenario: string): Promise<void> {
  const spec = { name: 'alerts', alertmanager: { url: alertmanager.url } };
  expect(await world.send(spec, { notification: notificationOf(scenario) })).toEqual({ kind: 'Delivered' });
}

async function firing(): Promise<string[]> {
  const alerts = await alertmanager.firing();
  return alerts
    .map(({ labels }) => `${labels['alertname'] ?? ''} ${labels['severity'] ?? ''} ${labels['batch'] ?? ''}`.trim())
    .toSorted();
}

/** In this order: each test goes on where the last one ended. */
describe('Alertmanager itself', () => {
  it('shows a batch that went well', async () => {
    await send('clean');

    expect(await firing()).toEqual(['BatonUpgradeBatchSettled info kernel-7f3c-4']);
  });

  it('fires when nodes fail, once however often it is told', async () => {
    await send('failed-within-budget');
    await send('failed-within-budget');

    expect(await firing()).toContain('BatonUpgradeTrouble warning');
    expect((await firing()).filter((alert) => alert.startsWith('BatonUpgradeTrouble'))).toHaveLength(1);
  });

  it('fires worse when the plan pauses, and no longer fires the milder alert', async () => {
    await send('paused');

    expect((await firing()).filter((alert) => alert.startsWith('BatonUpgradeTrouble'))).toEqual(['BatonUpgradeTrouble critical']);
  });

  it('takes the failures of a thousand nodes, and can be read', async () => {
    await send('thousand-failures');

    const alert = (await alertmanager.firing()).find(({ labels }) => labels['severity'] === 'critical');
    expect(alert?.annotations['summary']).toBe(notificationOf('thousand-failures').text.split('\n')[0]);
    expect(alert?.annotations['description']).toContain('設定ファイルが見つかりません');
  });

  it('ends the trouble with the next batch that goes well', async () => {
    await send('done');

    expect(await firing()).toEqual([
      'BatonUpgradeBatchSettled info kernel-7f3c-4',
      'BatonUpgradeBatchSettled info kernel-7f3c-7',
    ]);
  });
});
