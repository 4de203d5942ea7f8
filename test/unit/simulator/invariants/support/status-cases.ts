import { COMPONENTS, LABELS } from '../../../../../src/api/names.ts';
import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import {
  aBatch,
  anAction,
  aPlan,
  outboxOf,
  PLAN_UID,
  resumedBy,
  settledStatus,
  timeAt,
} from '../../../core/rollout/support/objects.ts';
import { cases } from './broken-invariant.ts';
import type { Stage } from './stage.ts';
import { aJobPod, aStoredJob, aStoredLease, aStoredNode, aStoredPod, batchWith, inTurn, withStatus } from './stored.ts';
import { running } from './timing-cases.ts';

const STATUS = '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradebatches/os-aaaa-1/status';
const SUCCEEDED = [{ name: 'node-1', state: 'Succeeded' }] as const;
const READY = { type: 'Ready', status: 'False', reason: 'BatchRunning', message: '', lastTransitionTime: timeAt(0) } as const;

type Alerts = NonNullable<NonNullable<NonNullable<UpgradeBatch['status']>['notification']>['alerts']>;

function alert(sequence: number, seconds: number, causes: Alerts[number]['causes']): Alerts[number] {
  return { id: `uid-of-os-aaaa-1/${sequence}`, time: timeAt(seconds), action: 'Act', causes, next: '' };
}

const ONE_FAILED = [{ alert: 'NodeFailed', count: 1 }] as const;

function alerted(stage: Stage, ...alerts: Alerts): void {
  const notification = { id: 'uid-of-os-aaaa-1/1', alerts };
  stage.put('Batch', batchWith(aBatch(['node-1']), { nodes: [{ name: 'node-1', state: 'Failed' }], notification }));
}

