import { describe, expect, it } from '@jest/globals';
import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { buildBatch } from '../../../../../src/core/rollout/batch/build-batch.ts';
import { cutNextBatch } from '../../../../../src/core/rollout/batch/cut-batch.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import { cut, snapshotOf } from '../support/cuts.ts';
import { aNode } from '../support/facts.ts';
import { aDrain, aProcess } from '../support/objects.ts';

const DRAIN = aDrain({
  mode: 'Cordon',
  timeoutSeconds: 900,
  ignore: { podSelector: { matchLabels: { 'baton.dev/drain': 'ignore' } } },
  waitFor: { podSelector: { matchLabels: { job: 'batch' } }, timeoutSeconds: 3600 },
  force: { podSelector: { matchLabels: { tier: 'cache' } } },
  emptyDirData: 'Delete',
  unmanagedPods: 'Delete',
});

describe('The UpgradeBatch that is created', () => {
  const snapshot = snapshotOf({ plan: { batches: [{ name: 'canary', size: 2 }], drain: DRAIN } });
  const fleet = surveyFleet(snapshot);
  const manifest = buildBatch(snapshot, fleet, cutNextBatch(snapshot, fleet)!) as unknown as UpgradeBatch;

  it('is named after the plan, its revision and its index, protects its outbox, and does not block the deletion of the plan', () => {
    expect(manifest.metadata).toMatchObject({ name: 'os-aaaa-1', namespace: 'fleet', finalizers: ['baton.dev/outbox'] });
    expect(manifest.metadata.ownerReferences).toEqual([
      { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradePlan', name: 'os', uid: 'uid-of-os', controller: true },
    ]);
  });

  it('contains the work as the plan currently defines it', () => {
    expect(manifest.spec).toMatchObject({
      planUid: 'uid-of-os',
      revision: 'aaaa1111',
      version: '12.9',
      index: 1,
      step: 0,
      stepName: 'canary',
      planNodes: 10,
      maxFailed: 0,
      processes: [{ name: 'os', disruption: 'Drain', report: 'None', deadlineSeconds: 600 }],
      drain: DRAIN,
    });
  });

  it('contains how many nodes of its step remain, if it could not hold them all', () => {
    const large = snapshotOf({ count: 1500, plan: { batches: [{ size: 1500 }] } });
    const fleet = surveyFleet(large);
    const spec = buildBatch(large, fleet, cutNextBatch(large, fleet)!)['spec'];
    expect(spec).toMatchObject({ stepNodesRemaining: 500 });
    expect(manifest.spec).not.toHaveProperty('stepNodesRemaining');
  });

  it('contains the compatibility of a Job, if the plan sets it', () => {
    const job = { ...aProcess().job, compatibility: 'SystemUpgradeController' } as const;
    const compatible = snapshotOf({ count: 1, plan: { processes: [aProcess({ job })] } });
    const fleet = surveyFleet(compatible);
    const next = cutNextBatch(compatible, fleet);
    expect(buildBatch(compatible, fleet, next!)['spec']).toMatchObject({
      processes: [{ compatibility: 'SystemUpgradeController' }],
    });
    expect(JSON.stringify(manifest)).not.toContain('compatibility');
  });
});

it('notify.nodeDetails: each node has the detail of the first rule that matches it', () => {
  const nodes = [
    aNode('node-1', { labels: { role: 'worker', disks: 'nvme', zone: 'a' } }),
    aNode('node-2', { labels: { role: 'worker', zone: 'a' } }),
    aNode('node-3'),
  ];
  const nodeDetails = [
    { nodeSelector: { matchLabels: { disks: 'nvme' } }, nodeDetail: 'None' as const },
    { nodeSelector: { matchLabels: { zone: 'a' } }, nodeDetail: 'All' as const },
  ];
  const batch = cut({ nodes, plan: { batches: [{ size: 3 }], notify: { nodeDetails } } });

  const levels = Object.fromEntries((batch?.nodes ?? []).map(({ name, nodeDetail }) => [name, nodeDetail]));
  expect(levels).toEqual({ 'node-1': 'None', 'node-2': 'All', 'node-3': undefined });
});
