import { describe, expect, it } from '@jest/globals';
import type {
  BatchNotification,
  BatchOutlook,
  NodeRecord,
  UpgradeBatchStatus,
} from '../../../../../../src/api/generated/upgradebatch.ts';
import type { NotifyPolicy, Sink } from '../../../../../../src/api/generated/upgradeplan.ts';
import type { AlertsInput, RolloutTrouble } from '../../../../../../src/core/rollout/status/batch/alerts-input.ts';
import { alertDueAt, decideAlerts, type AlertsResult } from '../../../../../../src/core/rollout/status/batch/alerts.ts';
import { aBatch, at, timeAt } from '../../support/objects.ts';

const aSink = (name: string, send?: Sink['send']): Sink => ({
  name,
  webhook: { url: 'https://hooks.example' },
  ...(send === undefined ? {} : { send }),
});
const SINKS = [aSink('ops'), aSink('page', 'OnTrouble'), aSink('mail', 'PlanEnd')];
const FAILED: NodeRecord = { name: 'node-1', state: 'Failed', reason: 'JobFailed', message: 'exit code 1', quarantined: true };
const OVERDUE: NodeRecord = {
  name: 'node-2',
  state: 'Upgrading',
  overdue: true,
  processes: [
    { name: 'os', state: 'Running', overdue: { reason: 'TooLong', message: 'more than 10 min', sinceTime: timeAt(1) } },
  ],
};
const GOOD: NodeRecord = { name: 'node-3', state: 'Succeeded' };
const PAUSED: RolloutTrouble = { alert: 'RolloutPaused', reason: 'BudgetExceeded', message: '2 failed, budget 1' };
const ASKED: RolloutTrouble = { alert: 'ApprovalRequired', reason: 'ApprovalRequired', message: 'os-aaaa-1 waits for approval' };

interface Case {
  readonly nodes?: readonly NodeRecord[];
  readonly rollout?: AlertsInput['rollout'];
  readonly notify?: Partial<NotifyPolicy>;
  readonly outlook?: BatchOutlook;
  readonly sinksKnown?: boolean;
}

/** A batch whose alerts go on from pass to pass, as the cluster keeps them. */
class Passes {
  #status: UpgradeBatchStatus = {};

