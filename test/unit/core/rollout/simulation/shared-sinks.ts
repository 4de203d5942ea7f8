import type { Sink, UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { sharedSinksKeys, withSharedSinks } from '../../../../../src/core/sinks/shared-sinks.ts';
import type { World } from './world.ts';

const CONFIG_MAP = { name: 'team', key: 'sinks.yaml' };

/** A sink that signs, so that its agent needs a Secret. */
export function signedSink(name: string): Sink {
  return { name, webhook: { url: 'https://hooks.example/upgrades', signingSecretRef: { name, key: 'secret' } } };
}

/** The plan as operator and agents see it: with the sinks of the ConfigMap, or without knowing them. */
export function shareSinks(world: World, plan: UpgradePlan): Pick<PlanSnapshot, 'plan' | 'sharedSinks'> {
  if (sharedSinksKeys(plan).length === 0) return { plan, sharedSinks: { kind: 'Known' } };
  if (world.sharedSinks === undefined)
    return { plan, sharedSinks: { kind: 'Unreadable', message: 'there is no ConfigMap team' } };
  return { plan: withSharedSinks(plan, world.sharedSinks), sharedSinks: { kind: 'Known' } };
}

/** Lets the plan have the sinks of a ConfigMap as well. */
export function addSharedSinks(world: World): void {
  world.sharedSinks = [signedSink('shared-1'), { name: 'shared-2', webhook: { url: 'https://chat.example/' }, send: 'PlanEnd' }];
  if (world.plan === undefined) return;
  const { spec } = world.plan;
  world.plan = { ...world.plan, spec: { ...spec, notify: { ...spec.notify, sinksFrom: [{ configMapRef: CONFIG_MAP }] } } };
}

/** Somebody adds a sink to the plan, or changes or removes the ConfigMap, which comes back after a while. */
export function changeSinks(world: World): void {
  const { plan, random, sharedSinks: before } = world;
  if (plan === undefined || before === undefined) return;
  const added = world.fresh('sink');
  if (sharedSinksKeys(plan).length === 0) {
    world.sinks.set(added, { downUntil: 0, refuses: false });
    world.say(() => `somebody adds ${added} to the plan`);
    world.editPlan({ notify: { ...plan.spec.notify, sinks: [...(plan.spec.notify?.sinks ?? []), signedSink(added)] } });
    return;
  }
  const after = random.chance(0.5) ? [...before, signedSink(added)] : before.slice(1);
  world.sinks.set(added, { downUntil: 0, refuses: false });
  setSharedSinks(world, random.chance(0.5) ? undefined : after);
  if (world.sharedSinks === undefined) world.time.after(random.between(10, 300) * 1000, () => setSharedSinks(world, after));
}

function setSharedSinks(world: World, sinks: readonly Sink[] | undefined): void {
  world.say(() => `the ConfigMap team has ${sinks === undefined ? 'been removed' : sinks.map(({ name }) => name).join(', ')}`);
  world.sharedSinks = sinks;
  world.touch();
}
