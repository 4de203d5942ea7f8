import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { toInstant } from '../../core/text.ts';
import type { Invariant, Scene } from './invariant.ts';
import { prohibitedSince } from './ledger.ts';
import type { Change } from './observation.ts';
import { batchesOf, currentRun, stepOf, upgradesOf, wasIdle } from './rollout.ts';
import { startOf, type Start } from './starts.ts';
import { isAnyOpen } from './windows.ts';

/** Why something must not have started; undefined: it may have. */
type WhyNot = (scene: Scene, start: Start) => string | undefined;

/** The oldest answer of a gate that may let something start (ms). */
const MAX_GATE_AGE_MS = 60_000;

const ALL = ['Batch', 'Turn', 'Job', 'Pull'] as const;
const WORK = ['Batch', 'Turn', 'Job'] as const;

/** Nothing starts outside of its time. Each rule exists once for batches, turns and pulls, and once for Jobs, which retries are as well. */
export const TIMING_INVARIANTS: readonly Invariant[] = [
  ...rule(
    'Deleted',
    ALL,
    stored(() => 'Deleted'),
  ),
  ...rule(
    'Paused',
    ALL,
    stored(() => 'Paused'),
  ),
  ...rule(
    'Ended',
    ALL,
    stored(({ batch }) => `Ended/${batch?.spec.revision ?? ''}`),
  ),
  ...rule('Superseded', WORK, whySuperseded), // a newer version is wanted
  ...rule('RollingBack', WORK, whyRollingBack), // upgrades wait, and nothing else goes back
  ...rule('DependencyUnmet', ALL, unlessRollback(stored(() => 'Dependency'))),
  ...rule(
    'GroupHeldByOther',
    ALL,
    stored(() => 'Group'),
  ),
  ...rule('WindowClosed', ALL, unlessRollback(whyOutsideWindows)),
  ...rule('Frozen', ALL, unlessRollback(whyFrozen)),
  ...rule('GateClosed', WORK, unlessRollback(whyGateClosed)),
  ...rule('NotApproved', WORK, unlessRollback(whyNotApproved)),
  ...rule('Soaking', ['Batch'], unlessRollback(whySoaking)),
  ...rule('PastBudget', WORK, whyPastBudget),
];

function rule(name: string, kinds: readonly Start['kind'][], whyNot: WhyNot): Invariant[] {
  const others = kinds.filter((kind) => kind !== 'Job');
  return [
    { number: 6, name: `NothingStarts${name}`, onChange: (scene, change) => check(scene, change, others, whyNot) },
    ...(others.length === kinds.length
      ? []
      : [
          {
            number: 6,
            name: `NoJobStarts${name}`,
            onChange: (scene: Scene, change: Change) => check(scene, change, ['Job'], whyNot),
          },
        ]),
  ];
}

function check(scene: Scene, change: Change, kinds: readonly Start['kind'][], whyNot: WhyNot): string | undefined {
  const start = startOf(scene, change);
  if (start === undefined || !kinds.includes(start.kind)) return undefined;
  const why = whyNot(scene, start);
  return why === undefined ? undefined : `${start.what} starts although ${why}`;
}

function unlessRollback(whyNot: WhyNot): WhyNot {
  return (scene, start) => (start.isRollback ? undefined : whyNot(scene, start));
}

/** A prohibition that is stored in the cluster. */
function stored(keyOf: (start: Start) => string): WhyNot {
  return ({ ledger, now, reactionMs }, start) => {
    const found = prohibitedSince(ledger, start.plan.metadata.uid, keyOf(start));
    return found !== undefined && now - found.since > reactionMs ? found.sentence : undefined;
  };
}

function whySuperseded(scene: Scene, start: Start): string | undefined {
  const { plan, batch } = start;
  if (batch === undefined || start.isRollback || batch.spec.version === plan.spec.version) return undefined;
  return stored(() => `Wants/${plan.spec.version}`)(scene, start);
}

function whyRollingBack(scene: Scene, start: Start): string | undefined {
  const { plan, batch } = start;
  if (batch === undefined) return undefined;
  const recorded = plan.status?.rollback?.revision === batch.spec.revision;
  // Once it is done, the record of a rollback is replaced by that of the rollout's end.
  if (start.isRollback) return recorded || plan.status?.ended !== undefined ? undefined : 'no rollback is on record';
  return stored(() => `RollingBack/${batch.spec.revision}`)(scene, start);
}