/** The rules about statuses, notifications, writes, and ends. */
export const STATUS_CASES = cases([
  {
    invariant: 'ReceiptOfOwnMessage',
    given: (stage) => stage.put('Batch', batchWith(aBatch(['node-1']), { notification: outboxOf('os-aaaa-1', 'node-1') })),
    broken: (stage) => {
      const receipt = { sink: 'ops', id: 'uid-of-other/1', outcome: 'Delivered', time: timeAt(0) } as const;
      const notification = { ...outboxOf('os-aaaa-1'), receipts: [receipt] };
      stage.put('Batch', batchWith(aBatch(['node-1']), { notification }));
    },
  },
  {
    invariant: 'ReceiptOfSentMessage',
    given: (stage) => stage.put('Batch', batchWith(aBatch(['node-1']), { notification: outboxOf('os-aaaa-1') })),
    broken: (stage) => stage.put('Batch', batchWith(aBatch(['node-1']), { notification: outboxOf('os-aaaa-1', 'node-1') })),
  },
  {
    invariant: 'OneFinalMessage',
    given: (stage) => stage.put('Batch', batchWith(aBatch(['node-1']), { notification: outboxOf('os-aaaa-1') })),
    broken: (stage) => stage.put('Batch', batchWith(aBatch(['node-1']), { notification: { id: 'uid-of-os-aaaa-1/2' } })),
  },
  {
    invariant: 'OneContentPerId',
    given: (stage) => {
      running(stage);
      stage.messages = [
        { sink: 'ops', id: 'a/1', content: 'all is well' },
        { sink: 'ops', id: 'a/1', content: 'all is well' },
      ];
      stage.step();
    },
    broken: (stage) => {
      stage.messages = [...stage.messages, { sink: 'ops', id: 'a/1', content: 'one has failed' }];
      stage.put('Node', aStoredNode('node-3'));
    },
  },
  {
    invariant: 'BatchesNotifiedAtEnd',
    given: (stage) => stage.put('Plan', aPlan()),
    broken: (stage) => {
      const status = settledStatus(SUCCEEDED, { notification: outboxOf('os-aaaa-1') });
      stage.put('Batch', aBatch(['node-1'], { status }));
      stage.end();
    },
  },
  {
    invariant: 'EndNotified',
    given: (stage) => {
      const sinks = [{ name: 'boss', send: 'PlanEnd', webhook: { url: 'https://a.example' } }] as const;
      stage.put('Plan', withStatus(aPlan({ notify: { sinks } }), { summary: 'Succeeded', reason: 'AllSucceeded' }));
    },
    broken: (stage) => {
      stage.put('Batch', aBatch(['node-1'], { status: settledStatus(SUCCEEDED) }));
      stage.end();
    },
  },
  {
    invariant: 'AlertsApart',
    given: (stage) => alerted(stage, alert(2, 0, ONE_FAILED)),
    broken: (stage) => alerted(stage, alert(2, 0, ONE_FAILED), alert(3, 60, ONE_FAILED)),
  },
  {
    invariant: 'AlertsNumbered',
    given: (stage) => alerted(stage, alert(2, 0, ONE_FAILED)),
    broken: (stage) => alerted(stage, alert(2, 0, ONE_FAILED), alert(4, 600, ONE_FAILED)),
  },
  {
    invariant: 'AlertsHaveCauses',
    given: (stage) => alerted(stage, alert(2, 0, ONE_FAILED)),
    broken: (stage) => alerted(stage, alert(2, 0, [])),
  },
  {
    invariant: 'FailuresAlertedOnce',
    given: (stage) => alerted(stage, alert(2, 0, ONE_FAILED)),
    broken: (stage) => alerted(stage, alert(2, 0, ONE_FAILED), alert(3, 600, ONE_FAILED)),
  },
  {
    invariant: 'FailuresAlertedSoon',
    given: (stage) => {
      running(stage);
      alerted(stage);
      stage.wait(600);
    },
    broken: (stage) => stage.put('Node', aStoredNode('node-3')),
  },
  {
    invariant: 'StatusNotAheadOfSpec',
    given: (stage) => stage.put('Plan', withStatus(aPlan(), { observedGeneration: 1 })),
    broken: (stage) => stage.put('Plan', withStatus(aPlan(), { observedGeneration: 2 })),
  },
  {
    invariant: 'SettledStaysSettled',
    given: (stage) => stage.put('Batch', aBatch(['node-1'], { status: settledStatus(SUCCEEDED) })),
    broken: (stage) => stage.put('Batch', aBatch(['node-1'], { status: {} })),
  },
  {
    invariant: 'SettledIsTerminal',
    given: (stage) => stage.put('Batch', aBatch(['node-1'])),
    broken: (stage) => {
      stage.put('Batch', aBatch(['node-1'], { status: settledStatus([{ name: 'node-1', state: 'Upgrading' }]) }));
    },
  },
  {
    invariant: 'SettledHasNoTurn',
    given: (stage) => {
      running(stage);
      stage.put('Node', inTurn('node-1'));
    },
    broken: (stage) => stage.put('Batch', aBatch(['node-1', 'node-2'], { status: settledStatus(SUCCEEDED) })),
  },
  {
    invariant: 'SucceededWasDone',
    given: running,
    broken: (stage) => stage.put('Batch', batchWith(aBatch(['node-1', 'node-2']), { nodes: SUCCEEDED })),
  },
  {
    invariant: 'LostHostFailed',
    given: (stage) => {
      running(stage);
      stage.put('Pod', aJobPod('node-1'));
      stage.remove('Node', inTurn('node-1'));
    },
    broken: (stage) => {
      const nodes = [{ name: 'node-1', state: 'Skipped', reason: 'NodeDeleted' }] as const;
      stage.put('Batch', batchWith(aBatch(['node-1', 'node-2']), { nodes }));
    },
  },
  {
    invariant: 'IndexRises',
    given: (stage) => stage.put('Plan', withStatus(aPlan(), { lastBatchIndex: 4 })),
    broken: (stage) => stage.put('Batch', aBatch(['node-1'])),
  },
  {
    invariant: 'ActionExisted',
    given: (stage) => {
      stage.put('Action', anAction({ action: 'Resume' }, 'resume-1'));
      stage.put('Batch', batchWith(aBatch(['node-1']), { resumed: resumedBy('resume-1') }));
    },
    broken: (stage) => stage.put('Batch', batchWith(aBatch(['node-1']), { resumed: resumedBy('resume-2') })),
  },
  {
    invariant: 'StoredAsWanted',
    given: (stage) => {
      const status = { notification: { id: 'a/1', activeAlerts: null }, agent: 'node-1' };
      const answer = { status: { notification: { id: 'a/1' }, agent: 'node-1' } };
      stage.request('PATCH', STATUS, { sent: { status }, answer });
    },
    broken: (stage) => {
      const status = { notification: { id: 'a/1' }, agent: 'node-1' };
      const answer = { status: { notification: { id: 'a/1', activeAlerts: ['RolloutPaused'] }, agent: 'node-1' } };
      stage.request('PATCH', STATUS, { sent: { status }, answer });
    },
  },
  {
    invariant: 'RefusalsShown',
    given: (stage) => {
      running(stage);
      refused(stage);
    },
    broken: (stage) => {
      stage.wait(310);
      refused(stage);
      stage.put('Node', aStoredNode('node-3'));
    },
  },
  {
    invariant: 'WritesHaveEffect',
    given: (stage) => {
      stage.step(new Map([['uid-of-os-aaaa-1', '7']]));
      patchWithoutEffect(stage, 5);
    },
    broken: (stage) => patchWithoutEffect(stage, 5),
  },
  {
    invariant: 'EveryPlanEnds',
    given: (stage) => stage.put('Plan', withStatus(aPlan(), { summary: 'Running', conditions: [READY] })),
    broken: (stage) => stage.end(),
  },
  {
    invariant: 'EndedPlanFreesGroup',
    given: (stage) => stage.put('Plan', withStatus(aPlan({ exclusiveGroup: 'all' }), { summary: 'Succeeded' })),
    broken: (stage) => {
      stage.put('Lease', aStoredLease('', { uid: 'group', group: 'all' }));
      stage.end();
    },
  },
  {
    invariant: 'SucceededHasVersion',
    given: (stage) => {
      running(stage);
      stage.put('Plan', withStatus(aPlan(), { summary: 'Succeeded', reason: 'AllSucceeded' }));
    },
    broken: (stage) => {
      stage.hosts = [{ name: 'host-1', nodeName: 'node-1', down: false, upgradedTo: '12.8', runs: [] }];
      stage.end();
    },
  },
  {
    invariant: 'NothingPullsAtEnd',
    given: (stage) => stage.put('Plan', withStatus(aPlan(), { summary: 'Succeeded' })),
    broken: (stage) => {
      const labels = { [LABELS.component]: COMPONENTS.prePull, [LABELS.planUid]: PLAN_UID };
      stage.put('Pod', aStoredPod('pull', '', { labels }));
      stage.end();
    },
  },
  {
    invariant: 'NoJobRunsAtEnd',
    given: (stage) => stage.put('Plan', withStatus(aPlan(), { summary: 'Succeeded' })),
    broken: (stage) => {
      stage.put('Job', aStoredJob('node-1'));
      stage.end();
    },
  },
]);

function refused(stage: Stage): void {
  const message = 'admission webhook "policy.example" denied the request: nodes must not be cordoned';
  stage.request('PATCH', '/api/v1/nodes/node-1', { status: 403, answer: { message } });
}

function patchWithoutEffect(stage: Stage, times: number): void {
  const answer = { metadata: { uid: 'uid-of-os-aaaa-1', resourceVersion: '7' } };
  for (let index = 0; index < times; index += 1) {
    stage.wait(60);
    stage.request('PATCH', STATUS, { answer });
  }
}
