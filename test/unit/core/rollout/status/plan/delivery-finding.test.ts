import { describe, expect, it } from '@jest/globals';
import type { Receipt, UpgradeBatch } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { Sink } from '../../../../../../src/api/generated/upgradeplan.ts';
import { deliveryFinding } from '../../../../../../src/core/rollout/status/plan/delivery-finding.ts';
import type { PlanFinding } from '../../../../../../src/core/rollout/status/plan/plan-findings.ts';
import type { PlanSnapshot } from '../../../../../../src/core/rollout/model/snapshot.ts';
import { aSnapshot } from '../../support/facts.ts';
import { aBatch, aPlan, settledStatus, timeAt } from '../../support/objects.ts';

const sinks: Sink[] = ['ops', 'mail'].map((name) => ({ name, webhook: { url: `https://${name}.example` } }));
const PLAN = aPlan({ notify: { sinks } });

/** A batch that has settled, with receipts of these sinks for its final message. */
function told(index: number, receipts: readonly Partial<Receipt>[], asked: readonly string[] = []): UpgradeBatch {
  const name = `os-aaaa-${index}`;
  const id = `uid-of-${name}/1`;
  const full = receipts.map((receipt): Receipt => ({ sink: 'ops', id, outcome: 'Delivered', time: timeAt(index), ...receipt }));
  const answered = full.filter((receipt) => receipt.id === id).map(({ sink }) => sink);
  const notification = { id, sinks: [...answered, ...asked], receipts: full };
  return aBatch(['node-1'], { name, spec: { index }, status: settledStatus([], { notification }) });
}

function finding(
  batches: readonly UpgradeBatch[],
  { agentProblem, ...changes }: Partial<PlanSnapshot> & { readonly agentProblem?: string } = {},
): Pick<PlanFinding, 'status' | 'reason' | 'message'> {
  const { status, reason, message } = deliveryFinding(aSnapshot({ plan: PLAN, batches, ...changes }), agentProblem);
  return { status, reason, message };
}

const refused: Partial<Receipt> = { outcome: 'Failed', reason: 'Refused', message: 'HTTP 410 from ops.example' };

