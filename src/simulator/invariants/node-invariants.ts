import type { Invariant, Scene } from './invariant.ts';
import type { Change } from './observation.ts';
import type { StoredNode } from './stored-objects.ts';

/** What Baton leaves on Nodes. */
export const NODE_INVARIANTS: readonly Invariant[] = [
  { number: 4, name: 'CordonRestored', onChange: eachNode(whyCordonNotRestored) },
  { number: 4, name: 'TaintOnlyInQuarantine', onChange: eachNode(whyTaintedWithoutReason) },
  { number: 4, name: 'KeepAwaysRemoved', onChange: eachNode(whyKeptWithoutTurn) },
  { number: 4, name: 'QuarantineHasReason', onChange: eachNode(whyQuarantineHasNoReason) },
  { number: 4, name: 'ClaimHasTurn', onChange: eachNode(whyClaimHasNoTurn) },
  { number: 4, name: 'ClaimRemembersCordon', onChange: eachNode(whyClaimForgetsCordon) },
  { number: 5, name: 'OneClaim', onChange: eachNode(whyClaimedTwice) },
  { number: 4, name: 'NodesFreeAtEnd', atEnd: whyNotFree },
];

interface NodeChange {
  readonly before: StoredNode | undefined;
  readonly after: StoredNode;
}

function eachNode(check: (scene: Scene, change: NodeChange) => string | undefined): NonNullable<Invariant['onChange']> {
  return (scene: Scene, change: Change) => {
    if (change.kind !== 'Node' || change.after === undefined) return undefined;
    return check(scene, { before: change.before, after: change.after });
  };
}

function isFree({ claim, quarantine }: StoredNode): boolean {
  return claim === undefined && quarantine === undefined;
}

function whyCordonNotRestored({ ledger }: Scene, { before, after }: NodeChange): string | undefined {
  if (before === undefined || isFree(before) || !isFree(after)) return undefined;
  const others = ledger.cordonedByOthers.get(after.uid);
  if (others === undefined || others === after.unschedulable) return undefined;
  return `${after.name} ${after.unschedulable ? 'stays cordoned, and nobody knows why' : 'is uncordoned, although it was cordoned before'}`;
}

function whyTaintedWithoutReason(_scene: Scene, { after }: NodeChange): string | undefined {
  const isTainted = after.failedTaint && after.quarantine === undefined && after.claim === undefined;
  return isTainted ? `${after.name} has the taint of a quarantine without one` : undefined;
}

/** What keeps autoscalers away is removed with the turn, unless it was there before. */
function whyKeptWithoutTurn(_scene: Scene, { before, after }: NodeChange): string | undefined {
  const turn = before?.turn;
  if (turn === undefined || before?.claim === undefined || !isFree(after)) return undefined;
  const left = after.kept.filter((key) => !turn.before.kept.includes(key));
  const lost = turn.before.kept.filter((key) => before.kept.includes(key) && !after.kept.includes(key));
  if (left.length > 0) return `${after.name} keeps ${left.join(', ')} after its turn`;
  return lost.length > 0 ? `${after.name} has lost ${lost.join(', ')} with its turn` : undefined;
}

function whyQuarantineHasNoReason(_scene: Scene, { after: { name, quarantine } }: NodeChange): string | undefined {
  if (quarantine === undefined || (quarantine.reason !== '' && quarantine.batch !== '')) return undefined;
  return `${name} is in quarantine without a reason`;
}

function whyClaimHasNoTurn(_scene: Scene, { before, after }: NodeChange): string | undefined {
  const isClaimed = after.claim !== undefined && before?.claim !== after.claim;
  return isClaimed && after.turn === undefined ? `${after.name} is claimed without a turn` : undefined;
}

function whyClaimForgetsCordon(_scene: Scene, { before, after }: NodeChange): string | undefined {
  if (before === undefined || after.claim === undefined || before.claim !== undefined || after.turn === undefined)
    return undefined;
  const expected = before.quarantine?.unschedulableBefore ?? before.unschedulable;
  if (after.turn.before.unschedulable === expected) return undefined;
  return `the claim of ${after.name} forgets that it was ${expected ? '' : 'not '}cordoned before`;
}

function whyClaimedTwice(_scene: Scene, { before, after }: NodeChange): string | undefined {
  if (before?.claim === undefined || after.claim === undefined || before.claim === after.claim) return undefined;
  return `${after.name} is claimed by ${after.claim} while ${before.claim} holds it`;
}

/** Whatever way a run ends, no Node stays claimed, and nothing on Nodes outlives its plan. */
function whyNotFree({ observation }: Scene): string | undefined {
  const { nodes, plans } = observation;
  for (const { name, claim, quarantine, outdatedBy } of nodes.values()) {
    if (claim !== undefined) return `${name} is claimed for ever`;
    if (quarantine !== undefined && !plans.has(quarantine.planUid)) return `${name} is quarantined by a plan that is gone`;
    if (outdatedBy === undefined) continue;
    const isOver = ['Succeeded', 'Failed', 'Aborted'].includes(plans.get(outdatedBy)?.status?.summary ?? 'Succeeded');
    if (isOver) return `${name} keeps the mark of a plan that has nothing left to do`;
  }
  return undefined;
}