  /** One pass at so many seconds. */
  pass(seconds: number, { nodes = [], rollout = [], notify = {}, outlook, sinksKnown = true }: Case): AlertsResult {
    const step = decideAlerts({
      notify: { sinks: SINKS, ...notify },
      sinksKnown,
      batch: aBatch(['node-1', 'node-2', 'node-3'], { status: this.#status }),
      nodes,
      outlook,
      rollout,
      budget: { failed: 5, maxFailed: 8 },
      now: at(seconds),
    });
    const { nodes: alerted, ...entries } = step;
    const { receipts = [] } = this.#status.notification ?? {};
    this.#status = {
      ...this.#status,
      nodes: alerted,
      notification: { id: 'uid-of-os-aaaa-1/1', receipts, ...entries },
      ...(outlook === undefined ? {} : { settledTime: this.#status.settledTime ?? timeAt(seconds) }),
    };
    return step;
  }

  /** Alerts are raised when they are due; the time of it. */
  raise(seconds: number, world: Case): AlertsResult {
    this.pass(seconds, world);
    return this.pass(seconds + 15, world);
  }

  deliver(sink: string, id: string): void {
    const { notification } = this.#status;
    const receipt = { sink, id, outcome: 'Delivered', time: timeAt(0) } as const;
    const receipts = [...(notification?.receipts ?? []), receipt];
    this.#status = { ...this.#status, notification: { id: '', ...notification, receipts } };
  }
}

const idsOf = ({ alerts = [] }: Pick<BatchNotification, 'alerts'>): readonly string[] => alerts.map(({ id }) => id);

describe('notify.alerts: an alert', () => {
  it('waits until the shared sinks are known', () => {
    const passes = new Passes();
    expect(passes.raise(100, { rollout: [PAUSED], sinksKnown: false }).alerts).toBeUndefined();
    expect(passes.raise(200, { rollout: [PAUSED] }).alerts).toHaveLength(1);
  });

  it('collects what happens within 15 s, with each reason once, and says what follows', () => {
    const passes = new Passes();
    expect(passes.pass(100, { nodes: [FAILED] })).toMatchObject({ pendingAlertTime: timeAt(100) });
    expect(passes.pass(114, { nodes: [FAILED, { ...FAILED, name: 'node-2' }] })).toMatchObject({ pendingAlertTime: timeAt(100) });

    const { alerts, pendingAlertTime } = passes.pass(115, { nodes: [FAILED, { ...FAILED, name: 'node-2' }, GOOD] });

    expect(pendingAlertTime).toBeUndefined();
    expect(alerts).toEqual([
      {
        id: 'uid-of-os-aaaa-1/2',
        time: timeAt(115),
        action: 'Act',
        causes: [
          { alert: 'NodeFailed', reason: 'JobFailed', message: 'exit code 1', count: 2, nodes: 'node-[1-2]', quarantined: true },
        ],
        next: '1 of 3 nodes of the batch done, 2 failed (5 of the plan, budget 8), 0 in their turn; one message tells how the batch ended',
        sinks: ['ops', 'page'],
      },
    ]);
  });

  it('reports a node once, and is followed by another alert after five minutes at the earliest', () => {
    const passes = new Passes();
    const first = passes.raise(100, { nodes: [FAILED] });
    expect(passes.raise(200, { nodes: first.nodes })).toMatchObject({ alerts: [{ id: 'uid-of-os-aaaa-1/2' }] });
    const both = { nodes: [FAILED, OVERDUE] };
    expect(idsOf(passes.raise(210, both))).toEqual(['uid-of-os-aaaa-1/2']);
    expect(idsOf(passes.pass(414, both))).toEqual(['uid-of-os-aaaa-1/2']);

    const { alerts = [] } = passes.pass(415, both);

    expect(alerts.at(-1)).toMatchObject({
      id: 'uid-of-os-aaaa-1/3',
      action: 'None',
      causes: [{ alert: 'NodeOverdue', reason: 'TooLong', process: 'os', count: 1, nodes: 'node-2' }],
    });
  });

  it('reports a node that is overdue again', () => {
    const passes = new Passes();
    passes.raise(100, { nodes: [OVERDUE] });
    passes.pass(200, { nodes: [{ name: 'node-2', state: 'Upgrading' }] });

    expect(idsOf(passes.raise(500, { nodes: [OVERDUE] }))).toEqual(['uid-of-os-aaaa-1/2', 'uid-of-os-aaaa-1/3']);
  });

  it('is not raised for a trouble that ends before the alert is due', () => {
    const passes = new Passes();
    passes.pass(100, { nodes: [OVERDUE] });

    const step = passes.pass(115, { nodes: [{ name: 'node-2', state: 'Succeeded' }] });

    expect(step.alerts).toBeUndefined();
    expect(step.pendingAlertTime).toBeUndefined();
  });

  it.each<readonly [string, Case]>([
    ['no sink gets alerts', { nodes: [FAILED], notify: { sinks: [aSink('mail', 'PlanEnd')] } }],
    ['the plan disables its kind', { nodes: [FAILED, OVERDUE], rollout: [PAUSED], notify: { alerts: ['RolloutStalled'] } }],
    ['the plan disables alerts', { nodes: [FAILED], rollout: [PAUSED, ASKED], notify: { alerts: [] } }],
  ])('is not raised when %s', (_, world) => {
    const step = new Passes().raise(100, world);

    expect(step.alerts).toBeUndefined();
    expect(step.pendingAlertTime).toBeUndefined();
  });

  it('leaves out kinds that the plan disables', () => {
    const step = new Passes().raise(100, { nodes: [FAILED, OVERDUE], notify: { alerts: ['NodeOverdue'] } });

    expect(step.alerts).toMatchObject([{ causes: [{ alert: 'NodeOverdue', count: 1 }] }]);
  });

  it('says when it is due, even after a restart', () => {
    expect(alertDueAt({})).toBeUndefined();
    expect(alertDueAt({ pendingAlertTime: timeAt(100) })).toBe(at(115));
    const alerts = [{ id: 'x/2', time: timeAt(90), action: 'Act', causes: [], next: '' }] as const;
    expect(alertDueAt({ pendingAlertTime: timeAt(100), alerts })).toBe(at(390));
  });

  it('is one of eight that are kept, and sequence numbers continue', () => {
    const passes = new Passes();
    for (let i = 0; i < 10; i++) {
      passes.raise(1000 * (i + 1), { rollout: [PAUSED] });
      passes.pass(1000 * (i + 1) + 500, {});
    }
    const ids = idsOf(passes.pass(20_000, {}));

    expect(ids).toHaveLength(8);
    expect(ids.at(-1)).toBe('uid-of-os-aaaa-1/11');
  });
});

describe('notify.alerts: an alert about the rollout', () => {
  it('is raised once while the trouble lasts, and again when it comes back', () => {
    const passes = new Passes();
    expect(passes.raise(100, { rollout: [PAUSED] }).alerts).toMatchObject([
      { action: 'Act', causes: [{ alert: 'RolloutPaused', reason: 'BudgetExceeded', count: 0 }] },
    ]);
    expect(idsOf(passes.raise(1000, { rollout: [PAUSED] }))).toHaveLength(1);
    expect(passes.pass(1100, {}).activeAlerts).toBeUndefined();

    expect(idsOf(passes.raise(2000, { rollout: [PAUSED] }))).toEqual(['uid-of-os-aaaa-1/2', 'uid-of-os-aaaa-1/3']);
  });

  it('asks for no action if a person paused the plan', () => {
    const step = new Passes().raise(100, { rollout: [{ ...PAUSED, reason: 'PausedByAction' }] });

    expect(step.alerts).toMatchObject([{ action: 'None' }]);
  });
});

describe('notify.alerts: when the batch settles', () => {
  const outlook: BatchOutlook = { next: 'Paused', reason: 'BudgetExceeded', message: '' };

  it('pending trouble is left to the final message', () => {
    const passes = new Passes();
    passes.pass(100, { nodes: [FAILED] });

    const step = passes.pass(120, { nodes: [FAILED], outlook });

    expect(step.alerts).toBeUndefined();
    expect(passes.raise(200, { nodes: [FAILED], outlook, rollout: [PAUSED] }).alerts).toBeUndefined();
  });

  it('sinks that have not received an alert get the final message instead', () => {
    const passes = new Passes();
    passes.raise(100, { nodes: [FAILED] });
    passes.deliver('ops', 'uid-of-os-aaaa-1/2');

    expect(passes.pass(120, { nodes: [FAILED], outlook }).alerts).toMatchObject([{ sinks: ['ops'] }]);
  });

  it('later trouble raises an alert', () => {
    const passes = new Passes();
    passes.pass(100, { nodes: [GOOD], outlook: { next: 'Waiting', reason: 'WindowClosed', message: '' } });

    const step = passes.raise(200, { nodes: [GOOD], outlook, rollout: [ASKED] });

    expect(step.alerts).toMatchObject([{ action: 'Act', causes: [{ alert: 'ApprovalRequired' }], sinks: ['ops', 'page'] }]);
  });

  it('a batch that is no longer the newest keeps its alerts and raises none', () => {
    const passes = new Passes();
    passes.raise(100, { rollout: [ASKED] });
    passes.pass(200, { outlook });

    expect(stepOfOld(passes)).toEqual(['uid-of-os-aaaa-1/2']);
  });
});

function stepOfOld(passes: Passes): readonly string[] {
  return idsOf(passes.pass(300, { rollout: undefined, outlook: { next: 'NextBatch', message: '' } }));
}
