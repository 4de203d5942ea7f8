import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { selects } from '../../core/selector.ts';
import type { Invariant, Scene } from './invariant.ts';
import type { Change } from './observation.ts';
import { batchesOf, isSelected } from './rollout.ts';
import { startOf } from './starts.ts';
import type { StoredNode } from './stored-objects.ts';

/** Who holds the baton. */
export const BATON_INVARIANTS: readonly Invariant[] = [
  { number: 3, name: 'HolderMayHold', onChange: whyHolderMayNot },
  { number: 3, name: 'SendersAlternate', onChange: whySenderRepeats },
  { number: 3, name: 'HolderHandsOver', onChange: whyHolderKeepsBaton },
];

/** Whether a Node has been unable to hold the baton for longer than programs need to notice. */
function mayNotHold({ ledger, now, reactionMs }: Scene, plan: UpgradePlan, { name, labels }: StoredNode): boolean {
  if (!selects(plan.spec.notify?.agent?.nodeSelector, labels)) return true;
  return now - (ledger.unfitSince.get(name) ?? now) > reactionMs;
}

/** Whether a Node could hold the baton, for long enough that everybody knows. */
function couldHold({ ledger }: Scene, plan: UpgradePlan, { name, labels }: StoredNode): boolean {
  return selects(plan.spec.notify?.agent?.nodeSelector, labels) && !ledger.unfitSince.has(name);
}

interface Passing {
  readonly plan: UpgradePlan;
  readonly holder: string;
  readonly previousHolder: string;
  readonly batchUid: string;
}

/** The baton that a change passes to another node or another batch. */
function passingOf({ observation }: Scene, change: Change): Passing | undefined {
  if (change.kind !== 'Lease' || change.after === undefined || change.after.group !== undefined) return undefined;
  const { before, after } = change;
  const plan = observation.plans.get(after.planUid);
  if (plan === undefined || after.holder === '') return undefined;
  if (before?.holder === after.holder && before.batchUid === after.batchUid) return undefined;
  return { plan, holder: after.holder, previousHolder: before?.holder ?? '', batchUid: after.batchUid };
}

function whyHolderMayNot(scene: Scene, change: Change): string | undefined {
  const passing = passingOf(scene, change);
  if (passing === undefined || passing.holder === passing.previousHolder) return undefined;
  const node = scene.observation.nodes.get(passing.holder);
  if (node === undefined) {
    const gone = [...scene.ledger.removedNodes.values()].find((each) => each.node.name === passing.holder);
    const isKnown = gone === undefined || scene.now - gone.at > scene.reactionMs;
    return isKnown ? `${passing.holder} gets the baton, but there is no such Node` : undefined;
  }
  return mayNotHold(scene, passing.plan, node) ? `${passing.holder} gets the baton, but may not hold it` : undefined;
}

/** The node that delivered the last message of a batch. */
function senderOf({ status }: UpgradeBatch): string | undefined {
  return status?.notification?.receipts?.findLast(({ outcome }) => outcome === 'Delivered')?.node;
}

function whySenderRepeats(scene: Scene, change: Change): string | undefined {
  const passing = passingOf(scene, change);
  if (passing === undefined) return undefined;
  const { plan, holder, previousHolder, batchUid } = passing;
  const batches = batchesOf(scene.observation, plan.metadata.uid);
  const previous = batches[batches.findIndex(({ metadata }) => metadata.uid === batchUid) - 1];
  const sender = previous === undefined ? undefined : senderOf(previous);
  // The agent of the next batch sends a backlog too, and then its own batch: nobody else is needed.
  if (previous === undefined || sender !== holder || previous.status?.agent !== sender) return undefined;
  const other = [...scene.observation.nodes.values()].find((node) => {
    const isFree = node.claim === undefined && node.name !== holder && node.name !== previousHolder;
    const isNew = plan.spec.newNodes.policy === 'Ignore' && isNewerThanRun(node, batches);
    return isFree && !isNew && isSelected(plan, node) && couldHold(scene, plan, node);
  });
  if (other === undefined) return undefined;
  return `${holder} sent the messages of ${previous.metadata.name} and gets the baton again, although ${other.name} could take it`;
}

function isNewerThanRun({ createdTime }: StoredNode, [first]: readonly UpgradeBatch[]): boolean {
  return first !== undefined && createdTime > Date.parse(first.metadata.creationTimestamp);
}

/** Before its own turn disrupts it, the holder passes the baton to a node that is done, if there is one. */
function whyHolderKeepsBaton(scene: Scene, change: Change): string | undefined {
  const start = startOf(scene, change);
  if (start?.kind !== 'Turn' || start.batch === undefined || change.kind !== 'Node') return undefined;
  const { plan, batch, node } = start;
  if (change.after?.turn?.cordoned !== true || (plan.spec.notify?.sinks ?? []).length === 0) return undefined;
  const lease = [...scene.observation.leases.values()].find(
    ({ group, planUid }) => group === undefined && planUid === plan.metadata.uid,
  );
  if (lease?.holder !== node || lease?.batchUid !== batch.metadata.uid) return undefined;
  const helper = batch.spec.nodes.find(({ name }) => {
    const other = scene.observation.nodes.get(name);
    const isDone = batch.status?.nodes?.find((record) => record.name === name)?.state === 'Succeeded';
    return name !== node && other !== undefined && isDone && couldHold(scene, plan, other);
  });
  return helper === undefined ? undefined : `${node ?? ''} has its turn with the baton, although ${helper.name} could take it`;
}
