import { COMPONENTS, LABELS } from '../../../../../src/api/names.ts';
import {
  aBatch,
  aDrain,
  aPlan,
  aQuarantine,
  aTurn,
  PLAN_UID,
  REVISION,
  START,
  timeAt,
} from '../../../core/rollout/support/objects.ts';
import { cases } from './broken-invariant.ts';
import type { Stage } from './stage.ts';
import { aJobPod, aStoredJob, aStoredLease, aStoredNode, aStoredPod, batchWith, inTurn, withStatus } from './stored.ts';
import { running } from './timing-cases.ts';

const KEEP = 'karpenter.sh/do-not-disrupt';

/** A node in its turn, in a batch that drains as it says. */
function draining(stage: Stage, drain = aDrain()): void {
  stage.put('Plan', aPlan());
  stage.put('Batch', aBatch(['node-1'], { spec: { drain } }));
  stage.put('Node', inTurn('node-1'));
}

function evicts(stage: Stage, pod: string): void {
  stage.request('POST', `/api/v1/namespaces/app/pods/${pod}/eviction`, { status: 201 });
}

/** The rules about Nodes, drains, and how much may be down. */
export const NODE_CASES = cases([
  {
    invariant: 'NodesDownWithinLimit',
    given: (stage) => {
      running(stage);
      stage.put('Node', aStoredNode('node-2', { ready: false }));
      stage.wait(10);
    },
    broken: (stage) => stage.put('Node', inTurn('node-1')),
  },
  {
    invariant: 'HostsDownWithinLimit',
    given: (stage) => {
      running(stage);
      const runs: [] = [];
      stage.hosts = [
        { name: 'host-1', nodeName: 'node-1', down: false, upgradedTo: undefined, runs },
        { name: 'host-2', nodeName: 'node-2', down: true, upgradedTo: undefined, runs },
      ];
      stage.step();
      // Its Node is gone, and the host is still down.
      stage.remove('Node', aStoredNode('node-2'));
      stage.wait(120);
    },
    broken: (stage) => stage.put('Node', inTurn('node-1')),
  },
  {
    invariant: 'OneControlPlaneNode',
    given: (stage) => {
      running(stage, { maxUnavailable: 2 });
      // Another plan's, or nobody's: it counts all the same.
      stage.put('Node', aStoredNode('control-2', { controlPlane: true, labels: {}, claim: 'uid-of-other', turn: aTurn() }));
      stage.wait(10);
    },
    broken: (stage) => stage.put('Node', inTurn('node-1', { controlPlane: true })),
  },
  {
    invariant: 'OneDomain',
    given: (stage) => {
      running(stage, { maxUnavailable: 2, oneDomainAtATime: { topologyKey: 'zone' } });
      stage.put('Node', inTurn('node-1', { labels: { role: 'worker', zone: 'a' } }));
    },
    broken: (stage) => stage.put('Node', inTurn('node-2', { labels: { role: 'worker', zone: 'b' } })),
  },
  {
    invariant: 'PullsWithinLimit',
    given: (stage) => {
      stage.put('Plan', aPlan({ prePull: 'NextBatch' }));
      for (let index = 1; index <= 50; index += 1) putPull(stage, index);
    },
    broken: (stage) => putPull(stage, 51),
  },
  {
    invariant: 'HolderMayHold',
    given: (stage) => {
      running(stage);
      stage.put('Node', aStoredNode('node-2', { ready: false }));
      stage.put('Lease', aStoredLease('node-1'));
      stage.wait(10);
    },
    broken: (stage) => stage.put('Lease', aStoredLease('node-2')),
  },
  {
    invariant: 'SendersAlternate',
    given: (stage) => {
      running(stage);
      const receipt = { sink: 'ops', id: 'uid-of-os-aaaa-1/1', outcome: 'Delivered', time: timeAt(0), node: 'node-1' } as const;
      const notification = { id: 'uid-of-os-aaaa-1/1', receipts: [receipt] };
      stage.put('Batch', batchWith(aBatch(['node-1']), { agent: 'node-1', notification }));
      stage.put('Batch', aBatch(['node-2'], { name: 'os-aaaa-2', spec: { index: 2 } }));
      stage.put('Lease', aStoredLease('node-1'));
    },
    broken: (stage) => stage.put('Lease', aStoredLease('node-1', { batchUid: 'uid-of-os-aaaa-2' })),
  },
  {
    invariant: 'HolderHandsOver',
    given: (stage) => {
      running(stage);
      stage.put('Batch', batchWith(aBatch(['node-1', 'node-2']), { nodes: [{ name: 'node-2', state: 'Succeeded' }] }));
      stage.put('Lease', aStoredLease('node-1'));
    },
    broken: (stage) => stage.put('Node', inTurn('node-1')),
  },
  {
    invariant: 'CordonRestored',
    given: (stage) => {
      stage.put('Node', aStoredNode('node-1'));
      stage.put('Node', inTurn('node-1'));
    },
    broken: (stage) => stage.put('Node', aStoredNode('node-1', { unschedulable: true })),
  },
  {
    invariant: 'TaintOnlyInQuarantine',
    given: (stage) => stage.put('Node', aStoredNode('node-1', { failedTaint: true, quarantine: aQuarantine() })),
    broken: (stage) => stage.put('Node', aStoredNode('node-1', { failedTaint: true })),
  },
  {
    invariant: 'KeepAwaysRemoved',
    given: (stage) => stage.put('Node', inTurn('node-1', { kept: [KEEP] })),
    broken: (stage) => stage.put('Node', aStoredNode('node-1', { kept: [KEEP] })),
  },
  {
    invariant: 'QuarantineHasReason',
    given: (stage) => stage.put('Node', aStoredNode('node-1', { quarantine: aQuarantine() })),
    broken: (stage) => stage.put('Node', aStoredNode('node-1', { quarantine: aQuarantine({ reason: '' }) })),
  },
  {
    invariant: 'ClaimHasTurn',
    given: (stage) => stage.put('Node', aStoredNode('node-1')),
    broken: (stage) => stage.put('Node', aStoredNode('node-1', { claim: PLAN_UID })),
  },
  {
    invariant: 'ClaimRemembersCordon',
    given: (stage) => stage.put('Node', aStoredNode('node-1', { unschedulable: true })),
    broken: (stage) => stage.put('Node', inTurn('node-1')),
  },
  {
    invariant: 'OneClaim',
    given: (stage) => stage.put('Node', inTurn('node-1')),
    broken: (stage) => stage.put('Node', inTurn('node-1', { claim: 'uid-of-other' })),
  },
  {
    invariant: 'NodesFreeAtEnd',
    given: (stage) => stage.put('Node', aStoredNode('node-1')),
    broken: (stage) => {
      stage.put('Node', inTurn('node-1'));
      stage.end();
    },
  },
  {
    invariant: 'EvictedFromCordonedNode',
    given: (stage) => {
      draining(stage);
      stage.put('Pod', aStoredPod('web', 'node-1'));
      evicts(stage, 'web');
    },
    broken: (stage) => {
      stage.put('Node', inTurn('node-1', { unschedulable: false }));
      evicts(stage, 'web');
    },
  },
  {
    invariant: 'EvictedAsPlanned',
    given: (stage) => {
      draining(stage, aDrain({ ignore: { podSelector: { matchLabels: { keep: 'yes' } } } }));
      stage.put('Pod', aStoredPod('web', 'node-1'));
      evicts(stage, 'web');
    },
    broken: (stage) => {
      stage.put('Pod', aStoredPod('kept', 'node-1', { labels: { keep: 'yes' } }));
      evicts(stage, 'kept');
    },
  },
  {
    invariant: 'UnmanagedPodsKept',
    given: draining,
    broken: (stage) => {
      stage.put('Pod', aStoredPod('bare', 'node-1', { controllerKind: undefined }));
      evicts(stage, 'bare');
    },
  },
  {
    invariant: 'DataKept',
    given: draining,
    broken: (stage) => {
      stage.put('Pod', aStoredPod('cache', 'node-1', { emptyDir: true }));
      evicts(stage, 'cache');
    },
  },
  {
    invariant: 'BudgetsRespected',
    given: draining,
    broken: (stage) => {
      stage.put('Pod', aStoredPod('web', 'node-1'));
      stage.request('DELETE', '/api/v1/namespaces/app/pods/web');
    },
  },
  {
    invariant: 'OnlyTouchedNodesGoBack',
    given: (stage) => rollingBack(stage, '12.8'),
    broken: (stage) => stage.put('Node', inTurn('node-1', { turn: aTurn('os-aaaa-2') })),
  },
  {
    invariant: 'RollbackHasVersion',
    given: (stage) => rollingBack(stage, undefined),
    broken: (stage) => stage.put('Node', inTurn('node-1', { turn: aTurn('os-aaaa-2') })),
  },
  {
    invariant: 'RolledBackIsBack',
    given: (stage) => {
      rollingBack(stage, '12.8');
      stage.put('Node', inTurn('node-1', { turn: aTurn('os-aaaa-2') }));
    },
    broken: (stage) => {
      const done = { revision: REVISION, version: '12.8', batch: 'os-aaaa-2', time: timeAt(9) };
      stage.put('Node', aStoredNode('node-1', { done: { mark: done } }));
    },
  },
  {
    invariant: 'JobInItsTurn',
    given: running,
    broken: (stage) => stage.put('Job', aStoredJob('node-1')),
  },
  {
    invariant: 'OneJobAtATime',
    given: (stage) => {
      running(stage);
      stage.put('Node', inTurn('node-1'));
      stage.put('Job', aStoredJob('node-1'));
    },
    broken: (stage) => stage.put('Job', aStoredJob('node-1', { uid: 'second', process: 'firmware' })),
  },
  {
    invariant: 'ProcessRunsOnce',
    given: (stage) => {
      running(stage);
      stage.put('Job', aStoredJob('node-1', { outcome: 'Complete' }));
    },
    broken: (stage) => stage.put('Job', aStoredJob('node-1', { uid: 'second' })),
  },
  {
    invariant: 'EarlierAttemptIsGone',
    given: (stage) => {
      running(stage);
      stage.put('Pod', aJobPod('node-1'));
    },
    broken: (stage) => stage.put('Job', aStoredJob('node-1', { attempt: 2 })),
  },
  {
    invariant: 'AttemptsWithinLimit',
    given: running,
    broken: (stage) => stage.put('Job', aStoredJob('node-1', { attempt: 2 })),
  },
  {
    invariant: 'HostRunsRevisionOnce',
    given: (stage) => {
      hasRun(stage, [REVISION, 1]);
      hasRun(stage, [REVISION, 1], ['another', 1]);
      // Back to the first revision, which the other one has undone.
      hasRun(stage, ['another', 1], [REVISION, 2]);
    },
    broken: (stage) => hasRun(stage, ['another', 1], [REVISION, 3]),
  },
  {
    invariant: 'TurnHasProcesses',
    given: running,
    broken: (stage) => stage.put('Node', inTurn('node-1', { turn: aTurn('os-aaaa-1', { processes: [] }) })),
  },
  {
    invariant: 'DoneNodeHasNoTurn',
    given: (stage) => {
      running(stage);
      const mark = { revision: REVISION, version: '12.9', batch: 'os-aaaa-1', time: timeAt(1) };
      stage.put('Node', inTurn('node-1'));
      stage.put('Node', aStoredNode('node-1', { done: { mark } }));
    },
    broken: (stage) => stage.put('Node', inTurn('node-1')),
  },
  {
    invariant: 'CurrentNodeHasNoTurn',
    given: (stage) => {
      running(stage);
      const verify = { kernelVersion: '$(BATON_VERSION)-*', daemonSetsReady: false, stableSeconds: 0, timeoutSeconds: 900 };
      const [process] = aBatch(['node-1']).spec.processes;
      if (process !== undefined) stage.put('Batch', aBatch(['node-1'], { spec: { processes: [{ ...process, verify }] } }));
    },
    broken: (stage) => stage.put('Node', inTurn('node-1', { kernelVersion: '12.9-amd64' })),
  },
  {
    invariant: 'RolledBackNodeStays',
    given: (stage) => {
      rollingBack(stage, '12.8');
      stage.put('Node', inTurn('node-1', { turn: aTurn('os-aaaa-2') }));
      const mark = { revision: 'rolled-back', version: '12.8', batch: 'os-aaaa-2', time: timeAt(9) };
      stage.put('Node', aStoredNode('node-1', { done: { mark } }));
      stage.put('Batch', aBatch(['node-1'], { name: 'os-aaaa-3', spec: { index: 3 } }));
    },
    broken: (stage) => stage.put('Node', inTurn('node-1', { turn: aTurn('os-aaaa-3') })),
  },
  {
    invariant: 'SkippedNodeStays',
    given: (stage) => {
      running(stage);
      const nodes = [{ name: 'node-1', state: 'Skipped', reason: 'SkippedByAction' }] as const;
      stage.put('Batch', batchWith(aBatch(['node-1', 'node-2']), { nodes }));
    },
    broken: (stage) => stage.put('Node', inTurn('node-1')),
  },
  {
    invariant: 'IgnoredNodeStays',
    given: (stage) => void running(stage, { newNodes: { policy: 'Ignore', collectSeconds: 0 } }),
    broken: (stage) => stage.put('Node', inTurn('node-3', { createdTime: START + 60_000 })),
  },
  {
    invariant: 'OneOpenBatch',
    given: running,
    broken: (stage) => stage.put('Batch', aBatch(['node-3'], { name: 'os-aaaa-2', spec: { index: 2 } })),
  },
]);

