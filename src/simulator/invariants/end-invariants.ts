import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { COMPONENTS, LABELS } from '../../api/names.ts';
import { findCondition } from '../../core/condition.ts';
import type { Invariant, Scene } from './invariant.ts';
import { batchesOf, currentRun, isSelected } from './rollout.ts';

/** Summaries of plans that have nothing left to do. */
const OVER = new Set(['Succeeded', 'Failed', 'Aborted', 'RolledBack']);
/** Reasons for which a plan waits on its own for a time that will come. */
const WAITS_FOR_TIME = new Set(['WindowClosed', 'Frozen', 'Freeze', 'SoakPending', 'Soaking']);

/** How runs end. */
export const END_INVARIANTS: readonly Invariant[] = [
  { number: 7, name: 'EveryPlanEnds', atEnd: eachPlan(whyNotEnded) },
  { number: 7, name: 'EndedPlanFreesGroup', atEnd: eachPlan(whyGroupIsHeld) },
  { number: 8, name: 'SucceededHasVersion', atEnd: eachPlan(whyVersionIsMissing) },
  { number: 7, name: 'NothingPullsAtEnd', atEnd: whyStillPulling },
  { number: 5, name: 'NoJobRunsAtEnd', atEnd: whyStillRunning },
];

function eachPlan(check: (scene: Scene, plan: UpgradePlan) => string | undefined): NonNullable<Invariant['atEnd']> {
  return (scene) => {
    for (const plan of scene.observation.plans.values()) {
      const why = check(scene, plan);
      if (why !== undefined) return why;
    }
    return undefined;
  };
}

/** A plan has ended, or it is stopped and says why and what to do, or it waits for a time. */
function whyNotEnded(_scene: Scene, { metadata, status }: UpgradePlan): string | undefined {
  const { summary, reason, conditions } = status ?? {};
  const stalled = findCondition(conditions, 'Stalled') ?? findCondition(conditions, 'RolloutStalled');
  const isStopped = stalled?.status === 'True' && stalled.message !== '';
  if (isStopped || OVER.has(summary ?? '') || summary === 'Paused' || WAITS_FOR_TIME.has(reason ?? '')) return undefined;
  const message = findCondition(conditions, 'Ready')?.message ?? '';
  return `${metadata.name} does not end: ${summary ?? 'no status'} (${reason ?? ''}): ${message}`;
}

function whyGroupIsHeld({ observation }: Scene, { metadata, status }: UpgradePlan): string | undefined {
  if (!OVER.has(status?.summary ?? '')) return undefined;
  const held = [...observation.leases.values()].find(({ group, planUid }) => group !== undefined && planUid === metadata.uid);
  return held === undefined ? undefined : `${metadata.name} has ended and keeps the exclusive group ${held.group ?? ''}`;
}

/** Where everything has succeeded, every selected host is at the version. */
function whyVersionIsMissing({ observation, world }: Scene, plan: UpgradePlan): string | undefined {
  if (plan.status?.reason !== 'AllSucceeded') return undefined;
  const [first] = currentRun(batchesOf(observation, plan.metadata.uid));
  const start = first === undefined ? Infinity : Date.parse(first.metadata.creationTimestamp) + 1000;
  for (const { nodeName, name, upgradedTo } of world.hosts()) {
    const node = observation.nodes.get(nodeName);
    const isIgnored = plan.spec.newNodes.policy === 'Ignore' && (node?.createdTime ?? 0) > start;
    const hasMark = Object.values(node?.done ?? {}).some(({ version }) => version === plan.spec.version);
    const isCurrent = upgradedTo === plan.spec.version || node?.kernelVersion.includes(plan.spec.version) === true;
    if (node === undefined || isIgnored || !isSelected(plan, node) || isCurrent) continue;
    // With several plans, the host's version is that of whichever ran last.
    if ((upgradedTo === undefined || observation.plans.size > 1) && hasMark) continue;
    return `${plan.metadata.name} has succeeded at ${plan.spec.version}, but ${name} is at ${upgradedTo ?? 'the version it came with'}`;
  }
  return undefined;
}

function whyStillPulling({ observation }: Scene): string | undefined {
  const left = [...observation.pods.values()].find(({ labels, deleting }) => {
    const isOver = OVER.has(observation.plans.get(labels[LABELS.planUid] ?? '')?.status?.summary ?? 'Succeeded');
    return labels[LABELS.component] === COMPONENTS.prePull && !deleting && isOver;
  });
  return left === undefined ? undefined : `${left.name} still pulls images for a plan that has nothing left to do`;
}

function whyStillRunning({ observation }: Scene): string | undefined {
  const left = [...observation.jobs.values()].find(({ outcome, planUid, component }) => {
    const isOver = OVER.has(observation.plans.get(planUid)?.status?.summary ?? 'Succeeded');
    return outcome === 'Active' && component === COMPONENTS.upgrade && isOver;
  });
  return left === undefined ? undefined : `${left.process} runs on ${left.node} for a plan that has nothing left to do`;
}
