import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import type { Ledger } from './ledger.ts';
import { must } from './must.ts';
import type { World } from './world.ts';

/** Whether a batch takes another one back. */
export function takesBack(batch: UpgradeBatch | undefined): boolean {
  return batch?.spec.rollback !== undefined;
}

/** A rollback goes on only while it is on record, and nothing but a rollback does then. */
export function checkKind({ plan, revision }: PlanSnapshot, rollback: boolean, what: string): void {
  const recorded = plan.status?.rollback?.revision === revision;
  must(recorded || !rollback, 6, () => `${what} is to go back although no rollback is on record`);
  must(!recorded || rollback, 6, () => `${what} starts although a rollback is under way`);
}

/** A node goes back only from what this rollout has done to it, and to a version that somebody knows. */
export function checkWayBack({ batches }: PlanSnapshot, batch: UpgradeBatch, node: NodeFact): void {
  const of = batches.find((other) => other.metadata.name === batch.spec.rollback?.batch);
  const record = of?.status?.nodes?.find(({ name }) => name === node.name);
  const touched = record?.state === 'Succeeded' || record?.state === 'Failed';
  must(
    touched,
    6,
    () => `${node.name} is to go back, but ${of?.metadata.name ?? 'no batch'} has it as ${record?.state ?? 'nothing'}`,
  );
  const entry = batch.spec.nodes.find(({ name }) => name === node.name);
  const known = entry?.fromVersion !== undefined && entry.fromVersion !== batch.spec.version;
  must(known, 6, () => `${node.name} is to go back to ${entry?.fromVersion ?? 'nobody knows what'}`);
}

/** A node that was rolled back is at its old version, is done in no revision, and is in quarantine no more. */
export function checkBack(
  world: World,
  batch: UpgradeBatch,
  { node, done, endQuarantine }: Extract<Command, { kind: 'CloseTurn' }>,
): void {
  if (done === undefined) return;
  const { name } = node;
  const version = batch.spec.nodes.find((entry) => entry.name === name)?.fromVersion;
  must(done.revision === 'rolled-back', 5, () => `${name} counts as done at ${done.revision} after its rollback`);
  must(done.version === version, 8, () => `${name} is marked as ${done.version} instead of ${version ?? 'nothing'}`);
  const host = world.hosts.get(name)?.version;
  must(host === version, 8, () => `${name} is said to be back at ${version ?? ''}, and its host is at ${host ?? 'nothing'}`);
  must(node.quarantine === undefined || endQuarantine === true, 4, () => `${name} is back and stays quarantined`);
}

/** After a rollback its rollout does not come to a node again unless somebody asks for it. */
export function checkNotAgain(ledger: Ledger, run: readonly UpgradeBatch[], node: NodeFact): void {
  const back = ledger.rolledBack.get(node.uid);
  // A plan that has been at another revision meanwhile begins anew.
  if (!run.some((batch) => batch.metadata.name === back)) return;
  const asked = run.some((batch) =>
    batch.status?.nodes?.some((record) => record.name === node.name && record.retriedBy !== undefined),
  );
  must(asked, 5, () => `${node.name} is upgraded again after its rollback in ${back ?? ''}, and nobody asked for it`);
}
