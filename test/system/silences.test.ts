import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UpgradeBatch } from '../../src/api/generated/upgradebatch.ts';
import { startReceiver, type Receiver } from '../adapter/notify/receiver.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { startAlertmanager, type Alertmanager, type ListedSilence } from '../support/alertmanager.ts';
import { nodesNamed, planManifest } from '../support/fleet.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';
import { openSystem, openTimeoutMs, releaseNodes, type System } from '../support/system-cluster.ts';

const failing = ['node-1', 'node-2'];
const working = 'node-3';

let system: System;
let alertmanager: Alertmanager;
/** What an upgrade asks whether it may end. */
let permission: Receiver;
let mayEnd = false;
let namespace: string;

beforeAll(async () => {
  system = await openSystem();
  alertmanager = await startAlertmanager(system.cluster.hostAddress);
  permission = await startReceiver(
    (response) => response.writeHead(mayEnd ? 204 : 503).end(),
    undefined,
    system.cluster.hostAddress,
  );
  namespace = await system.createNamespace({ secret: false });
}, openTimeoutMs);
afterAll(async () => {
  await Promise.all([alertmanager.close(), permission.close()]);
  await system.close();
}, 180_000);

/** Three nodes at once: two fail, and the third works until it may end. */
function plan(): unknown {
  const script = [
    `if [ "$BATON_NODE" = ${working} ]; then until wget -q -O /dev/null http://${permission.host}/; do sleep 1; done; exit 0; fi`,
    'exit 1',
  ].join('\n');
  return planManifest({
    namespace,
    nodeSelector: nodesNamed(...failing, working),
    batches: [{ size: 3, maxFailed: 2 }],
    maxUnavailable: 3,
    maxFailed: 2,
    processes: [{ name: 'os', script, disruption: 'None' }],
    notify: {
      silences: {
        alertmanager: { url: alertmanager.url },
        matchers: [{ name: 'instance', value: '$(BATON_NODE)(:[0-9]+)?', type: 'Regex' }],
      },
    },
  });
}

function until(what: string, holds: (batch: UpgradeBatch) => boolean): Promise<Rollout> {
  const isSo = ({ batches: [batch] }: Rollout): boolean => batch !== undefined && holds(batch);
  return waitForRollout(system.kubectl, { namespace, what, timeoutMs: 90_000, until: isSo });
}

async function silenceOf(node: string): Promise<ListedSilence | undefined> {
  const silences = await alertmanager.silences();
  return silences.find(({ matchers }) => matchers[0]?.value === `${node}(:[0-9]+)?`);
}

describe('silences at an Alertmanager', () => {
  it('keep the node in its turn quiet, and let those that failed page at once', async () => {
    await system.kubectl.apply(plan());
    const { batches } = await until('two nodes to fail while the third works', ({ status }) => {
      const states = (status?.nodes ?? []).map(({ name, state }) => `${name}: ${state}`);
      return [...failing.map((node) => `${node}: Failed`), `${working}: Upgrading`].every((state) => states.includes(state));
    });
    const isLifted = async (node: string): Promise<boolean> => (await silenceOf(node))?.status.state === 'expired';
    await waitFor(async () => (await Promise.all(failing.map(isLifted))).every(Boolean), {
      what: 'the silences of both to be lifted',
      timeoutMs: 30_000,
    });
    for (const node of [...failing, working]) await alertmanager.fire({ alertname: 'HostDown', instance: `${node}:9100` });

    const quiet = (await alertmanager.firing()).filter((alert) => alert.status.silencedBy.length > 0);
    expect(quiet.map(({ labels }) => labels['instance'])).toEqual([`${working}:9100`]);
    for (const node of failing) {
      const silence = await silenceOf(node);
      const failed = batches[0]?.status?.nodes?.find(({ name }) => name === node)?.endTime;
      expect(Math.abs(Date.parse(silence?.endsAt ?? '') - Date.parse(failed ?? ''))).toBeLessThan(10_000);
    }
  }, 120_000);

  it('run out within five minutes when the node has ended well', async () => {
    mayEnd = true;
    await until('the batch to settle', ({ status }) => status?.settledTime !== undefined);
    const silence = await silenceOf(working);

    expect(silence?.status.state).toBe('active');
    expect(Date.parse(silence?.endsAt ?? '') - Date.now()).toBeLessThan(300_000);
    await releaseNodes(system.kubectl, { namespace, plan: 'os', nodes: failing });
  }, 120_000);
});
