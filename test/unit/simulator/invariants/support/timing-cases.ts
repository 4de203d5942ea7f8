import { LABELS, COMPONENTS } from '../../../../../src/api/names.ts';
import type { UpgradePlan, UpgradePlanSpec } from '../../../../../src/api/generated/upgradeplan.ts';
import {
  aBatch,
  aPlan,
  outboxOf,
  resumedBy,
  REVISION,
  settledStatus,
  START,
  timeAt,
  type PlanChanges,
} from '../../../core/rollout/support/objects.ts';
import { cases, type BrokenInvariant } from './broken-invariant.ts';
import type { Stage } from './stage.ts';
import { aStoredJob, aStoredLease, aStoredNode, aStoredPod, batchWith, inTurn, withStatus } from './stored.ts';

/** A plan that is at work on the first of two nodes. */
export function running(stage: Stage, changes: PlanChanges = {}): UpgradePlan {
  const plan = aPlan(changes);
  stage.put('Plan', plan);
  stage.put('Batch', aBatch(['node-1', 'node-2']));
  stage.put('Node', aStoredNode('node-1'));
  stage.put('Node', aStoredNode('node-2'));
  return plan;
}

function opens(stage: Stage): void {
  stage.put('Node', inTurn('node-1'));
}

function startsJob(stage: Stage): void {
  stage.put('Job', aStoredJob('node-1'));
}

function edited(plan: UpgradePlan, changes: Partial<UpgradePlanSpec>): UpgradePlan {
  return { ...plan, spec: { ...plan.spec, ...changes } };
}

/** A reason why nothing may start; both a turn and a Job that start nevertheless are to be found. */
interface Reason {
  readonly name: string;
  readonly given: (stage: Stage) => void;
}

const CLOSED = { name: 'night', schedule: '0 23 * * *', durationSeconds: 3600, timeZone: 'UTC' };
const FREEZE = { name: 'holidays', from: timeAt(-3600), to: timeAt(3600) };

const REASONS: readonly Reason[] = [
  {
    name: 'Deleted',
    given: (stage) => {
      running(stage);
      stage.put('Plan', aPlan({}, { deletionTimestamp: timeAt(0) }));
      stage.wait(10);
    },
  },
  {
    name: 'Paused',
    given: (stage) => {
      stage.put('Plan', edited(running(stage), { paused: true }));
      stage.wait(10);
    },
  },
  {
    name: 'Ended',
    given: (stage) => {
      const ended = { reason: 'Aborted', revision: REVISION, message: 'by a', time: timeAt(0) } as const;
      stage.put('Plan', withStatus(running(stage), { ended }));
      stage.wait(10);
    },
  },
  {
    name: 'Superseded',
    given: (stage) => {
      stage.put('Plan', edited(running(stage), { version: '13.0' }));
      stage.wait(10);
    },
  },
  {
    name: 'RollingBack',
    given: (stage) => {
      const rollback = { revision: REVISION, scope: 'Plan', message: 'by a', time: timeAt(0) } as const;
      stage.put('Plan', withStatus(running(stage), { rollback }));
      stage.wait(10);
    },
  },
  {
    name: 'DependencyUnmet',
    given: (stage) => {
      running(stage, { dependsOn: [{ name: 'firmware', version: '2' }] });
      stage.wait(10);
    },
  },
  {
    name: 'GroupHeldByOther',
    given: (stage) => {
      running(stage, { exclusiveGroup: 'all' });
      stage.put('Lease', aStoredLease('', { uid: 'group', group: 'all', planUid: 'uid-of-other' }));
      stage.wait(10);
    },
  },
  { name: 'WindowClosed', given: (stage) => stage.put('Plan', edited(running(stage), { windows: [CLOSED] })) },
  { name: 'Frozen', given: (stage) => stage.put('Plan', edited(running(stage), { freezes: [FREEZE] })) },
  {
    name: 'GateClosed',
    given: (stage) => {
      const http = { url: 'https://gate.example', expectStatus: 200 };
      running(stage, { gates: [{ name: 'quiet', when: 'BeforeNode', forSeconds: 0, timeoutSeconds: 10, http }] });
      stage.gates = [{ name: 'quiet', closed: [{ from: START - 3_600_000, to: undefined }] }];
    },
  },
  { name: 'NotApproved', given: (stage) => void running(stage, { batches: [{ size: 2, approval: 'BeforeStart' }] }) },
  {
    name: 'PastBudget',
    given: (stage) => {
      running(stage);
      stage.put('Batch', batchWith(aBatch(['node-1', 'node-2']), { nodes: [{ name: 'node-2', state: 'Failed' }] }));
      stage.wait(10);
    },
  },
];

/** The rules about when something may start. */
export const TIMING_CASES = cases([
  ...REASONS.map(({ name, given }) => ({ invariant: `NothingStarts${name}`, given, broken: opens })),
  ...REASONS.map(({ name, given }) => ({ invariant: `NoJobStarts${name}`, given, broken: startsJob })),
  {
    invariant: 'NothingStartsSoaking',
    given: (stage) => {
      stage.put('Plan', aPlan({ batches: [{ size: 1, soakSeconds: 600 }] }));
      stage.put('Batch', aBatch(['node-1'], { status: settledStatus([{ name: 'node-1', state: 'Succeeded' }]) }));
      stage.wait(60);
    },
    broken: (stage) => stage.put('Batch', aBatch(['node-2'], { name: 'os-aaaa-2', spec: { index: 2 } })),
  },
]);

