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
  it.each<{
    readonly title: string;
    readonly batches: readonly UpgradeBatch[];
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }>([
    {
      title: 'no batch is settled',
      batches: [aBatch(['node-1'])],
      status: 'Unknown',
      reason: 'NotSettled',
      message: 'no batch is settled yet',
    },
    {
      title: 'there is no sink',
      batches: [batchWith(1, [])],
      status: 'True',
      reason: 'NoSinks',
      message: 'there was nothing to deliver',
    },
    {
      title: 'every sink has its receipts',
      batches: [batchWith(1, [{}]), batchWith(2, [{}, { sink: 'mail' }])],
      status: 'True',
      reason: 'Delivered',
      message: '3 notifications delivered',
    },
    {
      title: 'a sink has none',
      batches: [batchWith(1, [{}], ['mail'])],
      status: 'False',
      reason: 'Pending',
      message: 'os-aaaa-1 is not delivered to mail yet',
    },
    {
      title: 'a sink rejected the last message',
      batches: [batchWith(1, [refused])],
      status: 'False',
      reason: 'Refused',
      message: 'os-aaaa-1 to ops: HTTP 410 from ops.example',
    },
    {
      title: 'a sink rejected the last message, and another has not received it',
      batches: [batchWith(1, [refused], ['mail'])],
      status: 'False',
      reason: 'Refused',
      message: 'os-aaaa-1 to ops: HTTP 410 from ops.example; os-aaaa-1 is not delivered to mail yet',
    },
    {
      title: 'two sinks failed for different reasons',
      batches: [batchWith(1, [refused, { sink: 'mail', outcome: 'Failed', reason: 'AddressNotAllowed', message: 'loopback' }])],
      status: 'False',
      reason: 'Refused',
      message: 'os-aaaa-1 to ops: HTTP 410 from ops.example; os-aaaa-1 to mail: loopback',
    },
    {
      title: 'a sink got the built-in text',
      batches: [batchWith(1, [{ remark: { reason: 'TemplateFailed', message: 'line 3' } }])],
      status: 'False',
      reason: 'TemplateFailed',
      message: 'os-aaaa-1 to ops: line 3',
    },
    {
      title: 'a sink that had failed has received the next message',
      batches: [batchWith(1, [refused]), batchWith(2, [{}])],
      status: 'True',
      reason: 'Delivered',
      message: '1 notification delivered, 1 given up: os-aaaa-1 to ops: Refused',
    },
    {
      title: 'a sink that had failed has received an earlier message later',
      batches: [batchWith(1, [{ time: timeAt(50) }]), batchWith(2, [{ ...refused, time: timeAt(40) }])],
      status: 'True',
      reason: 'Delivered',
      message: '1 notification delivered, 1 given up: os-aaaa-2 to ops: Refused',
    },
    {
      title: 'many messages were given up before',
      batches: [...[1, 2, 3, 4, 5].map((index) => batchWith(index, [refused])), batchWith(6, [{}])],
      status: 'True',
      reason: 'Delivered',
      message:
        '1 notification delivered, 5 given up: os-aaaa-3 to ops: Refused, os-aaaa-4 to ops: Refused, os-aaaa-5 to ops: Refused and 2 before',
    },
    {
      title: 'a sink that failed is no longer in the plan',
      batches: [batchWith(1, [{}, { ...refused, sink: 'gone' }])],
      status: 'True',
      reason: 'Delivered',
      message: '1 notification delivered, 1 given up: os-aaaa-1 to gone: Refused',
    },
    {
      title: 'a sink was removed, and came back',
      batches: [batchWith(1, [{}, { sink: 'mail', outcome: 'Failed', reason: 'SinkRemoved', message: 'gone' }])],
      status: 'True',
      reason: 'Delivered',
      message: '1 notification delivered',
    },
  ])('when $title', ({ batches, status, reason, message }) => {
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

  it.each<{
    readonly title: string;
    readonly batches: readonly UpgradeBatch[];
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }>([
    {
      title: 'before any batch is settled',
      batches: [open(1, [probe(1)])],
      status: 'False',
      reason: 'SinkUnreachable',
      message: unreachable,
    },
    {
      title: 'with its Secret',
      batches: [open(1, [probe(1, noSecret)])],
      status: 'False',
      reason: 'SecretMissing',
      message: 'mail, probed from node-7: the key url of the Secret hook is missing',
    },
    {
      title: 'after messages that it received',
      batches: [batchWith(1, [{ sink: 'mail' }]), open(2, [probe(2)])],
      status: 'False',
      reason: 'SinkUnreachable',
      message: unreachable,
    },
    {
      title: 'and the final message waits for it',
      batches: [batchWith(1, [probe(1)], ['mail'])],
      status: 'False',
      reason: 'SinkUnreachable',
      message: `${unreachable}; os-aaaa-1 is not delivered to mail yet`,
    },
    {
      title: 'until it receives a message',
      batches: [batchWith(1, [probe(1), { sink: 'mail', time: timeAt(200) }])],
      status: 'True',
      reason: 'Delivered',
      message: '1 notification delivered',
    },
    {
      title: 'until it is reached, even by the agent of another batch',
      batches: [batchWith(1, [{}, probe(1)]), open(2, [probe(2, { outcome: 'Reached' })])],
      status: 'True',
      reason: 'Delivered',
      message: '1 notification delivered',
    },
    {
      title: 'and a successful probe does not hide a rejected message',
      batches: [batchWith(1, [{ ...refused, sink: 'mail' }]), open(2, [probe(2, { outcome: 'Reached' })])],
      status: 'False',
      reason: 'Refused',
      message: 'os-aaaa-1 to mail: HTTP 410 from ops.example',
    },
    {
      title: 'and is not counted',
      batches: [batchWith(1, [{}, probe(1, { sink: 'gone' })])],
      status: 'True',
      reason: 'Delivered',
      message: '1 notification delivered',
    },
  ])('with a failed probe: $title', ({ batches, status, reason, message }) => {
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