describe('Whether everybody was told', () => {
  it.each<readonly [string, readonly UpgradeBatch[], string, string, string]>([
    ['no batch is settled', [aBatch(['node-1'])], 'Unknown', 'NotSettled', 'no batch is settled yet'],
    ['there is no sink', [told(1, [])], 'True', 'NoSinks', 'no sink of the plan has asked for anything'],
    [
      'every sink has its receipts',
      [told(1, [{}]), told(2, [{}, { sink: 'mail' }])],
      'True',
      'Delivered',
      '3 notifications delivered',
    ],
    ['a sink has none', [told(1, [{}], ['mail'])], 'False', 'Pending', 'os-aaaa-1 is still to be told to mail'],
    ['a sink refused the last one', [told(1, [refused])], 'False', 'Refused', 'os-aaaa-1 to ops: HTTP 410 from ops.example'],
    [
      'a sink refused the last one, and another is still to be told',
      [told(1, [refused], ['mail'])],
      'False',
      'Refused',
      'os-aaaa-1 to ops: HTTP 410 from ops.example; os-aaaa-1 is still to be told to mail',
    ],
    [
      'two sinks failed, each in its way',
      [told(1, [refused, { sink: 'mail', outcome: 'Failed', reason: 'AddressNotAllowed', message: 'loopback' }])],
      'False',
      'Refused',
      'os-aaaa-1 to ops: HTTP 410 from ops.example; os-aaaa-1 to mail: loopback',
    ],
    [
      'a sink got the built-in text',
      [told(1, [{ remark: { reason: 'TemplateFailed', message: 'line 3' } }])],
      'False',
      'TemplateFailed',
      'os-aaaa-1 to ops: line 3',
    ],
    [
      'a sink that had failed has taken the next one',
      [told(1, [refused]), told(2, [{}])],
      'True',
      'Delivered',
      '1 notification delivered, 1 given up: os-aaaa-1 to ops: Refused',
    ],
    [
      'a sink that had failed has taken a backlog, later than the batch after it',
      [told(1, [{ time: timeAt(50) }]), told(2, [{ ...refused, time: timeAt(40) }])],
      'True',
      'Delivered',
      '1 notification delivered, 1 given up: os-aaaa-2 to ops: Refused',
    ],
    [
      'many were given up before',
      [...[1, 2, 3, 4, 5].map((index) => told(index, [refused])), told(6, [{}])],
      'True',
      'Delivered',
      '1 notification delivered, 5 given up: os-aaaa-3 to ops: Refused, os-aaaa-4 to ops: Refused, os-aaaa-5 to ops: Refused and 2 before',
    ],
    [
      'a sink that failed is not in the plan any more',
      [told(1, [{}, { ...refused, sink: 'gone' }])],
      'True',
      'Delivered',
      '1 notification delivered, 1 given up: os-aaaa-1 to gone: Refused',
    ],
    [
      'a sink was removed, and came back',
      [told(1, [{}, { sink: 'mail', outcome: 'Failed', reason: 'SinkRemoved', message: 'gone' }])],
      'True',
      'Delivered',
      '1 notification delivered',
    ],
  ])('when %s', (_, batches, status, reason, message) => {
    expect(finding(batches)).toEqual({ status, reason, message });
  });

  const probe = (index: number, changes: Partial<Receipt> = {}): Partial<Receipt> => ({
    ...{ sink: 'mail', id: `uid-of-os-aaaa-${index}/probe`, node: 'node-7', outcome: 'Failed', reason: 'SinkUnreachable' },
    ...{ message: 'mail.example: ECONNREFUSED', time: timeAt(100 * index), ...changes },
  });
  const open = (index: number, receipts: readonly Partial<Receipt>[]): UpgradeBatch => {
    const { metadata, status } = told(index, receipts);
    const { sinks: _unasked, ...notification } = { id: '', ...status?.notification };
    return { ...aBatch(['node-1'], { name: metadata.name, spec: { index } }), status: { notification } };
  };
  const unreachable =
    'mail, probed from node-7: mail.example: ECONNREFUSED; look at its address, and at DNS, firewall and proxy on the way';
  const noSecret = { reason: 'SecretMissing', message: 'the key url of the Secret hook is missing' };

  it.each<readonly [string, readonly UpgradeBatch[], string, string, string]>([
    ['before any batch is settled', [open(1, [probe(1)])], 'False', 'SinkUnreachable', unreachable],
    [
      'with its Secret',
      [open(1, [probe(1, noSecret)])],
      'False',
      'SecretMissing',
      'mail, probed from node-7: the key url of the Secret hook is missing',
    ],
    ['after messages that it took', [told(1, [{ sink: 'mail' }]), open(2, [probe(2)])], 'False', 'SinkUnreachable', unreachable],
    [
      'and the final message waits for it',
      [told(1, [probe(1)], ['mail'])],
      'False',
      'SinkUnreachable',
      `${unreachable}; os-aaaa-1 is still to be told to mail`,
    ],
    [
      'until it takes a message',
      [told(1, [probe(1), { sink: 'mail', time: timeAt(200) }])],
      'True',
      'Delivered',
      '1 notification delivered',
    ],
    [
      'until it is reached, also by the agent of another batch',
      [told(1, [{}, probe(1)]), open(2, [probe(2, { outcome: 'Reached' })])],
      'True',
      'Delivered',
      '1 notification delivered',
    ],
    [
      'and that it is reached does not make good what it refused',
      [told(1, [{ ...refused, sink: 'mail' }]), open(2, [probe(2, { outcome: 'Reached' })])],
      'False',
      'Refused',
      'os-aaaa-1 to mail: HTTP 410 from ops.example',
    ],
    ['and is not counted', [told(1, [{}, probe(1, { sink: 'gone' })])], 'True', 'Delivered', '1 notification delivered'],
  ])('tells what a probe has found out: %s', (_, batches, status, reason, message) => {
    expect(finding(batches)).toEqual({ status, reason, message });
  });

  it('says first that nobody may speak', () => {
    expect(finding([told(1, [refused], ['mail'])], { agentProblem: 'no node may' })).toEqual({
      status: 'False',
      reason: 'NoEligibleAgent',
      message: 'os-aaaa-1 is still to be told to mail: no node may',
    });
  });

  it('minds a sink that is in no plan as long as the shared sinks cannot be read', () => {
    const sharedSinks = { kind: 'Unreadable', message: 'there is no ConfigMap' } as const;
    expect(finding([told(1, [{ ...refused, sink: 'shared' }])], { sharedSinks })).toMatchObject({ status: 'False' });
  });

  it('says so while a batch runs, too', () => {
    expect(finding([told(1, [refused]), open(2, [])])).toMatchObject({ status: 'False', reason: 'Refused' });
  });
});
