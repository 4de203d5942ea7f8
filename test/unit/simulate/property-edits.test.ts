import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { asObject, asObjects, type Json } from '../../../src/core/json.ts';
import { createApiServer } from '../../../src/simulator/api-server/create-api-server.ts';
import { ClusterClient } from '../../../src/simulator/cluster/cluster-client.ts';
import { seededRandom } from '../../../src/simulator/time/random.ts';
import { VirtualTime } from '../../../src/simulator/time/virtual-time.ts';
import { RecordingLog } from '../../adapter/kube/support/recording-log.ts';
import { propertyEdits } from '../../simulate/property-edits.ts';

const PLANS = '/apis/baton.dev/v1alpha1/namespaces/default/upgradeplans';
const CRD = readFileSync(new URL('../../../crds/upgradeplans.baton.dev.yaml', import.meta.url), 'utf8');

/** The schema of `spec`. */
function specSchema(): Json {
  const [version] = asObjects(asObject(asObject(parse(CRD))['spec'])['versions']);
  const schema = asObject(asObject(version?.['schema'])['openAPIV3Schema']);
  return asObject(asObject(schema['properties'])['spec']);
}

const SPEC = {
  version: '2.0',
  nodeSelector: { matchLabels: { role: 'worker' } },
  batches: [{ size: 1 }, { size: 2 }],
  processes: [{ name: 'os', job: { template: { spec: { containers: [{ name: 'os', image: 'os:$(BATON_VERSION)' }] } } } }],
  notify: { sinks: [{ name: 'ops', webhook: { url: 'https://hooks.example/a' } }] },
};

it('There is an edit that the API server accepts for at least 95 % of the properties of a plan', () => {
  const time = new VirtualTime(Date.UTC(2026, 5, 1));
  const ports = { now: time.now, random: seededRandom(1), setTimer: time.setTimer, log: new RecordingLog() };
  const client = new ClusterClient(createApiServer({ definitions: [CRD], ...ports }), 'test');
  const plan = { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradePlan', metadata: { name: 'os' } };
  const created = client.create(PLANS, { ...plan, spec: SPEC });
  if (!created.ok) throw new Error(created.message);
  const edits = propertyEdits(specSchema(), asObject(created.object['spec']));
  const refused = edits.flatMap(({ property, candidates }) => {
    const messages = candidates.map((spec) => {
      const outcome = client.create(PLANS, { ...plan, metadata: { name: 'edited' }, spec }, { dryRun: 'All' });
      return outcome.ok ? undefined : outcome.message;
    });
    return messages.includes(undefined) ? [] : [`${property}: ${messages[0] ?? 'no candidate'}`];
  });
  expect(edits.length).toBeGreaterThan(150);
  expect(refused.length / edits.length < 0.05 ? [] : refused).toEqual([]);
});
