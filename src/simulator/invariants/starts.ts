import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { ANNOTATIONS, COMPONENTS, LABELS } from '../../api/names.ts';
import type { Scene } from './invariant.ts';
import type { Change, Observation } from './observation.ts';
import { isRollback } from './rollout.ts';
import type { StoredJob, StoredNode, StoredPod } from './stored-objects.ts';

/** Something that a plan has started. */
export interface Start {
  /** A batch was created, a turn was opened, a Job of an upgrade was created, or a Pod that pulls images was. */
  readonly kind: 'Batch' | 'Turn' | 'Job' | 'Pull';
  /** How to name it in a sentence. */
  readonly what: string;
  readonly plan: UpgradePlan;
  /** The batch that it belongs to; undefined for a pull. */
  readonly batch: UpgradeBatch | undefined;
  /** Name of the node; undefined for a batch. */
  readonly node: string | undefined;
  readonly isRollback: boolean;
}

/** Suffix of the process label of Jobs that verify a node. They end what has begun, so they are not a start. */
const VERIFY = '.verify';

/** What a change has started; undefined when it has started nothing. */
export function startOf({ observation }: Scene, change: Change): Start | undefined {
  if (change.after === undefined) return undefined;
  if (change.kind === 'Node') return turnOf(observation, change.before, change.after);
  if (change.before !== undefined) return undefined;
  switch (change.kind) {
    case 'Batch': {
      const { metadata, spec } = change.after;
      return startIn(observation, spec.planUid, { kind: 'Batch', what: metadata.name, batch: change.after, node: undefined });
    }
    case 'Job':
      return jobStart(observation, change.after);
    case 'Pod':
      return pullStart(observation, change.after);
    default:
      return undefined;
  }
}

function startIn({ plans }: Observation, planUid: string, start: Omit<Start, 'plan' | 'isRollback'>): Start | undefined {
  const plan = plans.get(planUid);
  return plan === undefined ? undefined : { ...start, plan, isRollback: isRollback(start.batch) };
}

function turnOf(observation: Observation, before: StoredNode | undefined, { name, claim, turn }: StoredNode): Start | undefined {
  if (claim === undefined || before?.claim === claim) return undefined;
  const batch = observation.batches.get(turn?.batchUid ?? '');
  return startIn(observation, claim, { kind: 'Turn', what: `the turn of ${name}`, batch, node: name });
}

function jobStart(observation: Observation, { component, process, node, planUid, batchUid }: StoredJob): Start | undefined {
  if (component !== COMPONENTS.upgrade || process.endsWith(VERIFY)) return undefined;
  return startIn(observation, planUid, {
    kind: 'Job',
    what: `${process} on ${node}`,
    batch: observation.batches.get(batchUid),
    node,
  });
}

function pullStart(observation: Observation, { labels, annotations }: StoredPod): Start | undefined {
  if (labels[LABELS.component] !== COMPONENTS.prePull) return undefined;
  const node = annotations[ANNOTATIONS.node] ?? '';
  return startIn(observation, labels[LABELS.planUid] ?? '', { kind: 'Pull', what: `a pull on ${node}`, batch: undefined, node });
}
