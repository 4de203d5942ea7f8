import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { Gate, UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';

function stepOf(plan: UpgradePlan, batch: UpgradeBatch): UpgradePlan['spec']['batches'][number] | undefined {
  return plan.spec.batches[Math.min(batch.spec.step, plan.spec.batches.length - 1)];
}

/** An answer of a gate that is older than this must not let anything start (ms). */
const OLDEST_MS = 60_000;

/** Why a gate does not let something start, for all that the operator has seen of it; undefined: it does. */
function whyClosed(snapshot: PlanSnapshot, when: Gate['when'], now: number, soakSeconds: number): string | undefined {
  for (const gate of (snapshot.plan.spec.gates ?? []).filter((each) => each.when === when)) {
    const seen = snapshot.gates.get(gate.name);
    if (seen?.open !== true) return `${gate.name} is not known to be open`;
    if (now - seen.observedTime > OLDEST_MS) return `nobody has looked at ${gate.name} lately`;
    const since = seen.closedTime ?? 0;
    if (now - since < gate.forSeconds * 1000) return `${gate.name} is not open for ${gate.forSeconds} s`;
    if (now - since < soakSeconds * 1000) return `${gate.name} was closed during the soak`;
  }
  return undefined;
}

/** Whether nothing was done in a batch, because all its nodes were at the version. */
function isIdle({ status }: UpgradeBatch): boolean {
  return status?.nodes?.every(({ state, reason }) => state === 'Skipped' && reason?.startsWith('Already') === true) === true;
}

/** Why the next batch may not be made after this one; undefined: it may. */
export function whyNotAfter(snapshot: PlanSnapshot, last: UpgradeBatch | undefined, now: number): string | undefined {
  const { plan } = snapshot;
  const step = last === undefined || isIdle(last) ? undefined : stepOf(plan, last);
  const closed = whyClosed(snapshot, 'BeforeBatch', now, step?.soakSeconds ?? 0);
  if (closed !== undefined || last === undefined) return closed;
  const soaked = Date.parse(last.status?.settledTime ?? '') + (step?.soakSeconds ?? 0) * 1000;
  if (now < soaked) return `${last.metadata.name} still soaks`;
  const approved = step?.approval !== 'BeforeNext' || last.status?.approved?.approval === 'BeforeNext';
  return approved ? undefined : `nobody has approved what follows ${last.metadata.name}`;
}

/** Why no node of this batch may get its turn; undefined: it may. */
export function whyNotIn(snapshot: PlanSnapshot, batch: UpgradeBatch, now: number): string | undefined {
  const closed = whyClosed(snapshot, 'BeforeNode', now, 0);
  if (closed !== undefined) return closed;
  const approved = stepOf(snapshot.plan, batch)?.approval !== 'BeforeStart' || batch.status?.approved?.approval === 'BeforeStart';
  return approved ? undefined : `nobody has approved ${batch.metadata.name}`;
}
