import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeFact, PodFact } from '../../../../../src/core/facts.ts';
import { advanceBaton, type BatonResult } from '../../../../../src/core/rollout/agent/advance-baton.ts';
import type { BatonInput } from '../../../../../src/core/rollout/agent/choose-holder.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import type { LeaseFact } from '../../../../../src/core/rollout/model/facts.ts';
import { aLease, anAgent, aNode, aSnapshot, byName, SETTINGS } from './facts.ts';
import { aBatch, aPlan, at, hash, outboxOf, settledStatus, timeAt } from './objects.ts';

/** A baton and its plan: by default four workers, three of them in an open batch, and no holder. */
export interface Case {
  readonly nodes?: readonly NodeFact[];
  /** Names of the batch's nodes; node-1 to node-3 unless said otherwise. */
  readonly batch?: readonly string[];
  readonly earlier?: UpgradeBatch;
  readonly states?: Readonly<Record<string, NodeRecord['state']>>;
  readonly lease?: LeaseFact;
  readonly agents?: readonly PodFact[];
  readonly egress?: boolean;
  readonly input?: Partial<BatonInput>;
}

/** Four workers that may hold. */
export const WORKERS = [aNode('node-1'), aNode('node-2'), aNode('node-3'), aNode('node-4')];

/** The input of the decision. */
export function inputOf({
  nodes = WORKERS,
  batch: names = ['node-1', 'node-2', 'node-3'],
  states = {},
  ...rest
}: Case): BatonInput {
  const { earlier, lease = aLease(), agents = [], egress = false, input = {} } = rest;
  const index = earlier === undefined ? 1 : earlier.spec.index + 1;
  const batch = aBatch(names, { spec: { index } });
  const notify = egress ? { agent: { nodeSelector: { matchLabels: { egress: 'yes' } } } } : {};
  const snapshot = aSnapshot({
    plan: aPlan({ notify: { sinks: [{ name: 'ops', webhook: { url: 'https://hooks.example' } }], ...notify } }),
    batches: earlier === undefined ? [batch] : [earlier, batch],
    nodes: byName(...nodes),
    lease,
    agentPods: agents,
  });
  const records = new Map(names.map((name) => [name, { name, state: states[name] ?? 'Pending' }] as const));
  const common = { holderWaits: false, uncopied: [], now: at(100), settings: SETTINGS, hash };
  return { snapshot, fleet: surveyFleet(snapshot), lease, batch, records, ...common, ...input };
}

/** Decides. */
export function advance(input: Case): BatonResult {
  return advanceBaton(inputOf(input));
}

/** Where the next agent is to be; undefined when none is made. */
export function next(input: Case): string | undefined {
  const [command] = advance(input).commands;
  if (command?.kind !== 'CreateAgentPod') return undefined;
  return /"values":\["(?<node>[^"]+)"\]/.exec(JSON.stringify(command.pod))?.groups?.['node'];
}

/** The batch before, notified by a node. */
export function notifiedBy(node: string): UpgradeBatch {
  return aBatch([node], {
    name: 'os-aaaa-0',
    spec: { index: 1 },
    status: settledStatus([], { notification: outboxOf('os-aaaa-0', node) }),
  });
}

/** The batch before: one node sent its final notification, then another one sent an alert. */
export function alertedBy(alerter: string, notifier: string): UpgradeBatch {
  const batch = notifiedBy(notifier);
  const { id, sinks, receipts = [] } = outboxOf('os-aaaa-0', notifier);
  const alerted = { sink: 'ops', id: 'uid-of-os-aaaa-0/2', outcome: 'Delivered', node: alerter, time: timeAt(1) } as const;
  return { ...batch, status: { ...batch.status, notification: { id, sinks: sinks ?? [], receipts: [...receipts, alerted] } } };
}

/** The Lease while node-3 holds it. */
export const HELD = aLease('node-3');
/** The agent on node-3. */
export const AGENT = anAgent('node-3');
