import { findCondition, isTrue, type Condition } from '../../../../../src/core/condition.ts';
import type { UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import { selects } from '../../../../../src/core/selector.ts';
import { awaitingEnd } from '../../../../../src/core/baton/final-sinks.ts';
import { outboxEntries } from '../../../../../src/core/baton/deliveries.ts';
import { kernelOf } from './kubelet.ts';
import { newLedger } from './ledger.ts';
import { Operator } from './operator.ts';
import { planOutsiders } from './outsiders.ts';
import { checkNothingPulls } from './pre-pulls.ts';
import { watchOver } from './people.ts';
import { shareSinks } from './shared-sinks.ts';
import { START } from '../support/objects.ts';
import type { Scenario } from './scenario.ts';
import { checkWorld } from './world-invariants.ts';
import type { World } from './world.ts';

/** Nothing but renewals for so long, and nothing to come: the run has ended. Longer than any deadline of a scenario (ms). */
const QUIET_MS = 20 * 60_000;
/** So many passes at one instant are no work but a whirl. */
const MOST_PASSES_AT_ONCE = 400;
/** A run takes at most so long (ms). */
const LONGEST_MS = 30 * 3600_000;

/** How a run went. */
export interface RunResult {
  readonly steps: number;
  readonly passes: number;
  readonly checks: number;
  /** What the plan came to, in one word. */
  readonly end: string;
}

/** Runs a scenario to its end. Throws at the first step after which an invariant does not hold, or when it does not end. */
export function runScenario(scenario: Scenario): RunResult {
  const run = playScenario(scenario);
  for (;;) {
    const { done, value } = run.next();
    if (done === true) return value;
  }
}

/** The same step by step: a step is a pass of the operator, or something that happens in the cluster. */
export function* playScenario(scenario: Scenario): Generator<undefined, RunResult> {
  const { world } = scenario;
  const ledger = newLedger();
  const operator = new Operator(world, ledger, scenario.operator);
  const outsidersUntil = planOutsiders(world, scenario.trouble);
  if (scenario.people) watchOver(world);
  const start = world.now;
  let steps = 0;
  let at = { instant: world.now, passes: 0 };
  while (world.plan !== undefined && world.now - start < LONGEST_MS) {
    yield;
    if (world.now > outsidersUntil && world.now - world.changedAt > QUIET_MS) break;
    if (world.dirty && world.now >= operator.notBefore) {
      operator.pass();
      at = at.instant === world.now ? { ...at, passes: at.passes + 1 } : { instant: world.now, passes: 1 };
      if (at.passes > MOST_PASSES_AT_ONCE)
        throw new Error('The operator whirls: it passes again and again, and nothing comes of it.');
      continue;
    }
    const wake = world.dirty ? operator.notBefore : operator.wakeAt;
    const next = world.time.nextAt ?? Infinity;
    if (next <= wake) {
      world.time.step();
      checkWorld(world, ledger);
      steps += 1;
    } else {
      world.time.goTo(wake);
      world.dirty = true;
    }
  }
  checkEnd(world, scenario.people);
  return {
    steps: steps + operator.passes,
    passes: operator.passes,
    checks: ledger.checks,
    end: world.plan?.status?.reason ?? 'Deleted',
  };
}

/** A plan with one of these reasons has nothing left to do. */
const ENDED = new Set(['AllSucceeded', 'SomeSkipped', 'SomeFailed']);

/** Every run ends: done, or stopped with a condition that says why and what to do. */
function checkEnd(world: World, people: boolean): void {
  checkNodesAreFree(world);
  checkNothingPulls(world);
  const { plan } = world;
  if (plan === undefined || world.namespaceTerminating) return;
  const { summary, reason, conditions } = plan.status ?? {};
  checkGroups(world, plan);
  const stalled = findCondition(conditions, 'Stalled');
  const stopped = stalled?.status === 'True' && stalled.message !== '';
  // What nobody repairs (a window that is too short for its nodes, say) is told while a window is open; the run may stop at night.
  const night = reason === 'WindowClosed';
  const rests = summary === 'Succeeded' || summary === 'Paused' || stopped || night;
  if (!rests)
    throw new Error(
      `The run does not end: ${summary ?? 'no status'} (${reason ?? ''}): ${findCondition(conditions, 'Ready')?.message ?? ''}`,
    );
  if (people && reason === 'BudgetExceeded') throw new Error(`Nobody can resume the plan: ${stalled?.message ?? ''}`);
  if (reason === 'AllSucceeded') checkVersions(world, plan);
  checkTold(world, conditions);
}

/** Every settled batch was told to every sink, or it is on record why not. */
function checkTold(world: World, conditions: readonly Condition[] | undefined): void {
  for (const batch of world.batches.values()) {
    if (!isTrue(batch.status?.conditions, 'Settled')) continue;
    const open = outboxEntries(batch).flatMap(({ id, sinks }) => sinks.map((sink) => `${sink} (${id})`));
    const excuse = findCondition(conditions, 'NotificationsDelivered')?.reason === 'NoEligibleAgent';
    if (open.length > 0 && !excuse)
      throw new Error(`Invariant 1 is broken: ${batch.metadata.name} was never told to ${open.join(', ')}`);
  }
  checkEndTold(world);
}

/** Whoever asked for the end of the rollout is told it. */
function checkEndTold(world: World): void {
  const { batches, plan } = world;
  const last = [...batches.values()].sort((a, b) => a.spec.index - b.spec.index).at(-1);
  const reason = plan?.status?.reason ?? '';
  if (plan === undefined || last?.spec.version !== plan.spec.version || !(ENDED.has(reason) || reason === 'Aborted')) return;
  const silent = awaitingEnd(shareSinks(world, plan).plan.spec.notify?.sinks ?? [], last);
  if (silent.length > 0) throw new Error(`Invariant 1 is broken: the end was never told to ${silent.join(', ')}`);
}

function checkGroups(world: World, { metadata, status }: UpgradePlan): void {
  const kept = world.groups.find((fact) => fact.planUid === metadata.uid);
  if (kept === undefined || !['Succeeded', 'Failed'].includes(status?.summary ?? '')) return;
  throw new Error(`The plan has ended and keeps the exclusive group ${kept.group}`);
}

function checkVersions(world: World, plan: UpgradePlan): void {
  for (const node of world.nodes.values()) {
    const version = world.hosts.get(node.name)?.version;
    if (!selects(plan.spec.nodeSelector, node.labels) || version === plan.spec.version) continue;
    if (node.info.kernelVersion === kernelOf(plan.spec.version)) continue;
    if (plan.spec.newNodes.policy === 'Ignore' && node.createdTime > START) continue;
    throw new Error(`The plan says AllSucceeded at ${plan.spec.version}, but ${node.name} is at ${version ?? 'nothing'}`);
  }
}

function checkNodesAreFree(world: World): void {
  for (const node of world.nodes.values()) {
    // In a namespace that is being deleted Baton waits for Pods to be gone, and on a lost host they are not.
    if (world.namespaceTerminating && !world.isAlive(node.name)) continue;
    if (node.claim !== undefined && node.claim !== 'uid-of-other')
      throw new Error(`Invariant 4 is broken: ${node.name} is claimed for ever`);
    const done = world.plan === undefined || ENDED.has(world.plan.status?.reason ?? '');
    if (done && node.outdated !== undefined)
      throw new Error(`Invariant 4 is broken: ${node.name} keeps the mark of a plan that has nothing left to do`);
    if (world.plan === undefined && node.quarantine !== undefined)
      throw new Error(`Invariant 4 is broken: ${node.name} is quarantined by a plan that is gone`);
  }
}