function putPull(stage: Stage, index: number): void {
  const labels = { [LABELS.component]: COMPONENTS.prePull, [LABELS.planUid]: PLAN_UID };
  stage.put('Pod', aStoredPod(`pull-${index}`, '', { labels, annotations: { 'baton.dev/node': `node-${index}` } }));
}

function hasRun(stage: Stage, ...counts: readonly (readonly [revision: string, count: number])[]): void {
  const runs = counts.map(([revision, count]) => ({ revision, process: 'os', count }));
  stage.hosts = [{ name: 'host-1', nodeName: 'node-1', down: false, upgradedTo: '12.9', runs }];
  stage.put('Node', aStoredNode('node-1'));
  stage.step();
}

/** A second batch is to take node-1 back; the first has not touched it. */
function rollingBack(stage: Stage, fromVersion: string | undefined): void {
  const rollback = { revision: REVISION, scope: 'Plan', message: 'by a', time: timeAt(5) } as const;
  stage.put('Plan', withStatus(aPlan(), { rollback }));
  stage.put('Batch', aBatch(['node-1']));
  const entry = {
    name: 'node-1',
    uid: 'uid-of-node-1',
    processes: ['os'],
    ...(fromVersion === undefined ? {} : { fromVersion }),
  };
  const spec = { index: 2, nodes: [entry], rollback: { batch: 'os-aaaa-1', decidedTime: timeAt(5) } };
  stage.put('Batch', aBatch(['node-1'], { name: 'os-aaaa-2', spec }));
  stage.put('Node', aStoredNode('node-1'));
}
