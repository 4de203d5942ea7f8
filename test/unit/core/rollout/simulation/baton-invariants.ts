import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import { finalReceipts } from '../../../../../src/core/baton/deliveries.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { selects } from '../../../../../src/core/selector.ts';
import { must } from './must.ts';
import type { World } from './world.ts';

function mayHold(snapshot: PlanSnapshot, node: NodeFact): boolean {
  const allowed = selects(snapshot.plan.spec.notify?.agent?.nodeSelector, node.labels);
  return allowed && node.ready && !node.leaving && node.quarantine === undefined && !node.failedTaint;
}

/** Before its own turn disrupts it, the holder gives the baton to a node that is done, if there is one. */
export function checkHandOver(
  plan: UpgradePlan,
  snapshot: PlanSnapshot,
  batch: UpgradeBatch | undefined,
  { node, turn }: Extract<Command, { kind: 'OpenTurn' }>,
): void {
  const { lease } = snapshot;
  if ((plan.spec.notify?.sinks ?? []).length === 0) return;
  if (!turn.cordoned || batch === undefined || lease?.batchUid !== batch.metadata.uid || lease.holder !== node.name) return;
  const helper = batch.spec.nodes.find((entry) => {
    const other = snapshot.nodes.get(entry.name);
    const done = batch.status?.nodes?.find((record) => record.name === entry.name)?.state === 'Succeeded';
    return entry.name !== node.name && other !== undefined && done && mayHold(snapshot, other);
  });
  must(helper === undefined, 3, () => `${node.name} has its turn with the baton although ${helper?.name ?? ''} could take it`);
}

/** Consecutive batches have different senders, and nobody holds the baton that may not. */
export function checkPassBaton(world: World, snapshot: PlanSnapshot, { to }: Extract<Command, { kind: 'PassBaton' }>): void {
  const index = snapshot.batches.findIndex((batch) => batch.metadata.uid === to.batchUid);
  const previous = snapshot.batches[index - 1];
  const node = world.nodes.get(to.node);
  must(node !== undefined && mayHold(snapshot, node), 3, () => `${to.node} may not hold the baton`);
  if (previous === undefined) return;
  const sender = world.receiptsOf(previous).findLast((receipt) => receipt.outcome === 'Delivered')?.node;
  // A backlog is told by the next batch's agent, which then speaks for its own batch as well: nobody else is to do it.
  if (sender !== to.node || previous.status?.agent !== sender) return;
  // New nodes that the plan ignores are not its own.
  const others = [...surveyFleet(snapshot).selected.values()].filter((other) => {
    return mayHold(snapshot, other) && other.name !== to.node && other.name !== world.lease?.holder && other.claim === undefined;
  });
  must(
    others.length === 0,
    3,
    () => `${to.node} told ${previous.metadata.name} and would tell ${to.batch}, although ${others[0]?.name ?? ''} could`,
  );
}

/** No batch is made before everybody has got the notification of the last one, where the plan requires it and nobody has resumed it. */
export function checkRequired(plan: UpgradePlan, { batches, revision }: PlanSnapshot): void {
  const last = batches.at(-1);
  if (plan.spec.notify?.required !== true || last?.spec.revision !== revision || last.status?.resumed !== undefined) return;
  const { sinks = [] } = last.status?.notification ?? {};
  const told = finalReceipts(last.status?.notification).filter(
    ({ outcome, reason }) => outcome === 'Delivered' || reason === 'SinkRemoved',
  );
  const silent = sinks.find((sink) => !told.some((receipt) => receipt.sink === sink));
  must(silent === undefined, 1, () => `a batch is made although ${silent ?? ''} was not told of ${last.metadata.name}`);
}
