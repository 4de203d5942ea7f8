import { describe, expect, it } from '@jest/globals';
import type { Receipt } from '../../../../src/api/generated/upgradebatch.ts';
import { isHolder, readLease, renewLease } from '../../../../src/core/baton/lease.ts';

const NOW = Date.parse('2026-11-22T10:00:00.123Z');
const RECEIPT: Receipt = {
  sink: 'ops',
  id: 'uid/1',
  outcome: 'Delivered',
  node: 'node-1',
  attempts: 2,
  time: '2026-11-22T10:00:00Z',
};

/** A Lease as the API server has it, with a field that nobody here knows. */
function leaseObject(annotations: Record<string, string> = {}): Record<string, unknown> {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: 'kernel-agent',
      resourceVersion: '7',
      labels: { 'baton.dev/plan': 'kernel' },
      annotations: {
        'baton.dev/agent-pod-uid': 'pod-1',
        'baton.dev/batch': 'kernel-7f3c-1',
        'example.com/other': 'stays',
        ...annotations,
      },
    },
    spec: {
      holderIdentity: 'node-1',
      leaseDurationSeconds: 15,
      leaseTransitions: 3,
      strategy: 'example.com/new',
      renewTime: '2026-11-22T09:59:55.000000Z',
    },
  };
}

describe('A Lease', () => {
  it('is read with what the agent needs', () => {
    expect(readLease(leaseObject({ 'baton.dev/receipts': JSON.stringify([RECEIPT]) }))).toMatchObject({
      holder: 'node-1',
      agentPodUid: 'pod-1',
      batch: 'kernel-7f3c-1',
      durationSeconds: 15,
      receipts: [RECEIPT],
    });
  });

  it('has the handle and the remark of a receipt', () => {
    const told = { ...RECEIPT, handle: 'C1/1.2', remark: { reason: 'TemplateFailed', message: 'line 3' } };

    expect(readLease(leaseObject({ 'baton.dev/receipts': JSON.stringify([told]) })).receipts).toEqual([told]);
  });

  it('has no holder at first', () => {
    const lease = readLease({ metadata: {}, spec: {} });

    expect(lease).toMatchObject({ holder: '', agentPodUid: '', batch: '', durationSeconds: 15, receipts: [] });
    expect(isHolder(lease, { node: 'node-1', podUid: 'pod-1' })).toBe(false);
  });

  it.each([
    { node: 'node-1', podUid: 'pod-1', named: true },
    { node: 'node-1', podUid: 'pod-0', named: false },
    { node: 'node-2', podUid: 'pod-1', named: false },
  ])('is held by $podUid on $node: $named', ({ node, podUid, named }) => {
    expect(isHolder(readLease(leaseObject()), { node, podUid })).toBe(named);
  });

  it.each(['', 'not JSON', '{}', '[1, null, "x"]', '[{"sink":"ops"}]'])('with the invalid receipts %j has none', (receipts) => {
    expect(readLease(leaseObject({ 'baton.dev/receipts': receipts })).receipts).toEqual([]);
  });

  it.each([
    { title: 'an unknown outcome', wrong: { outcome: 'Perhaps' }, read: [] },
    { title: 'a message that was merely reached', wrong: { outcome: 'Reached' }, read: [] },
    { title: 'a probe that delivers', wrong: { id: 'uid/probe', outcome: 'Delivered' }, read: [] },
    { title: 'no time', wrong: { time: 'soon' }, read: [] },
    { title: 'a sink name that is too long', wrong: { sink: 'x'.repeat(41) }, read: [] },
    { title: 'attempts that are not a number', wrong: { attempts: '2' }, read: [{ ...RECEIPT, attempts: undefined }] },
    { title: 'a message that is too long', wrong: { message: 'x'.repeat(257) }, read: [RECEIPT] },
    { title: 'a handle that is too long', wrong: { handle: 'x'.repeat(129) }, read: [RECEIPT] },
    { title: 'a remark without a message', wrong: { remark: { reason: 'TemplateFailed' } }, read: [RECEIPT] },
    { title: 'a field that the status does not have', wrong: { extra: true }, read: [RECEIPT] },
  ])('yields only receipts that fit into the status: $title', ({ wrong, read }) => {
    const { receipts } = readLease(leaseObject({ 'baton.dev/receipts': JSON.stringify([{ ...RECEIPT, ...wrong }]) }));

    expect(receipts).toEqual(read);
  });
});

describe('The receipt of a probe', () => {
  it.each(['Failed', 'Reached'])('is read from the Lease: %s', (outcome) => {
    const probe = { ...RECEIPT, id: 'uid/probe.2', outcome };
    expect(readLease(leaseObject({ 'baton.dev/receipts': JSON.stringify([probe]) })).receipts).toEqual([probe]);
  });
});

describe('Renewing a Lease', () => {
  it('changes the time and nothing else', () => {
    const before = leaseObject();

    const after = renewLease(readLease(before), NOW, []);

    expect(after).toEqual({ ...before, spec: { ...(before['spec'] as object), renewTime: '2026-11-22T10:00:00.123000Z' } });
  });

  it('adds receipts to those that are there, each once', () => {
    const there = { ...RECEIPT, sink: 'chat' };
    const lease = readLease(leaseObject({ 'baton.dev/receipts': JSON.stringify([there]) }));

    const { receipts, object } = readLease(renewLease(lease, NOW, [RECEIPT, there]));

    expect(receipts).toEqual([there, RECEIPT]);
    expect(object).toMatchObject({ metadata: { resourceVersion: '7', annotations: { 'example.com/other': 'stays' } } });
  });
});
