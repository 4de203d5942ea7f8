import { findCondition, type Condition } from '../../../../../src/core/condition.ts';
import { anAction } from '../support/objects.ts';
import type { World } from './world.ts';

const LOOK_MS = 60_000;
/** A patient person, but not for ever. */
const MOST_HELPS = 100;

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
  if (plan?.status?.summary === 'Paused' && plan.spec.paused) {
    world.editPlan({ paused: false });
    return true;
  }
  const message = findCondition(conditions, 'Ready')?.message ?? '';
  if (plan?.status?.reason === 'PausedByAction') return goOn(world, message);
  if (plan?.status?.reason === 'ApprovalRequired') return approve(world, message);
  if (plan?.status?.reason === 'RollbackApprovalRequired') return rollBack(world, message);
  const stalled = findCondition(conditions, 'Stalled');
  return stalled?.status === 'True' && unstall(world, stalled);
}

/** Repairs, and does what the message says. */
function unstall(world: World, { reason, message }: Condition): true {
  repair(world);
  if (reason === 'SomeFailed' || (reason === 'RolledBack' && world.random.chance(0.3))) retry(world);
  else release(world);
  if (reason !== 'BudgetExceeded') return true;
  const batch = /Resume for (?<batch>\S+)/.exec(message)?.groups?.['batch'];
  const raised = world.random.chance(0.3) ? { maxFailed: world.random.between(0, 5) } : {};
  if (batch !== undefined && !asked(world, 'Resume', batch)) act(world, { action: 'Resume', batch, ...raised });
  return true;
}

function asked(world: World, action: string, batch: string): boolean {
  return [...world.actions.values()].some(
    ({ spec, status }) => spec.action === action && spec.batch === batch && status === undefined,
  );
}

/** Resumes after an act, as the plan's message says. */
function goOn(world: World, message: string): true {
  const { batch, revision } = /Resume for (?:revision (?<revision>[0-9a-f]+)|(?<batch>[^:\s]+))/.exec(message)?.groups ?? {};
  const open = [...world.actions.values()].some(({ spec, status }) => spec.action === 'Resume' && status === undefined);
  if (batch !== undefined && !open) act(world, { action: 'Resume', batch });
  else if (revision !== undefined && !open) act(world, { action: 'Resume', revision });
  return true;
}

/** Lets what failed be tried again, once or twice; then it is only released. */
function retry(world: World): void {
  const retries = [...world.actions.values()].filter(({ spec }) => spec.action === 'Retry');
  if (retries.some(({ status }) => status === undefined)) return;
  if (retries.length >= 2) release(world);
  else act(world, { action: 'Retry', revision: world.revision().slice(0, 6) });
}

/** Somebody who has seen something: an act at any time, for the batch that is the newest then. */
export function actAtRandom(world: World): void {
  const newest = [...world.batches.values()].findLast((batch) => batch.spec.revision === world.revision());
  const scope = newest === undefined ? { revision: world.revision().slice(0, 6) } : { batch: newest.metadata.name };
  const nodes = [...world.nodes.keys()].filter(() => world.random.chance(0.2)).slice(0, 3);
  const action = world.random.weighted<'Pause' | 'Skip' | 'Retry' | 'Rollback' | 'Abort'>([
    ['Pause', 4],
    ['Skip', 4],
    ['Retry', 3],
    ['Rollback', 3],
    ['Abort', 1],
  ]);
  if (action === 'Rollback' && world.random.chance(0.4)) return act(world, { action, revision: world.revision().slice(0, 8) });
  if (action !== 'Skip') act(world, { action, ...scope });
  else if (nodes.length > 0) act(world, { action, nodes, ...scope });
}

/** Lets the rollback begin that the plan's message names, or lets the rollout go on all the same. */
function rollBack(world: World, message: string): true {
  const { batch, revision } =
    /action: Rollback, (?:batch: (?<batch>[^}]+)|revision: (?<revision>[^}]+))}/.exec(message)?.groups ?? {};
  const newest = /a Resume for (?<newest>[^;\s]+)/.exec(message)?.groups?.['newest'];
  const scope = batch === undefined ? { revision: revision ?? '' } : { batch };
  const open = [...world.actions.values()].some(({ status }) => status === undefined);
  if (newest === undefined || (batch === undefined && revision === undefined)) throw new Error(`What is to go back? ${message}`);
  if (open) return true;
  const action = world.random.weighted<'Rollback' | 'Approve' | 'Resume'>([
    ['Rollback', 5],
    ['Approve', 3],
    ['Resume', 2],
  ]);
  act(world, action === 'Rollback' ? { action, ...scope } : { action, batch: newest });
  return true;
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
