import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { isReceiptOf } from '../../../../../src/core/baton/deliveries.ts';
import { isProbe } from '../../../../../src/core/baton/series.ts';
import { isTrue } from '../../../../../src/core/condition.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { whyIdle } from '../../../../../src/core/rollout/fleet/idle-process.ts';
import { daemonSetsOf } from './daemon-sets.ts';
import type { Ledger } from './ledger.ts';
import { checkAlerts } from './alert-invariants.ts';
import { must } from './must.ts';
import type { World } from './world.ts';

/** Whether a process found its work done: as its record says or, where a kill left none, as the node shows. */
function isIdle(world: World, batch: UpgradeBatch, record: NodeRecord, name: string): boolean {
  const known = record.processes?.find((process) => process.name === name);
  if (known !== undefined) return known.state === 'Skipped';
  if (batch.spec.rollback !== undefined) return batch.spec.processes.find((each) => each.name === name)?.template === undefined;
  const node = world.nodes.get(record.name);
  const process = batch.spec.processes.find((candidate) => candidate.name === name);
  const wanted = { version: batch.spec.version, daemonSets: daemonSetsOf(world) };
  return node !== undefined && process !== undefined && whyIdle(process, node, wanted) !== undefined;
}

/** Checks everything that must hold at any instant. */
export function checkWorld(world: World, ledger: Ledger): void {
  ledger.checks += 1;
  const planUid = world.plan?.metadata.uid;
  for (const node of world.nodes.values()) checkNode(world, node, planUid);
  for (const batch of world.batches.values()) checkBatch(world, ledger, batch);
  const generation = world.plan?.metadata.generation ?? 0;
  must((world.plan?.status?.observedGeneration ?? 0) <= generation, 8, () => 'the status is ahead of the spec');
}

function checkNode(world: World, node: NodeFact, planUid: string | undefined): void {
  const host = world.hosts.get(node.name);
  if (host === undefined) return;
  if (node.claim === undefined && node.quarantine === undefined) {
    const says = node.unschedulable ? 'is cordoned by nobody' : 'was uncordoned although it was cordoned before';
    must(node.unschedulable === host.cordonedByAdmin, 4, () => `${node.name} ${says}`);
    must(!node.failedTaint, 4, () => `${node.name} has a taint without a quarantine`);
    must(node.kept.length === host.kept.length, 4, () => `${node.name} keeps annotations of ours`);
  }
  if (node.quarantine !== undefined) {
    must(node.quarantine.reason !== '' && node.quarantine.batch !== '', 4, () => `${node.name} is quarantined without a reason`);
  }
  if (node.claim !== undefined && node.claim === planUid)
    must(node.turn !== undefined, 4, () => `${node.name} is claimed without a turn`);
}

function checkBatch(world: World, ledger: Ledger, batch: UpgradeBatch): void {
  const { uid, name } = batch.metadata;
  for (const receipt of batch.status?.notification?.receipts ?? []) {
    const delivered = world.deliveries.some((delivery) => delivery.id === receipt.id && delivery.sink === receipt.sink);
    must(isReceiptOf(batch, receipt), 1, () => `${name} has a receipt of another notification`);
    must(
      receipt.outcome === 'Reached' ? isProbe(receipt) : receipt.outcome === 'Failed' || delivered,
      1,
      () => `${name} has a receipt of ${receipt.sink} for what was never sent`,
    );
  }
  checkAlerts(world, ledger, batch);
  if (!isTrue(batch.status?.conditions, 'Settled')) {
    must(!ledger.settled.has(uid), 8, () => `${name} was settled and is open again`);
    return;
  }
  if (ledger.settled.has(uid)) return;
  ledger.settled.add(uid);
  for (const record of batch.status?.nodes ?? []) {
    const terminal = ['Succeeded', 'RolledBack', 'Failed', 'Skipped', 'NotAttempted'].includes(record.state);
    must(terminal, 8, () => `${name} is settled, but ${record.name} is ${record.state}`);
    const entry = batch.spec.nodes.find((node) => node.name === record.name);
    const good = record.state === 'Succeeded' || record.state === 'RolledBack';
    if (!good || entry === undefined) continue;
    const missing = entry.processes.find(
      (process) => !isIdle(world, batch, record, process) && !world.upgraded.has(`${uid}/${entry.uid}/${process}`),
    );
    must(
      missing === undefined,
      8,
      () => `${record.name} is said to have succeeded in ${name}, but ${missing ?? ''} was not done`,
    );
  }
  const claimed = [...world.nodes.values()].find((node) => node.turn?.batchUid === uid && node.claim === batch.spec.planUid);
  must(claimed === undefined, 8, () => `${name} is settled, but ${claimed?.name ?? ''} is in its turn`);
}