function whyOutsideWindows({ now, reactionMs }: Scene, { plan }: Start): string | undefined {
  const { windows = [] } = plan.spec;
  if (windows.length === 0 || isAnyOpen(windows, now) || isAnyOpen(windows, now - reactionMs)) return undefined;
  return 'every window is closed';
}

function whyFrozen({ now, reactionMs, observation }: Scene, { plan }: Start): string | undefined {
  const own = (plan.spec.freezes ?? []).map(({ name, from, to }) => ({ name, from: Date.parse(from), to: Date.parse(to) }));
  const frozen = [...own, ...observation.freezes].find(({ from, to }) => from <= now - reactionMs && now < to);
  return frozen === undefined ? undefined : `the freeze ${frozen.name} lasts`;
}

function whyGateClosed(scene: Scene, { kind, plan, batch }: Start): string | undefined {
  const { now, reactionMs, world } = scene;
  const when = kind === 'Batch' ? 'BeforeBatch' : 'BeforeNode';
  const last = kind === 'Batch' && batch !== undefined ? previousUpgrade(scene, batch) : undefined;
  const soakSeconds = last === undefined ? 0 : (stepOf(plan, last)?.soakSeconds ?? 0);
  for (const gate of (plan.spec.gates ?? []).filter((each) => each.when === when)) {
    const closures = world.gates().find(({ name }) => name === gate.name)?.closed ?? [];
    const needed = Math.max(gate.forSeconds, soakSeconds) * 1000;
    // What is too short to be noticed for sure is held against nobody.
    const noticed = closures.find(
      ({ from, to = now }) => to - from > MAX_GATE_AGE_MS + reactionMs && (to === now || now - to < needed),
    );
    if (noticed !== undefined) return `the gate ${gate.name} is closed, or was until a moment ago`;
  }
  return undefined;
}

function whyNotApproved(scene: Scene, { kind, plan, batch }: Start): string | undefined {
  if (batch === undefined) return undefined;
  if (kind !== 'Batch') {
    const isApproved = batch.status?.approved?.approval === 'BeforeStart';
    return stepOf(plan, batch)?.approval !== 'BeforeStart' || isApproved
      ? undefined
      : `nobody has approved ${batch.metadata.name}`;
  }
  const last = previousUpgrade(scene, batch);
  if (last === undefined || wasIdle(last)) return undefined;
  const isApproved = last.status?.approved?.approval === 'BeforeNext';
  return stepOf(plan, last)?.approval !== 'BeforeNext' || isApproved
    ? undefined
    : `nobody has approved what follows ${last.metadata.name}`;
}

function whySoaking(scene: Scene, { plan, batch }: Start): string | undefined {
  const { now, reactionMs } = scene;
  const last = batch === undefined ? undefined : previousUpgrade(scene, batch);
  if (last === undefined || wasIdle(last)) return undefined;
  const settled = toInstant(last.status?.settledTime) ?? now;
  const until = settled + (stepOf(plan, last)?.soakSeconds ?? 0) * 1000;
  return now + reactionMs < until ? `${last.metadata.name} still soaks` : undefined;
}

/** The batch before this one in the same run; undefined when this is the first since the revision or the last rollback began. */
function previousUpgrade({ observation }: Scene, batch: UpgradeBatch): UpgradeBatch | undefined {
  const upTo = batchesOf(observation, batch.spec.planUid).filter(({ spec }) => spec.index <= batch.spec.index);
  return upgradesOf(currentRun(upTo).slice(0, -1)).at(-1);
}

function whyPastBudget(scene: Scene, start: Start): string | undefined {
  const { batch } = start;
  if (batch === undefined) return undefined;
  const since = batch.spec.rollback?.decidedTime;
  const plan = stored(() => (since === undefined ? 'Budget' : `Budget/${since}`))(scene, start);
  return plan ?? (start.kind === 'Batch' ? undefined : stored(() => `Budget/${batch.metadata.uid}`)(scene, start));
}
