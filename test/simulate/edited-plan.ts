import { CUSTOM_RESOURCE_DEFINITIONS } from '../../src/api/generated/installed-objects.ts';
import { asObject, asObjects, type Json } from '../../src/core/json.ts';
import { createApiServer } from '../../src/simulator/api-server/create-api-server.ts';
import { ClusterClient } from '../../src/simulator/cluster/cluster-client.ts';
import { seededRandom } from '../../src/simulator/time/random.ts';
import { VirtualTime } from '../../src/simulator/time/virtual-time.ts';
import { NAMESPACE, scenarioNamed, START } from './scenarios.ts';
import type { EditedPlan } from './systematic.ts';

const PLANS = `/apis/baton.dev/v1alpha1/namespaces/${NAMESPACE}/upgradeplans`;
const NO_LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A plan of a scenario as the API server stores it, with the schema of its spec. */
export function editedPlan(scenario: string, plan: string): EditedPlan {
  const time = new VirtualTime(START);
  const ports = { now: time.now, random: seededRandom(1), setTimer: time.setTimer, log: NO_LOG };
  const client = new ClusterClient(createApiServer({ definitions: CUSTOM_RESOURCE_DEFINITIONS, ...ports }), 'test');
  client.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  const object = scenarioNamed(scenario, 1).objects.find(
    ({ kind, metadata }) => kind === 'UpgradePlan' && metadata.name === plan,
  );
  const created = client.create(PLANS, object ?? {});
  if (!created.ok) throw new Error(created.message);
  const { apiVersion, kind, spec } = created.object;
  return {
    scenario,
    plan,
    spec: asObject(spec),
    schema: planSchema(),
    accepts: (edited) =>
      client.create(PLANS, { apiVersion, kind, metadata: { name: 'edited' }, spec: edited }, { dryRun: 'All' }).ok,
  };
}

/** The schema of `spec` in the definition of UpgradePlans. */
export function planSchema(): Json {
  const definitions = CUSTOM_RESOURCE_DEFINITIONS.map((text) => asObject(JSON.parse(text)));
  const definition = definitions.find(({ metadata }) => asObject(metadata)['name'] === 'upgradeplans.baton.dev');
  const [version] = asObjects(asObject(definition?.['spec'])['versions']);
  const schema = asObject(asObject(version?.['schema'])['openAPIV3Schema']);
  return asObject(asObject(schema['properties'])['spec']);
}
