import { findCondition } from '../../../../src/core/condition.ts';
import { anAction } from '../support/objects.ts';
import type { World } from './world.ts';

const LOOK_MS = 60_000;
/** A patient person, but not for ever. */
const MOST_HELPS = 40;

/** A person who looks at the plan once a minute and does what its status says. */
export function watchOver(world: World): void {
  let helps = 0;
  const look = (): void => {
    if (world.plan === undefined || helps >= MOST_HELPS) return;
    if (help(world)) helps += 1;
    world.time.after(LOOK_MS, look);
  };
  world.time.after(LOOK_MS, look);
}

/** Helps when the plan is stuck; says whether it was. */
function help(world: World): boolean {
  const { plan } = world;
  const conditions = plan?.status?.conditions;
  const stalled = findCondition(conditions, 'Stalled');
  if (plan?.status?.summary === 'Paused' && plan.spec.paused) {
    world.editPlan({ paused: false });
    return true;
  }
  if (plan?.status?.reason === 'ApprovalRequired') return approve(world, findCondition(conditions, 'Ready')?.message ?? '');
  if (stalled === undefined || stalled.status !== 'True') return false;
  repair(world);
  release(world);
  if (stalled.reason === 'BudgetExceeded') {
    const batch = /Resume for (?<batch>\S+)/.exec(stalled.message)?.groups?.['batch'];
    if (batch !== undefined && !asked(world, 'Resume', batch)) act(world, { action: 'Resume', batch });
  }
  return true;
}

function asked(world: World, action: string, batch: string): boolean {
  return [...world.actions.values()].some(
    ({ spec, status }) => spec.action === action && spec.batch === batch && status === undefined,
  );
}

/** Approves what the plan's message names. */
function approve(world: World, message: string): true {
  const batch = /action: Approve, batch: (?<batch>[^}]+)}/.exec(message)?.groups?.['batch'];
  if (batch === undefined) throw new Error(`Nobody can tell what to approve: ${message}`);
  if (!asked(world, 'Approve', batch)) act(world, { action: 'Approve', batch });
  return true;
}

/** Switches on what is off, and lets Pods go that no budget would let go. */
function repair(world: World): void {
  for (const [name, host] of world.hosts) {
    const node = world.nodes.get(name);
    if (node === undefined) continue;
    if (!host.alive) {
      host.alive = true;
      world.setNode(name, { ready: true });
    }
    if (host.cordonedByAdmin && node.claim === undefined && node.quarantine === undefined) {
      host.cordonedByAdmin = false;
      world.setNode(name, { unschedulable: false });
    }
  }
  world.budgets.clear();
}

function release(world: World): void {
  const uid = world.plan?.metadata.uid;
  const nodes = [...world.nodes.values()].filter((node) => node.quarantine?.planUid === uid).map((node) => node.name);
  const asked = [...world.actions.values()].some((action) => action.spec.action === 'Release' && action.status === undefined);
  if (nodes.length > 0 && !asked) act(world, { action: 'Release', nodes });
}

function act(world: World, spec: Parameters<typeof anAction>[0]): void {
  const action = anAction(spec, world.fresh(spec.action.toLowerCase()));
  world.actions.set(action.metadata.name, action);
  world.say(() => `somebody creates ${action.metadata.name}: ${spec.batch ?? spec.nodes?.join(', ') ?? ''}`);
  world.touch();
}
