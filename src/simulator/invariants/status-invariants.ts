import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { isTrue } from '../../core/condition.ts';
import { asObject, isJsonObject, parseObject, type Json } from '../../core/json.ts';
import type { Invariant, Scene } from './invariant.ts';
import type { Change, Exchange } from './observation.ts';
import { resourceOf } from './requests.ts';
import { batchesOf } from './rollout.ts';

const TERMINAL = new Set(['Succeeded', 'RolledBack', 'Failed', 'Skipped', 'NotAttempted']);

/** The status says what was observed, and is never ahead of it. */
export const STATUS_INVARIANTS: readonly Invariant[] = [
  { number: 8, name: 'StatusNotAheadOfSpec', onChange: whyAhead },
  { number: 8, name: 'SettledStaysSettled', onChange: eachBatch(whyOpenAgain) },
  { number: 8, name: 'SettledIsTerminal', onChange: whenSettled(whyNotTerminal) },
  { number: 8, name: 'SettledHasNoTurn', onChange: whenSettled(whyStillClaimed) },
  { number: 8, name: 'SucceededWasDone', onChange: eachBatch(whyNotDone) },
  { number: 8, name: 'LostHostFailed', onChange: eachBatch(whyLostHostSkipped) },
  { number: 8, name: 'IndexRises', onChange: whyIndexFalls },
  { number: 8, name: 'ActionExisted', onChange: whyActionIsUnknown },
  { number: 8, name: 'StoredAsWanted', onExchange: whyStoredDiffers },
];

interface BatchChange {
  readonly before: UpgradeBatch | undefined;
  readonly after: UpgradeBatch;
}

function eachBatch(check: (scene: Scene, change: BatchChange) => string | undefined): NonNullable<Invariant['onChange']> {
  return (scene: Scene, change: Change) => {
    if (change.kind !== 'Batch' || change.after === undefined) return undefined;
    return check(scene, { before: change.before, after: change.after });
  };
}

function isSettled(batch: UpgradeBatch | undefined): boolean {
  return isTrue(batch?.status?.conditions, 'Settled');
}

function whenSettled(check: (scene: Scene, batch: UpgradeBatch) => string | undefined): NonNullable<Invariant['onChange']> {
  return eachBatch((scene, { before, after }) => (isSettled(after) && !isSettled(before) ? check(scene, after) : undefined));
}

function whyAhead(_scene: Scene, change: Change): string | undefined {
  if (change.kind !== 'Plan' || change.after === undefined) return undefined;
  const { metadata, status } = change.after;
  const isAhead = (status?.observedGeneration ?? 0) > metadata.generation;
  return isAhead ? `the status of ${metadata.name} is ahead of its spec` : undefined;
}

function whyOpenAgain(_scene: Scene, { before, after }: BatchChange): string | undefined {
  return isSettled(before) && !isSettled(after) ? `${after.metadata.name} was settled and is open again` : undefined;
}

function whyNotTerminal(_scene: Scene, { metadata, status }: UpgradeBatch): string | undefined {
  const open = (status?.nodes ?? []).find(({ state }) => !TERMINAL.has(state));
  return open === undefined ? undefined : `${metadata.name} is settled, but ${open.name} is ${open.state}`;
}

function whyStillClaimed({ observation }: Scene, { metadata, spec }: UpgradeBatch): string | undefined {
  const claimed = [...observation.nodes.values()].find(
    ({ claim, turn }) => claim === spec.planUid && turn?.batchUid === metadata.uid,
  );
  return claimed === undefined ? undefined : `${metadata.name} is settled, but ${claimed.name} is in its turn`;
}

