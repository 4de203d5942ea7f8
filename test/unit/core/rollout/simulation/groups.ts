import { groupLeaseName } from '../../../../../src/core/rollout/batch/exclusive-group.ts';
import type { World } from './world.ts';

/** What creating the Lease of a group comes to: only one can. */
export function takeGroup(world: World, group: string, planUid: string): 'Applied' | 'Refused' {
  if (world.groups.some((fact) => fact.group === group)) return 'Refused';
  const plan = planUid === world.plan?.metadata.uid ? `fleet/${world.plan.metadata.name}` : 'fleet/other';
  const identity = { name: groupLeaseName(group), uid: world.fresh('group'), resourceVersion: '1' };
  world.groups = [...world.groups, { ...identity, group, plan, planUid, planGone: false }];
  world.touch();
  return 'Applied';
}

/** What deleting it comes to. */
export function leaveGroup(world: World, uid: string): 'Applied' | 'Nothing' {
  if (!world.groups.some((fact) => fact.uid === uid)) return 'Nothing';
  world.groups = world.groups.filter((fact) => fact.uid !== uid);
  world.touch();
  return 'Applied';
}

/** Another plan that takes the group whenever it can, has it for a while, and now and then is deleted in the middle of that. */
export function addRival(world: World, group: string): void {
  const { random, time } = world;
  const rounds = random.between(1, 4);
  const attempt = (left: number): void => {
    if (left === 0) return;
    const taken = takeGroup(world, group, 'uid-of-other') === 'Applied';
    const again = (): void => time.after(random.between(30, 200) * 1000, () => attempt(taken ? left - 1 : left));
    if (!taken) {
      if (world.plan !== undefined) again();
      return;
    }
    world.say(() => `another plan takes the group ${group}`);
    time.after(random.between(10, 400) * 1000, () => {
      const own = world.groups.find((fact) => fact.group === group && fact.planUid === 'uid-of-other');
      if (own === undefined) return;
      if (left === 1 && random.chance(0.3)) {
        world.say(() => 'the other plan is gone, and its Lease is still there');
        world.groups = world.groups.map((fact) => (fact === own ? { ...fact, planGone: true } : fact));
        world.touch();
        return;
      }
      world.say(() => `another plan leaves the group ${group}`);
      leaveGroup(world, own.uid);
      again();
    });
  };
  time.after(random.between(0, 100) * 1000, () => attempt(rounds));
}

/** Another plan of the namespace that succeeds at its version after a while. */
export function addDependency(world: World, name: string, version: string): void {
  world.siblings.set(name, { name, version, succeeded: false, dependsOn: [], windows: [] });
  world.time.after(world.random.between(1, 900) * 1000, () => {
    world.say(() => `the plan ${name} has succeeded at ${version}`);
    world.siblings.set(name, { name, version, succeeded: true, dependsOn: [], windows: [] });
    world.touch();
  });
}
