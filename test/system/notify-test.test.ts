import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandResult } from '../cluster/run-command.ts';
import { planManifest, signingSecret } from '../support/fleet.ts';
import { bundlePath } from '../support/installation.ts';
import { print } from '../support/print.ts';
import { readDeliveries } from '../support/receiver-client.ts';
import { openSystem, openTimeoutMs, type System } from '../support/system-cluster.ts';

let system: System;
let namespace: string;

/** A plan that is paused: its sinks can be tried before it touches anything. */
beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace();
  const plan = planManifest({ namespace, batches: [{ size: 1 }], processes: [{ name: 'os' }], more: { paused: true } });
  const { spec } = plan as { readonly spec: object };
  const signed = { url: system.sinkUrl(namespace), signingSecretRef: signingSecret };
  const sinks = [
    { name: 'ops', webhook: signed },
    { name: 'unsigned', webhook: { ...signed, signingSecretRef: { name: 'not-there', key: 'secret' } } },
    { name: 'nobody', webhook: { url: `http://${system.cluster.hostAddress}:1/` } },
  ];
  await system.kubectl.apply({ ...(plan as object), spec: { ...spec, notify: { sinks } } });
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

function notifyTest(...args: readonly string[]): Promise<CommandResult> {
  const kubeconfig = ['--kubeconfig', system.cluster.kubeconfigPath];
  return runCommand(process.execPath, [bundlePath, 'notify', 'test', 'os', '-n', namespace, ...kubeconfig, ...args], {
    env: {},
    timeoutMs: 120_000,
  });
}

describe('baton notify test', () => {
  it('says for each sink what became of the sample, from a node of the plan', async () => {
    const { code, stdout, stderr } = await notifyTest('--node', 'node-2');

    print(stdout);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      'ops: delivered from the node node-2',
      expect.stringMatching(/^unsigned: FAILED from the node node-2, SecretMissing: .*not-there/),
      expect.stringMatching(/^nobody: FAILED from the node node-2, NoAnswer: .*ECONNREFUSED/),
    ]);
    expect(code).toBe(1);
  }, 150_000);

  it('ends with 0 when the sink that was asked for has taken it, signed as always', async () => {
    await system.receiver.forget();

    expect(await notifyTest('--sink', 'ops')).toMatchObject({ code: 0, stderr: '' });
    const taken = readDeliveries(await system.receiver.received(), system.signingKey);
    expect(taken.map(({ notification }) => notification.kind)).toEqual(['Test']);
    expect(taken[0]?.notification.text).toMatch(/^TEST, nothing of this has happened\n/);
  }, 150_000);

  it('leaves no Pod behind, and no batch', async () => {
    expect(await system.kubectl.list('pods', namespace)).toEqual([]);
    expect(await system.kubectl.list('upgradebatches.baton.dev', namespace)).toEqual([]);
  });

  it('ends with 2 when there is no such sink', async () => {
    expect(await notifyTest('--sink', 'pager')).toMatchObject({
      code: 2,
      stderr: 'The UpgradePlan os has no sink pager: its sinks are ops, unsigned, nobody.\n',
    });
  });
});