/** Whoever has succeeded has completed Jobs, unless its record says that there was nothing to do. */
function whyNotDone({ ledger }: Scene, { before, after }: BatchChange): string | undefined {
  for (const record of after.status?.nodes ?? []) {
    if (record.state !== 'Succeeded' && record.state !== 'RolledBack') continue;
    if (before?.status?.nodes?.find(({ name }) => name === record.name)?.state === record.state) continue;
    const entry = after.spec.nodes.find(({ name }) => name === record.name);
    const missing = entry?.processes.find((name) => {
      const process = after.spec.processes.find((each) => each.name === name);
      // What DaemonSets, updaters, and Jobs that may be lost in a reboot have done shows on the node instead.
      const leavesNoJob = process?.template === undefined || process.disruption === 'Reboot' || process.verify !== undefined;
      const isSkipped = record.processes?.find((each) => each.name === name)?.state === 'Skipped';
      return !leavesNoJob && !isSkipped && !ledger.completed.has(`${after.metadata.uid}/${entry.uid}/${name}`);
    });
    if (missing !== undefined)
      return `${record.name} is said to have succeeded in ${after.metadata.name}, but ${missing} was not done`;
  }
  return undefined;
}

/** A host that goes away after its upgrade has begun has failed. */
function whyLostHostSkipped({ ledger }: Scene, { before, after }: BatchChange): string | undefined {
  for (const { name, state, reason } of after.status?.nodes ?? []) {
    if (state !== 'Skipped' || before?.status?.nodes?.find((record) => record.name === name)?.state === 'Skipped') continue;
    const uid = after.spec.nodes.find((node) => node.name === name)?.uid ?? '';
    const removed = ledger.removedNodes.get(uid);
    if (removed === undefined || removed.node.leaving || !ledger.begun.has(`${after.metadata.uid}/${uid}`)) continue;
    return `${name} counts as skipped (${reason ?? ''}) although its host was lost in mid-upgrade`;
  }
  return undefined;
}

function whyIndexFalls({ observation }: Scene, change: Change): string | undefined {
  if (change.kind !== 'Batch' || change.before !== undefined || change.after === undefined) return undefined;
  const { metadata, spec } = change.after;
  const plan = observation.plans.get(spec.planUid);
  const others = batchesOf(observation, spec.planUid).filter((other) => other.metadata.uid !== metadata.uid);
  const last = Math.max(plan?.status?.lastBatchIndex ?? 0, ...others.map((other) => other.spec.index));
  return spec.index > last ? undefined : `${metadata.name} has the index ${spec.index} after ${last}`;
}

/** Approvals, resumptions and pauses name an UpgradeAction that somebody created. */
function whyActionIsUnknown({ ledger }: Scene, change: Change): string | undefined {
  if ((change.kind !== 'Batch' && change.kind !== 'Plan') || change.after === undefined) return undefined;
  const { metadata, status = {} } = change.after;
  const named = ['approved', 'resumed', 'pausedBy'].flatMap((field) => {
    const { action } = asObject((status as Json)[field]);
    return typeof action === 'string' ? [action] : [];
  });
  const unknown = named.find((action) => !ledger.actions.has(`${metadata.namespace}/${action}`));
  return unknown === undefined ? undefined : `${metadata.name} names the action ${unknown}, which nobody created`;
}

/** The operator sends whole statuses: what a patch lacks is to be absent, at any depth. */
function whyStoredDiffers(_scene: Scene, { from, request, response }: Exchange): string | undefined {
  const { resource, name, subresource } = resourceOf(request.path);
  const isStatus = subresource === 'status' && (resource === 'upgradeplans' || resource === 'upgradebatches');
  if (!from.startsWith('operator') || request.method !== 'PATCH' || !isStatus) return undefined;
  if (response.status !== 200 || !('body' in response)) return undefined;
  const wanted = parseObject(request.body)?.['status'];
  const stored = parseObject(response.body)?.['status'];
  const field = extraField(asObject(stored), asObject(wanted));
  return field === undefined ? undefined : `the status of ${name ?? ''} keeps ${field}, which the operator does not want`;
}

/** The path of a field that is stored, but was not wanted; undefined: there is none. Lists are stored whole. */
function extraField(stored: Json, wanted: Json, path = 'status'): string | undefined {
  for (const [key, value] of Object.entries(stored)) {
    const sent = wanted[key];
    if (sent === undefined || sent === null) return `${path}.${key}`;
    const extra = isJsonObject(value) ? extraField(value, asObject(sent), `${path}.${key}`) : undefined;
    if (extra !== undefined) return extra;
  }
  return undefined;
}
