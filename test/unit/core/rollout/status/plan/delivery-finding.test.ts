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
function batchWith(index: number, receipts: readonly Partial<Receipt>[], asked: readonly string[] = []): UpgradeBatch {
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

describe('The condition NotificationsDelivered, when', () => {
  it.each<readonly [string, readonly UpgradeBatch[], string, string, string]>([
    ['no batch is settled', [aBatch(['node-1'])], 'Unknown', 'NotSettled', 'no batch is settled yet'],
    ['there is no sink', [batchWith(1, [])], 'True', 'NoSinks', 'there was nothing to deliver'],
    [
      'every sink has its receipts',
      [batchWith(1, [{}]), batchWith(2, [{}, { sink: 'mail' }])],
      'True',
      'Delivered',
      '3 notifications delivered',
    ],
    ['a sink has none', [batchWith(1, [{}], ['mail'])], 'False', 'Pending', 'os-aaaa-1 is not delivered to mail yet'],
    [
      'a sink rejected the last message',
      [batchWith(1, [refused])],
      'False',
      'Refused',
      'os-aaaa-1 to ops: HTTP 410 from ops.example',
    ],
    [
      'a sink rejected the last message, and another has not received it',
      [batchWith(1, [refused], ['mail'])],
      'False',
      'Refused',
      'os-aaaa-1 to ops: HTTP 410 from ops.example; os-aaaa-1 is not delivered to mail yet',
    ],
    [
      'two sinks failed for different reasons',
      [batchWith(1, [refused, { sink: 'mail', outcome: 'Failed', reason: 'AddressNotAllowed', message: 'loopback' }])],
      'False',
      'Refused',
      'os-aaaa-1 to ops: HTTP 410 from ops.example; os-aaaa-1 to mail: loopback',
    ],
    [
      'a sink got the built-in text',
      [batchWith(1, [{ remark: { reason: 'TemplateFailed', message: 'line 3' } }])],
      'False',
      'TemplateFailed',
      'os-aaaa-1 to ops: line 3',
    ],
    [
      'a sink that had failed has received the next message',
      [batchWith(1, [refused]), batchWith(2, [{}])],
      'True',
      'Delivered',
      '1 notification delivered, 1 given up: os-aaaa-1 to ops: Refused',
    ],
    [
      'a sink that had failed has received an earlier message later',
      [batchWith(1, [{ time: timeAt(50) }]), batchWith(2, [{ ...refused, time: timeAt(40) }])],
      'True',
      'Delivered',
      '1 notification delivered, 1 given up: os-aaaa-2 to ops: Refused',
    ],
    [
      'many messages were given up before',
      [...[1, 2, 3, 4, 5].map((index) => batchWith(index, [refused])), batchWith(6, [{}])],
      'True',
      'Delivered',
      '1 notification delivered, 5 given up: os-aaaa-3 to ops: Refused, os-aaaa-4 to ops: Refused, os-aaaa-5 to ops: Refused and 2 before',
    ],
    [
      'a sink that failed is no longer in the plan',
      [batchWith(1, [{}, { ...refused, sink: 'gone' }])],
      'True',
      'Delivered',
      '1 notification delivered, 1 given up: os-aaaa-1 to gone: Refused',
    ],
    [
      'a sink was removed, and came back',
      [batchWith(1, [{}, { sink: 'mail', outcome: 'Failed', reason: 'SinkRemoved', message: 'gone' }])],
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
    const { metadata, status } = batchWith(index, receipts);
    const { sinks: _unasked, ...notification } = { id: '', ...status?.notification };
    return { ...aBatch(['node-1'], { name: metadata.name, spec: { index } }), status: { notification } };
  };
  const unreachable =
    'mail, probed from node-7: mail.example: ECONNREFUSED; check its address, and DNS, firewalls and proxies on the way';
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
    [
      'after messages that it received',
      [batchWith(1, [{ sink: 'mail' }]), open(2, [probe(2)])],
      'False',
      'SinkUnreachable',
      unreachable,
    ],
    [
      'and the final message waits for it',
      [batchWith(1, [probe(1)], ['mail'])],
      'False',
      'SinkUnreachable',
      `${unreachable}; os-aaaa-1 is not delivered to mail yet`,
    ],
    [
      'until it receives a message',
      [batchWith(1, [probe(1), { sink: 'mail', time: timeAt(200) }])],
      'True',
      'Delivered',
      '1 notification delivered',
    ],
    [
      'until it is reached, even by the agent of another batch',
      [batchWith(1, [{}, probe(1)]), open(2, [probe(2, { outcome: 'Reached' })])],
      'True',
      'Delivered',
      '1 notification delivered',
    ],
    [
      'and a successful probe does not hide a rejected message',
      [batchWith(1, [{ ...refused, sink: 'mail' }]), open(2, [probe(2, { outcome: 'Reached' })])],
      'False',
      'Refused',
      'os-aaaa-1 to mail: HTTP 410 from ops.example',
    ],
    ['and is not counted', [batchWith(1, [{}, probe(1, { sink: 'gone' })])], 'True', 'Delivered', '1 notification delivered'],
  ])('tells what a probe has found out: %s', (_, batches, status, reason, message) => {
    expect(finding(batches)).toEqual({ status, reason, message });
  });

  it('says first that no node can hold the baton', () => {
    expect(finding([batchWith(1, [refused], ['mail'])], { agentProblem: 'no node may' })).toEqual({
      status: 'False',
      reason: 'NoEligibleAgent',
      message: 'os-aaaa-1 is not delivered to mail yet: no node may',
    });
  });

  it('includes a sink that is not in the plan while the shared sinks cannot be read', () => {
    const sharedSinks = { kind: 'Unreadable', message: 'there is no ConfigMap' } as const;
    expect(finding([batchWith(1, [{ ...refused, sink: 'shared' }])], { sharedSinks })).toMatchObject({ status: 'False' });
  });

  it('includes failures while a batch runs', () => {
    expect(finding([batchWith(1, [refused]), open(2, [])])).toMatchObject({ status: 'False', reason: 'Refused' });
  });
});
