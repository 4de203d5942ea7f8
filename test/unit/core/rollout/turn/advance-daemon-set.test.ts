import { describe, expect, it } from '@jest/globals';
import type { BatchProcess, ProcessRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { DaemonSetFact, NodeFact, PodFact } from '../../../../../src/core/facts.ts';
import type { NodeInput, NodeResult } from '../../../../../src/core/rollout/turn/node-input.ts';
import { advanceTurn } from '../../../../../src/core/rollout/turn/advance-turn.ts';
import { aDaemonPod, aDaemonSet, aPod, inTurn } from '../support/facts.ts';
import { aBatch, at, aTurn, aVerify, timeAt } from '../support/objects.ts';
import { aNodeInput } from '../support/node-input.ts';

interface Case {
  readonly pods?: readonly PodFact[];
  readonly set?: Partial<DaemonSetFact> | 'Missing';
  readonly before?: Partial<ProcessRecord>;
  readonly process?: Partial<BatchProcess>;
  readonly node?: Partial<NodeFact>;
  readonly input?: Partial<NodeInput>;
  readonly turn?: readonly string[];
  readonly attempt?: number;
  readonly now?: number;
}

const OLD = aDaemonPod('node-1', 'old');
const NEW = aDaemonPod('node-1', 'new', { name: 'cni-b', uid: 'uid-of-cni-b' });

/** A turn in which the Pod of kube-system/cni is to be replaced; nothing has happened, and now is 100 s. */
function advance({
  pods = [OLD],
  set = {},
  before,
  process: own,
  input,
  turn = ['cni'],
  attempt = 1,
  now = 100,
  ...rest
}: Case = {}): NodeResult {
  const node = inTurn('node-1', 'os-aaaa-1', { turn: aTurn('os-aaaa-1', { processes: [...turn], attempt }), ...rest.node });
  const process: BatchProcess = {
    ...{ name: 'cni', disruption: 'None', report: 'None', deadlineSeconds: 600 },
    ...{ daemonSet: { namespace: 'kube-system', name: 'cni' }, ...own },
  };
  const nodes = [{ name: 'node-1', uid: 'uid-of-node-1', processes: ['cni'] }];
  const record = { name: 'cni', state: 'Running', attempt: 1, startTime: timeAt(90), ...before } as const;
  const batch = aBatch([], { spec: { nodes, processes: [process], retriesPerNode: 1 } });
  return advanceTurn(
    aNodeInput(batch, {
      before: { name: 'node-1', state: 'Upgrading', ...(before === undefined ? {} : { processes: [record] }) },
      daemonSets: set === 'Missing' ? new Map() : new Map([['kube-system/cni', aDaemonSet(pods, set)]]),
      now: at(now),
      ...input,
      node,
    }),
    node,
  );
}

const kinds = ({ commands }: NodeResult): readonly string[] => commands.map(({ kind }) => kind);
const recordOf = ({ record }: NodeResult): ProcessRecord | undefined => record.processes?.[0];

describe('A process that replaces the Pod of a DaemonSet', () => {
  it('deletes the Pod of an earlier revision when its turn has come', () => {
    const result = advance();
    expect(result.commands).toMatchObject([{ kind: 'ReplacePod', pod: { uid: OLD.uid } }]);
    expect(recordOf(result)).toMatchObject({
      state: 'Running',
      startTime: timeAt(100),
      message: 'Pod kube-system/cni-a is being replaced',
    });
  });

  it('waits for the drain, and does not evict the Pod itself', () => {
    const draining = advance({ process: { disruption: 'Drain' }, input: { pods: [aPod('shop-1', 'node-1'), OLD] } });
    expect(draining.commands).toMatchObject([{ kind: 'Evict', pod: { name: 'shop-1' } }]);
    const drained = advance({ process: { disruption: 'Drain' }, input: { pods: [OLD] } });
    expect(kinds(drained)).toEqual(['ReplacePod']);
  });

  it('is not drained for a second time once the Pod was replaced', () => {
    const input = { pods: [aPod('shop-1', 'node-1')] };
    expect(advance({ process: { disruption: 'Drain' }, before: {}, pods: [NEW], input }).record.state).toBe('Succeeded');
  });

  it('waits for what the process before it has left on the node', () => {
    const left = aPod('upgrade-1', 'node-1', { labels: { 'baton.dev/batch-uid': 'uid-of-os-aaaa-1' } });
    const result = advance({ input: { pods: [left] } });
    expect(kinds(result)).toEqual([]);
    expect(recordOf(result)?.message).toBe('waiting for Pod upgrade-1 to be gone');
  });

  it('has succeeded when the Pod of the newest revision is Ready, and the turn is closed', () => {
    const result = advance({ pods: [NEW], before: {} });
    expect(recordOf(result)).toMatchObject({ state: 'Succeeded', startTime: timeAt(90), endTime: timeAt(100) });
    expect(kinds(result)).toEqual(['CloseTurn']);
  });

  it('is verified after that', () => {
    const verify = aVerify({ nodeLabels: { cni: '2' }, timeoutSeconds: 60 });
    const result = advance({ pods: [NEW], before: {}, process: { verify } });
    expect(recordOf(result)).toMatchObject({ state: 'Verifying', message: "label cni is missing, wanted '2'" });
  });

  it.each<readonly [string, Case, string]>([
    ['the old one is ending', { pods: [{ ...OLD, deleting: true }] }, 'Pod kube-system/cni-a is terminating'],
    [
      'the old one is ending on a lost node',
      { pods: [{ ...OLD, deleting: true }], node: { ready: false } },
      'Pod kube-system/cni-a is terminating, and its node is not Ready',
    ],
    ['there is none for a moment', { pods: [] }, 'DaemonSet kube-system/cni has no Pod on the node'],
    ['the new one has just started', { pods: [{ ...NEW, ready: false }] }, 'Pod kube-system/cni-b is not Ready'],
    [
      'the new one crashes',
      { pods: [{ ...NEW, ready: false, waiting: 'CrashLoopBackOff: back-off 10s' }] },
      'Pod kube-system/cni-b is not Ready: CrashLoopBackOff: back-off 10s',
    ],
    [
      'the new one has just crashed',
      { pods: [{ ...NEW, ready: false, terminated: { exitCode: 3, reason: 'Error', message: '' } }] },
      'Pod kube-system/cni-b is not Ready: exit code 3 (Error)',
    ],
    ['the DaemonSet is gone', { set: 'Missing' }, 'DaemonSet kube-system/cni is missing'],
    ['the DaemonSet is being deleted', { set: { deleting: true } }, 'DaemonSet kube-system/cni is being deleted'],
    [
      'the DaemonSet rolls by itself now',
      { set: { updateStrategy: 'RollingUpdate' } },
      'DaemonSet kube-system/cni has updateStrategy RollingUpdate now',
    ],
    [
      'its newest revision is not known',
      { set: { newest: undefined } },
      'the newest revision of DaemonSet kube-system/cni is not known yet',
    ],
  ])('deletes nothing and says why while %s', (_, state, message) => {
    const result = advance({ before: {}, ...state });
    expect(kinds(result)).toEqual([]);
    expect(recordOf(result)).toMatchObject({ state: 'Running', message });
    expect(result.requeueAt).toBe(at(90 + 600 + 1));
  });

  it.each<{ readonly title: string; readonly state: Case; readonly reason: string; readonly message: string }>([
    {
      title: 'crash loops',
      state: { pods: [{ ...NEW, ready: false, waiting: 'CrashLoopBackOff: back-off 5m' }] },
      reason: 'DeadlineExceeded',
      message: 'not Ready within 600 s: Pod kube-system/cni-b is not Ready: CrashLoopBackOff: back-off 5m',
    },
    {
      title: 'is not replaced, because the old one does not end on a lost node',
      state: { pods: [{ ...OLD, deleting: true }], node: { ready: false } },
      reason: 'PodNotGone',
      message: 'not Ready within 600 s: Pod kube-system/cni-a is terminating, and its node is not Ready',
    },
    {
      title: 'does not come any more, because the node was relabelled',
      state: { pods: [], set: { podSpec: { nodeSelector: { cni: 'yes' } } } },
      reason: 'DeadlineExceeded',
      message:
        'not Ready within 600 s: DaemonSet kube-system/cni has no Pod on the node: it has no label cni, and nodeSelector wants yes',
    },
  ])('fails at its deadline when the Pod $title', ({ state, reason, message }) => {
    const result = advance({ before: {}, now: 691, input: { mayRetry: false }, ...state });
    expect(recordOf(result)).toMatchObject({ state: 'Failed', reason, message, endTime: timeAt(691) });
    expect(result.record).toMatchObject({ state: 'Failed', reason, quarantined: true });
  });

  it('is tried again after a crash loop by waiting once more: a Pod of the newest revision is never deleted', () => {
    const crashing = { ...NEW, ready: false, waiting: 'CrashLoopBackOff: back-off 5m' };
    const failed = { state: 'Failed', reason: 'DeadlineExceeded', endTime: timeAt(691) } as const;
    expect(kinds(advance({ before: failed, pods: [crashing], now: 692 }))).toEqual(['RetryTurn']);
    const again = advance({ before: failed, pods: [crashing], attempt: 2, now: 693 });
    expect(kinds(again)).toEqual([]);
    expect(recordOf(again)).toMatchObject({ state: 'Running', attempt: 2, startTime: timeAt(693) });
  });

  it('is not retried when the old Pod did not end: the state of the host is unknown', () => {
    const failed = { state: 'Failed', reason: 'PodNotGone', endTime: timeAt(691) } as const;
    expect(advance({ before: failed, pods: [{ ...OLD, deleting: true }], now: 692 }).record.state).toBe('Failed');
  });

  it('is overdue like any other process', () => {
    const references = new Map([['cni', { expectedSeconds: 60, toleranceSeconds: 30, samples: 0 }]]);
    const crashing = { ...NEW, ready: false, waiting: 'CrashLoopBackOff: back-off 10s' };
    const state = { before: {}, pods: [crashing], input: { references }, now: 200 };
    expect(advance(state).record).toMatchObject({ state: 'Upgrading', overdue: true });
    expect(advance({ ...state, process: { onOverdue: 'Fail' } }).record).toMatchObject({
      ...{ state: 'Failed', reason: 'Overdue' },
      message: expect.stringMatching(/: more than .*; Pod kube-system\/cni-b is not Ready: CrashLoop/),
    });
  });

  it('is not begun any more once the plan is being deleted, and ended when it had begun', () => {
    const input = { deleting: true };
    expect(advance({ input }).record).toMatchObject({ state: 'NotAttempted', reason: 'PlanDeleted' });
    expect(kinds(advance({ before: {}, input }))).toEqual(['ReplacePod']);
  });
});

describe('A process that has no Pod to replace on the node', () => {
  const elsewhere = { podSpec: { nodeSelector: { cni: 'yes' } } };

  it.each<readonly [string, Case, object]>([
    [
      'is skipped when the node was taken from the DaemonSet before it began',
      { pods: [], set: elsewhere },
      { state: 'Skipped', reason: 'NothingToRun', message: 'DaemonSet kube-system/cni has no Pod on the node' },
    ],
    [
      'is left out as the claim said, because the DaemonSet is not for the node',
      { pods: [], set: elsewhere, turn: [] },
      { state: 'Skipped', reason: 'NothingToRun', message: 'DaemonSet kube-system/cni has no Pod on the node' },
    ],
    [
      'is left out as the claim said, because the Pod was current',
      { pods: [NEW], turn: [] },
      { state: 'Skipped', reason: 'AlreadyCurrent', message: 'its newest revision was Ready before the turn' },
    ],
    [
      'keeps on record why it was left out, whatever becomes of the Pod',
      { pods: [], turn: [], before: { state: 'Skipped', reason: 'AlreadyCurrent', message: 'as it was' } },
      { state: 'Skipped', reason: 'AlreadyCurrent', message: 'as it was' },
    ],
    [
      'keeps on record that it was skipped, without verifying it',
      {
        pods: [OLD],
        before: { state: 'Skipped', reason: 'NothingToRun' },
        process: { verify: aVerify({ nodeLabels: { cni: '2' } }) },
      },
      { state: 'Skipped', reason: 'NothingToRun' },
    ],
  ])('%s', (_, state, record) => {
    const result = advance(state);
    expect(kinds(result)).toEqual(['CloseTurn']);
    expect(recordOf(result)).toMatchObject(record);
  });
});
