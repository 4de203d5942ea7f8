import type {
  NodeRecord,
  UpgradeBatch,
  UpgradeBatchSpec,
  UpgradeBatchStatus,
} from '../../../../../src/api/generated/upgradebatch.ts';
import type { JobProcess, PlanRollback, UpgradePlan, UpgradePlanStatus } from '../../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, aNode, aQuarantined, aSnapshot, byName, done, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, aProcess, at, hash, REVISION, settledStatus, timeAt, type PlanChanges } from '../support/objects.ts';

const BACK = { spec: { containers: [{ name: 'back', image: 'os:$(BATON_FROM_VERSION)' }] } };

/** The Job of a process that can be taken back. */
export function aJobWithWayBack(): JobProcess {
  return { ...aProcess().job, rollback: { template: BACK } };
}

/** When the rollback of the tests was decided. */
export const DECIDED = timeAt(50);

/** The rollback of batch 1, under way. */
export function underWay(changes: Partial<PlanRollback> = {}): UpgradePlanStatus {
  return {
    rollback: { revision: REVISION, scope: 'Batch', batch: 'os-aaaa-1', message: 'by ann', time: DECIDED, ...changes },
  };
}

/** A node that was upgraded, or on which that failed, from 12.8. */
export function upgraded(name: string, changes: Partial<NodeRecord> = {}): NodeRecord {
  const process =
    changes.state === 'Failed' ? ({ name: 'os', state: 'Failed' } as const) : ({ name: 'os', state: 'Succeeded' } as const);
  return { name, state: 'Succeeded', fromVersion: '12.8', processes: [process], ...changes };
}

/** node-1 has failed and is quarantined, node-2 is done, node-3 was not attempted. */
export const RECORDS: readonly NodeRecord[] = [
  upgraded('node-1', { state: 'Failed', reason: 'JobFailed', quarantined: true }),
  upgraded('node-2'),
  { name: 'node-3', state: 'NotAttempted', reason: 'BudgetExceeded' },
];

/** A settled batch with these records. */
export function settled(records = RECORDS, spec: Partial<UpgradeBatchSpec> = {}, status: UpgradeBatchStatus = {}): UpgradeBatch {
  const index = spec.index ?? 1;
  return aBatch(
    records.map(({ name }) => name),
    { name: `os-aaaa-${index}`, spec: { ...spec, index }, status: settledStatus(records, status) },
  );
}

/** A batch that takes batch 1 back on these nodes, from 12.8; open unless records say otherwise. */
export function aRollback(
  nodes: readonly string[],
  status: UpgradeBatchStatus = {},
  spec: Partial<UpgradeBatchSpec> = {},
): UpgradeBatch {
  const { processes, nodes: entries } = aBatch(nodes).spec;
  return aBatch(nodes, {
    name: 'os-aaaa-2',
    spec: {
      index: 2,
      rollback: { batch: 'os-aaaa-1', decidedTime: DECIDED },
      nodes: entries.map((entry) => ({ ...entry, fromVersion: '12.8' })),
      processes: processes.map((process) => ({ ...process, template: BACK })),
      ...spec,
    },
    status,
  });
}

/** The nodes of {@link RECORDS} as they are then. */
export const NODES = byName(aQuarantined('node-1'), done('node-2'), aNode('node-3'), aNode('node-4'));

/** Decides over a plan whose process can be taken back, after batch 1. */
export function pass(snapshot: Partial<PlanSnapshot> = {}, spec: PlanChanges = {}, status?: UpgradePlanStatus): Decision {
  const made = aPlan({ maxUnavailable: 2, notify: { sinks: [] }, processes: [aProcess({ job: aJobWithWayBack() })], ...spec });
  const plan: UpgradePlan = status === undefined ? made : { ...made, status };
  const whole = aSnapshot({ plan, batches: [settled()], nodes: NODES, lease: aLease(), ...snapshot });
  return decide({ snapshot: whole, now: at(100), settings: SETTINGS, hash });
}

/** The spec of the batch that a decision makes, if it makes one. */
export function made({ commands }: Decision): UpgradeBatchSpec | undefined {
  const create = commands.find((command) => command.kind === 'CreateBatch');
  return create === undefined ? undefined : (create.batch['spec'] as UpgradeBatchSpec);
}
