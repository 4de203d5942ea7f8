import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { isOpenByScan } from '../../schedule/minute-scan.ts';
import type { World } from './world.ts';

/** Why nothing may start now; undefined when it may. Windows are looked at minute by minute, which has nothing in common with the decision. */
export function whyNotNow(world: World): string | undefined {
  const { windows = [], freezes = [], dependsOn = [] } = world.plan?.spec ?? {};
  if (windows.length > 0 && !isOpenByScan(windows, world.now)) return 'every window is closed';
  const frozen = [...freezes, ...world.freezes].find(
    ({ from, to }) => Date.parse(from) <= world.now && world.now < Date.parse(to),
  );
  if (frozen !== undefined) return `the freeze ${frozen.name} lasts`;
  const unmet = dependsOn.find(({ name }) => world.siblings.get(name)?.succeeded !== true);
  if (unmet !== undefined) return `${unmet.name} has not succeeded`;
  return whyNotOurs(world);
}

/** Why the plan may not run beside others now: that holds for its rollback as well. */
export function whyNotOurs(world: World): string | undefined {
  const exclusiveGroup = world.plan?.spec.exclusiveGroup;
  const holder = world.groups.find(({ group }) => group === exclusiveGroup)?.planUid;
  if (exclusiveGroup === undefined || holder === world.plan?.metadata.uid) return undefined;
  return `${holder ?? 'nobody'} has the exclusive group`;
}

/** Whether a node joined after the first batch of the revision was made, in a plan that leaves such nodes alone. */
export function isToBeIgnored(world: World, first: UpgradeBatch | undefined, node: NodeFact): boolean {
  if (world.plan?.spec.newNodes.policy !== 'Ignore' || first === undefined) return false;
  // The API server's times are whole seconds.
  return node.createdTime > Date.parse(first.metadata.creationTimestamp) + 1000;
}
