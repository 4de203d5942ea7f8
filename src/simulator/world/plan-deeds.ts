import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Json } from '../../core/json.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { between, pick } from './chance.ts';
import type { ClusterUser } from './cluster-user.ts';
import type { Deed } from './deed.ts';
import { actAtRandom } from './people.ts';

/** Does something to one plan, if there is one. */
function onPlan(act: (user: ClusterUser, plan: UpgradePlan) => void): (user: ClusterUser) => void {
  return (user) => {
    const plan = pick(user.ports.random, user.plans());
    if (plan !== undefined) act(user, plan);
  };
}

function seconds(user: ClusterUser, least: number, most: number): number {
  return between(user.ports.random, least, most) * 1000;
}

function edit(user: ClusterUser, plan: UpgradePlan, spec: Json, words: string): void {
  const outcome = user.editPlan(plan, spec);
  user.say(`somebody ${words} of ${plan.metadata.name}${outcome.ok ? '' : ` (${outcome.message})`}`);
}

function pause(user: ClusterUser, plan: UpgradePlan): void {
  edit(user, plan, { paused: true }, 'pauses the rollout');
  user.later(seconds(user, 5, 200), () => edit(user, plan, { paused: false }, 'continues the rollout'));
}

function changeVersion(user: ClusterUser, plan: UpgradePlan): void {
  const { random } = user.ports;
  const { version } = plan.spec;
  const next =
    pick(
      random,
      ['v1', 'v2', 'v3'].filter((other) => other !== version),
    ) ?? version;
  edit(user, plan, { version: next }, `sets the version to ${next}`);
  if (random() < 0.5) {
    user.later(seconds(user, 100, 1000), () => edit(user, plan, { version }, `sets the version back to ${version}`));
  }
}

function editAtRandom(user: ClusterUser, plan: UpgradePlan): void {
  const { random } = user.ports;
  const change = pick<Json>(random, [
    { maxUnavailable: between(random, 1, 4) },
    { maxUnavailable: `${between(random, 1, 60)}%` },
    { podPlacement: random() < 0.5 ? 'PreferDoneNodes' : 'Anywhere' },
    { oneDomainAtATime: plan.spec.oneDomainAtATime === undefined ? { topologyKey: 'zone' } : null },
    { prePull: random() < 0.5 ? 'NextBatch' : 'None' },
    { notReadyNodes: random() < 0.5 ? 'Skip' : 'Include' },
    { batches: [{ size: between(random, 1, 3) }, { size: '30%' }] },
    { failure: { maxFailed: between(random, 0, 4) } },
  ]);
  if (change !== undefined) edit(user, plan, change, `changes ${Object.keys(change).join(', ')}`);
}

function dropSink(user: ClusterUser, plan: UpgradePlan): void {
  const { notify } = plan.spec;
  if (notify?.sinks !== undefined) edit(user, plan, { notify: { sinks: notify.sinks.slice(1) } }, 'removes a sink');
}

/** Changes, removes and restores a ConfigMap with shared sinks. */
function changeSharedSinks(user: ClusterUser, plan: UpgradePlan): void {
  const { client, random } = user.ports;
  const name = pick(random, plan.spec.notify?.sinksFrom ?? [])?.configMapRef.name;
  if (name === undefined) return;
  const { namespace } = plan.metadata;
  const path = resourcePath(KINDS.configMaps, { namespace, name });
  const before = client.get(path);
  if (before === undefined) return;
  user.say(`somebody deletes the ConfigMap ${name}`);
  client.delete(path);
  const body = { metadata: { name, namespace }, data: before['data'] };
  user.later(seconds(user, 10, 300), () => {
    user.say(`somebody creates the ConfigMap ${name} again`);
    client.create(resourcePath(KINDS.configMaps, { namespace }), body);
  });
}

/** Another plan for the same nodes; somebody deletes it again later. */
function addSecondPlan(user: ClusterUser, { metadata, spec }: UpgradePlan): void {
  const { client } = user.ports;
  const { namespace } = metadata;
  const name = user.fresh('second');
  user.say(`somebody creates the plan ${name} for the nodes of ${metadata.name}`);
  client.create(resourcePath(KINDS.plans, { namespace }), {
    apiVersion: 'baton.dev/v1alpha1',
    kind: 'UpgradePlan',
    metadata: { name, namespace },
    spec: { ...spec, version: 'v9' },
  });
  user.later(seconds(user, 60, 1500), () => {
    user.say(`somebody deletes the plan ${name}`);
    client.delete(resourcePath(KINDS.plans, { namespace, name }));
  });
}

function deletePlan(user: ClusterUser, { metadata: { namespace, name } }: UpgradePlan): void {
  user.say(`somebody deletes the plan ${name}`);
  user.ports.client.delete(resourcePath(KINDS.plans, { namespace, name }));
}

function deleteNamespace(user: ClusterUser, { metadata: { namespace } }: UpgradePlan): void {
  if (user.ports.random() >= 0.4) return;
  user.say(`somebody deletes the namespace ${namespace}`);
  user.ports.client.delete(resourcePath(KINDS.namespaces, { name: namespace }));
}

function stripFinalizer(user: ClusterUser, { metadata: { namespace, name } }: UpgradePlan): void {
  user.say(`somebody removes the finalizers of the plan ${name} and deletes it`);
  const path = resourcePath(KINDS.plans, { namespace, name });
  user.ports.client.delete(path);
  user.ports.client.mergePatch(path, { metadata: { finalizers: null } });
}

function deleteBatch(user: ClusterUser, plan: UpgradePlan): void {
  const batch = pick(user.ports.random, user.batches(plan));
  if (batch === undefined) return;
  const { namespace, name } = batch.metadata;
  user.say(`somebody deletes the batch ${name}, and its finalizers`);
  const path = resourcePath(KINDS.batches, { namespace, name });
  user.ports.client.delete(path);
  user.ports.client.mergePatch(path, { metadata: { finalizers: null } });
}

/** What happens to plans. */
export const PLAN_DEEDS: readonly Deed[] = [
  { name: 'Action', weight: 5, run: onPlan(actAtRandom) },
  { name: 'Pause', weight: 2, run: onPlan(pause) },
  { name: 'VersionChanged', weight: 4, run: onPlan(changeVersion) },
  { name: 'PlanEdited', weight: 4, run: onPlan(editAtRandom) },
  { name: 'SinkRemoved', weight: 1, run: onPlan(dropSink) },
  { name: 'SharedSinksChanged', weight: 3, run: onPlan(changeSharedSinks) },
  { name: 'SecondPlan', weight: 3, run: onPlan(addSecondPlan) },
  { name: 'PlanDeleted', weight: 1, run: onPlan(deletePlan) },
  { name: 'NamespaceDeleted', weight: 1, run: onPlan(deleteNamespace) },
  { name: 'FinalizerStripped', weight: 1, hostile: true, run: onPlan(stripFinalizer) },
  { name: 'BatchDeleted', weight: 1, hostile: true, run: onPlan(deleteBatch) },
];