/** Ways in which the same rules are broken by other starts. */
export const OTHER_TIMING_CASES = cases([
  {
    invariant: 'NothingStartsPaused',
    given: (stage) => {
      const pausedBy = { action: 'pause-1', time: timeAt(0) };
      stage.put('Plan', withStatus(running(stage), { pausedBy }));
      stage.wait(10);
    },
    broken: opens,
  },
  {
    invariant: 'NothingStartsFrozen',
    given: (stage) => {
      stage.put('Plan', aPlan({ prePull: 'NextBatch' }));
      stage.put('Freezes', [{ name: 'all', from: START - 60_000, to: START + 60_000 }]);
    },
    broken: (stage) => {
      const labels = { [LABELS.component]: COMPONENTS.prePull, [LABELS.planUid]: 'uid-of-os' };
      stage.put('Pod', aStoredPod('pull', '', { labels }));
    },
  },
  {
    invariant: 'NothingStartsNotApproved',
    given: (stage) => {
      stage.put('Plan', aPlan({ batches: [{ size: 1, approval: 'BeforeNext' }] }));
      stage.put('Batch', aBatch(['node-1'], { status: settledStatus([{ name: 'node-1', state: 'Succeeded' }]) }));
      stage.step();
    },
    broken: (stage) => stage.put('Batch', aBatch(['node-2'], { name: 'os-aaaa-2', spec: { index: 2 } })),
  },
  {
    invariant: 'NothingStartsGateClosed',
    given: (stage) => {
      const http = { url: 'https://gate.example', expectStatus: 200 };
      running(stage, { gates: [{ name: 'quiet', when: 'BeforeNode', forSeconds: 600, timeoutSeconds: 10, http }] });
      stage.gates = [{ name: 'quiet', closed: [{ from: START - 3_600_000, to: START - 60_000 }] }];
    },
    broken: opens,
  },
  {
    invariant: 'NothingStartsPastBudget',
    given: (stage) => {
      running(stage, { failure: { maxFailed: 3 } });
      const batch = aBatch(['node-1', 'node-2'], { spec: { maxFailed: 0 } });
      stage.put('Batch', batchWith(batch, { nodes: [{ name: 'node-2', state: 'Failed' }] }));
      stage.wait(10);
    },
    broken: opens,
  },
  {
    invariant: 'RequiredNotificationFirst',
    given: (stage) => {
      stage.put('Plan', aPlan({ notify: { required: true, sinks: [{ name: 'ops', webhook: { url: 'https://a.example' } }] } }));
      const status = settledStatus([{ name: 'node-1', state: 'Succeeded' }], { notification: outboxOf('os-aaaa-1') });
      stage.put('Batch', aBatch(['node-1'], { status }));
      stage.step();
    },
    broken: (stage) => stage.put('Batch', aBatch(['node-2'], { name: 'os-aaaa-2', spec: { index: 2 } })),
  },
]);

interface AllowedStart extends Omit<BrokenInvariant, 'broken'> {
  readonly why: string;
}

/** What looks alike and is right. */
export const ALLOWED_STARTS = cases<AllowedStart>([
  {
    why: 'a start a moment after the pause, which the operator did not see yet',
    invariant: 'NothingStartsPaused',
    given: (stage) => {
      stage.put('Plan', edited(running(stage), { paused: true }));
      stage.wait(2);
      opens(stage);
    },
  },
  {
    why: 'a start after a Resume that raised the budget',
    invariant: 'NothingStartsPastBudget',
    given: (stage) => {
      running(stage);
      const nodes = [{ name: 'node-2', state: 'Failed' }] as const;
      stage.put('Batch', batchWith(aBatch(['node-1', 'node-2']), { nodes, resumed: resumedBy('resume-1') }));
      stage.wait(10);
      opens(stage);
    },
  },
  {
    why: 'a start under a gate that was closed for too short to be noticed for sure',
    invariant: 'NothingStartsGateClosed',
    given: (stage) => {
      const http = { url: 'https://gate.example', expectStatus: 200 };
      running(stage, { gates: [{ name: 'quiet', when: 'BeforeNode', forSeconds: 600, timeoutSeconds: 10, http }] });
      stage.gates = [{ name: 'quiet', closed: [{ from: START - 90_000, to: START - 60_000 }] }];
      opens(stage);
    },
  },
  {
    why: 'a rollback outside of every window',
    invariant: 'NothingStartsWindowClosed',
    given: (stage) => {
      stage.put('Plan', aPlan({ windows: [CLOSED] }));
      stage.put('Batch', aBatch(['node-1'], { spec: { rollback: { batch: 'os-aaaa-0', decidedTime: timeAt(0) } } }));
      stage.put('Node', aStoredNode('node-1'));
      opens(stage);
    },
  },
]);
