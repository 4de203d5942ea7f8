import { describe, expect, it } from '@jest/globals';
import type { BatchProcess, ProcessRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeFact, ReportFact } from '../../../../../src/core/facts.ts';
import type { NodeInput, NodeResult } from '../../../../../src/core/rollout/turn/node-input.ts';
import { advanceTurn } from '../../../../../src/core/rollout/turn/advance-turn.ts';
import { aPod, aReport, inTurn } from '../support/facts.ts';
import { aNodeInput } from '../support/node-input.ts';
import { aBatch, at, aTurn, aVerify, timeAt } from '../support/objects.ts';

interface Case {
  readonly before?: Partial<ProcessRecord>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly reports?: readonly (readonly [ReportFact['reason'], Partial<ReportFact>?])[];
  readonly input?: Partial<NodeInput>;
  readonly attempt?: number;
  readonly disruption?: BatchProcess['disruption'];
  readonly now?: number;
}

/** A turn of a BMC that has its own updater; nothing has happened, and now is 100 s. */
function advance({ before, labels, reports = [], input, attempt = 1, disruption = 'None', now = 100 }: Case = {}): NodeResult {
  const turn = aTurn('os-aaaa-1', { processes: ['bmc'], attempt });
  const changes: Partial<NodeFact> = { turn, labels: { role: 'worker', bmc: '2.8', ...labels } };
  const node = inTurn('node-1', 'os-aaaa-1', changes);
  const verify = aVerify({ nodeLabels: { bmc: '2.9' }, timeoutSeconds: 60 });
  const process: BatchProcess = { name: 'bmc', disruption, report: 'None', deadlineSeconds: 600, external: {}, verify };
  const nodes = [{ name: 'node-1', uid: 'uid-of-node-1', processes: ['bmc'] }];
  const record = { name: 'bmc', state: 'Running', attempt: 1, startTime: timeAt(90), ...before } as const;
  const batch = aBatch([], { spec: { nodes, processes: [process], retriesPerNode: 1 } });
  return advanceTurn(
    aNodeInput(batch, {
      before: { name: 'node-1', state: 'Upgrading', ...(before === undefined ? {} : { processes: [record] }) },
      reports: reports.map(([reason, more]) => aReport('node-1', reason, { process: 'bmc', ...more })),
      now: at(now),
      ...input,
      node,
    }),
    node,
  );
}

const GIVEN = { 'baton.dev/process': 'bmc' };
const kinds = ({ commands }: NodeResult): readonly string[] => commands.map(({ kind }) => kind);

describe('An external process', () => {
  it('is given its turn, with an Event that says so', () => {
    const result = advance();
    expect(kinds(result)).toEqual(['StartExternal']);
    expect(result.commands[0]).toMatchObject({
      process: 'bmc',
      event: {
        reason: 'TurnOpened',
        action: 'bmc',
        note: 'node-1/bmc: start the upgrade to 12.9',
        regarding: { kind: 'UpgradeBatch', name: 'os-aaaa-1' },
        related: { kind: 'Node', name: 'node-1' },
      },
    });
    expect(result.record.processes).toMatchObject([
      { state: 'Running', startTime: timeAt(100), message: "label bmc is '2.8', wanted '2.9'" },
    ]);
  });

  it('is notified of it once', () => {
    expect(kinds(advance({ labels: GIVEN }))).toEqual([]);
    expect(kinds(advance({ labels: GIVEN, before: {} }))).toEqual([]);
  });

  it('is not given its turn before the node is drained', () => {
    expect(kinds(advance({ disruption: 'Drain', input: { pods: [aPod('shop-1', 'node-1')] } }))).toEqual(['Evict']);
  });

  it('is not drained for a second time once it was given its turn', () => {
    const input = { pods: [aPod('shop-1', 'node-1')] };
    expect(advance({ disruption: 'Drain', labels: GIVEN, input }).record.state).toBe('Upgrading');
  });

  it('is notified of another attempt with another Event', () => {
    const nameOf = (attempt: number): unknown => {
      const [command] = advance({ attempt }).commands;
      return command?.kind === 'StartExternal' ? (command.event['metadata'] as { name: string }).name : command?.kind;
    };
    expect(nameOf(2)).not.toBe(nameOf(1));
    expect(nameOf(2)).toMatch(/^bmc-[0-9a-f]{32}$/);
  });

  const running = { before: {}, labels: GIVEN };
  it.each<readonly [string, Case, Partial<ProcessRecord>]>([
    [
      'says what it reported last',
      { ...running, reports: [['UpgradeProgressing', { progress: 40, note: 'flashing' }]] },
      { state: 'Running', message: '40% flashing', startTime: timeAt(90) },
    ],
    [
      'says that it reboots, and remembers it',
      { ...running, reports: [['UpgradeRebooting']] },
      { state: 'Running', message: 'rebooting', rebooting: true },
    ],
    ['is done when verify passes, without a report', { ...running, labels: { ...GIVEN, bmc: '2.9' } }, { state: 'Succeeded' }],
    [
      'is not done by its report alone',
      { ...running, reports: [['UpgradeSucceeded']] },
      { state: 'Verifying', message: "label bmc is '2.8', wanted '2.9'", verifyDeadlineTime: timeAt(160), endTime: timeAt(100) },
    ],
    [
      'fails when what it said does not show in time',
      { ...running, before: { state: 'Verifying', verifyDeadlineTime: timeAt(160), endTime: timeAt(100) }, now: 161 },
      { state: 'Failed', reason: 'VerifyFailed' },
    ],
    [
      'fails when it says so',
      { ...running, reports: [['UpgradeFailed', { note: 'flash is locked' }]] },
      { state: 'Failed', reason: 'JobFailed', message: 'flash is locked' },
    ],
    [
      'fails at its deadline, and says which check fails',
      { ...running, now: 691 },
      { state: 'Failed', reason: 'DeadlineExceeded', message: "not done within 600 s: label bmc is '2.8', wanted '2.9'" },
    ],
  ])('%s', (_, input, expected) => {
    expect(advance(input).record.processes?.[0]).toMatchObject(expected);
  });

  it('that was given its turn is finished although the plan is being deleted', () => {
    expect(advance({ labels: GIVEN, input: { deleting: true } }).record.state).toBe('Upgrading');
    expect(advance({ input: { deleting: true } }).record.state).toBe('NotAttempted');
  });
});
