import { describe, it } from '@jest/globals';
import type { UpgradePlan } from '../../src/api/generated/upgradeplan.ts';
import { LABELS } from '../../src/api/names.ts';
import { namespaceManifest, planManifest } from '../support/fleet.ts';
import { findCondition } from '../support/kubernetes-objects.ts';
import { kwokSystemForFile } from '../support/kwok-system.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';

const system = kwokSystemForFile('system-gates');
const namespace = 'gates';

async function startPlan(gate: object): Promise<void> {
  await system.cluster.addKwokNodes(['gated-1'], { fleet: 'gated' });
  const pod = { tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }] };
  const processes = [{ name: 'os', annotations: { 'test.baton.dev/duration': '1s' }, pod, disruption: 'None' as const }];
  const nodeSelector = { matchLabels: { fleet: 'gated' } };
  const plan = planManifest({ namespace, nodeSelector, batches: [{ size: 1 }], processes }) as UpgradePlan;
  await system.kubectl.apply({ ...plan, spec: { ...plan.spec, gates: [gate] } });
}

function until(what: string, holds: (rollout: Rollout) => boolean): Promise<Rollout> {
  return waitForRollout(system.kubectl, { namespace, what, timeoutMs: 90_000, until: holds });
}

const readyMessage = ({ plan }: Rollout): string => findCondition(plan, 'Ready')?.message ?? '';

describe('gates[]', () => {
  it('object: is closed while the operator may not read it, and opens by its expression once a labelled role allows it', async () => {
    await system.kubectl.apply(namespaceManifest(namespace));
    const state = (ready: string): object => ({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'state', namespace, labels: { ready } } },
      spec: { ports: [{ port: 80 }] },
    });
    await system.kubectl.apply(state('no'));
    const object = { apiVersion: 'v1', kind: 'Service', name: 'state', expression: "object.metadata.labels.ready == 'yes'" };
    await startPlan({ name: 'state', object });
    await until('the refusal', (rollout) => readyMessage(rollout).includes(LABELS.gateRole));
    await system.kubectl.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'gates-read-services', labels: { [LABELS.gateRole]: 'true' } },
      rules: [{ apiGroups: [''], resources: ['services'], verbs: ['get', 'list'] }],
    });
    await until('the expression', (rollout) => readyMessage(rollout).includes('the expression is false for state'));
    await system.kubectl.apply(state('yes'));
    await until('the first batch', ({ batches }) => batches.length > 0);
  }, 240_000);
});
