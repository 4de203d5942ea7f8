import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import type { Validation } from '../../../../src/core/rollout/model/snapshot.ts';
import { PlanValidator } from '../../../../src/operator/validation/validate-plan.ts';
import { waitFor } from '../../../cluster/wait-for.ts';
import { aPlan, aProcess } from '../../../unit/core/rollout/support/objects.ts';
import { startConnectedCluster, type ConnectedCluster } from '../connected-cluster.ts';

let connected: ConnectedCluster;
let client: KubeClient;

beforeAll(async () => {
  // With controllers: they make the default ServiceAccount, and only then does the API server ask for ServiceAccounts at all.
  connected = await startConnectedCluster('validate', { controllers: true });
  ({ client } = connected);
  const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
  await client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet', labels } });
  await waitFor(async () => (await connected.cluster.kubectl(['get', 'sa', 'default', '-n', 'fleet'])).code === 0, {
    what: 'the default ServiceAccount',
    timeoutMs: 60_000,
  });
}, 120_000);

afterAll(() => connected.close(), 60_000);

async function validate(podSpec: object, changes: object = {}): Promise<Validation> {
  const template = { spec: { containers: [{ name: 'upgrade', image: 'registry.example/os:1' }], ...podSpec } };
  const plan = aPlan({ processes: [aProcess({ job: { template, ...changes } })] });
  return new PlanValidator(client, () => 0).validate(plan);
}

describe('A dry run of the Pod of each process', () => {
  it('succeeds when the API server accepts it', async () => {
    expect(await validate({})).toEqual({ kind: 'Valid' });
  });

  it.each<readonly [string, object, object, RegExp]>([
    ['a missing ServiceAccount', { serviceAccountName: 'nobody' }, {}, /serviceaccount "nobody" not found/],
    ['a missing PriorityClass', { priorityClassName: 'nothing' }, {}, /no PriorityClass with name nothing was found/],
    ['a violation of Pod Security', { hostPID: true }, {}, /violates PodSecurity "baseline.*host namespaces/],
    ['a field that does not exist', { hostPid: true }, {}, /unknown field "spec.hostPid"/],
    [
      'a violation of Pod Security by what compatibility adds',
      {},
      { compatibility: 'SystemUpgradeController' },
      /violates PodSecurity "baseline.*privileged/,
    ],
  ])('reports %s', async (_what, spec, changes, message) => {
    const validation = await validate(spec, changes);
    expect(validation.kind).toBe('Refused');
    expect(validation.kind === 'Refused' ? validation.message : '').toMatch(message);
    expect(validation.kind === 'Refused' ? validation.message : '').toContain("spec.processes[0].job.template (process 'os')");
  });

  it('accepts a Pod with compatibility for system-upgrade-controller where the namespace allows it', async () => {
    await client.mergePatch('/api/v1/namespaces/fleet', {
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    });
    expect(await validate({}, { compatibility: 'SystemUpgradeController' })).toEqual({ kind: 'Valid' });
  });
});
