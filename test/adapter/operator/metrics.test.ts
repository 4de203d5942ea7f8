import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../src/api/generated/upgradeplan.ts';
import { startHealthServer } from '../../../src/operator/health-server.ts';
import { createMetrics, type NodeInTurn } from '../../../src/operator/metrics.ts';
import { aBatch, aPlan } from '../../unit/core/rollout/support/objects.ts';

let inTurn: NodeInTurn[];
let plans: UpgradePlan[];
let batches: UpgradeBatch[];
let server: Server;
let broken: boolean;
const problems: string[] = [];

beforeEach(async () => {
  [inTurn, plans, batches, broken] = [[], [], [], false];
  server = await serveMetrics();
});
afterEach(() => {
  server.close();
});

/** Starts the server of a new operator for the same cluster. */
function serveMetrics(): Promise<Server> {
  const metrics = createMetrics({
    inTurn: () => inTurn,
    plans: () => {
      if (broken) throw new Error('the cache is gone');
      return plans;
    },
    batches: () => batches,
  });
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (text: string) => problems.push(text),
  };
  return startHealthServer(0, { isReady: () => true, metrics, log });
}

async function scrape(): Promise<{ status: number; lines: string[]; type: string | null }> {
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
  const text = await response.text();
  const lines = text.split('\n').filter((line) => line.startsWith('baton_'));
  return { status: response.status, lines, type: response.headers.get('content-type') };
}

describe('/metrics', () => {
  it('has a series for each node in its turn, and drops it when the turn ends', async () => {
    inTurn = [{ node: 'node-1', namespace: 'fleet', plan: 'kernel' }];
    expect((await scrape()).lines).toContain('baton_node_upgrading{node="node-1",namespace="fleet",plan="kernel"} 1');
    inTurn = [];
    expect((await scrape()).lines).not.toContainEqual(expect.stringContaining('node-1'));
  });

  it("reports a plan's counts and some of its conditions", async () => {
    const at = '2026-11-21T22:00:00Z';
    const condition = (type: string) => ({ type, status: 'False' as const, reason: 'X', message: '', lastTransitionTime: at });
    const status = { counts: { nodes: 4, failed: 1 }, conditions: [condition('Succeeded'), condition('Accepted')] };
    plans = [{ ...aPlan(), status }];
    const { namespace, name } = plans[0]?.metadata ?? {};
    const { lines, type } = await scrape();
    expect(type).toContain('text/plain; version=0.0.4');
    expect(lines).toEqual(
      expect.arrayContaining([
        `baton_plan_nodes{namespace="${namespace}",plan="${name}",outcome="failed"} 1`,
        `baton_plan_condition{namespace="${namespace}",plan="${name}",type="Succeeded",status="False"} 1`,
      ]),
    );
    expect(lines).not.toContainEqual(expect.stringContaining('Accepted'));
  });

  it('counts notifications by outcome, without probes', async () => {
    const receipt = { sink: 'ops', outcome: 'Failed', reason: 'SecretMissing', time: '2026-11-21T22:00:00Z' } as const;
    const notified = (id: string): UpgradeBatch => ({
      ...aBatch(['node-1']),
      status: {
        notification: {
          id,
          sinks: ['ops'],
          receipts: [
            { ...receipt, id },
            { ...receipt, id: `${id.slice(0, 1)}/probe` },
          ],
        },
      },
    });
    batches = [notified('a/1'), notified('b/1')];
    const expected = /^baton_notifications\{.*sink="ops",outcome="Failed",reason="SecretMissing"\} 2$/;
    expect((await scrape()).lines).toContainEqual(expect.stringMatching(expected));
  });

  it('T20: a restarted operator reports the same series with the same values', async () => {
    inTurn = [{ node: 'node-1', namespace: 'fleet', plan: 'kernel' }];
    plans = [{ ...aPlan(), status: { counts: { nodes: 4, failed: 0 } } }];
    const receipt = { sink: 'ops', id: 'a/1', outcome: 'Delivered', time: '2026-11-21T22:00:00Z' } as const;
    batches = [{ ...aBatch(['node-1']), status: { notification: { id: 'a/1', sinks: ['ops'], receipts: [receipt] } } }];
    const { lines: before } = await scrape();
    server.close();
    server = await serveMetrics();
    expect((await scrape()).lines).toEqual(before);
    expect(before).toContainEqual(expect.stringMatching(/^baton_plan_nodes.*outcome="failed"} 0$/));
    expect(before).toContainEqual(expect.stringMatching(/^baton_notifications.* 1$/));
  });

  it('answers 500 and logs an error when they cannot be collected', async () => {
    broken = true;
    expect((await scrape()).status).toBe(500);
    expect(problems).toEqual(['Collecting metrics failed']);
  });
});
