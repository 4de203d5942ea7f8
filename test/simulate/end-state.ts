import type { UpgradeBatch } from '../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../src/api/generated/upgradeplan.ts';
import { COMPONENTS, LABELS } from '../../src/api/names.ts';
import type { ObservedHost, Observation } from '../../src/simulator/invariants/observation.ts';
import type { StoredNode } from '../../src/simulator/invariants/stored-objects.ts';
import type { ReceivedMessage } from '../../src/simulator/programs/message-log.ts';

/** What is left when a run has ended, line by line, without what differs between runs that come to the same. */
export function endState(
  observation: Observation,
  hosts: readonly ObservedHost[],
  messages: readonly ReceivedMessage[],
): readonly string[] {
  const { nodes, plans, batches } = observation;
  const lines = [
    ...hosts.map(({ name, upgradedTo }) => `host ${name}: at ${upgradedTo ?? 'the version that it came with'}`),
    ...[...nodes.values()].flatMap(nodeLines),
    ...[...plans.values()].map(planLine),
    ...[...batches.values()].flatMap(batchLines),
    leftLine(observation),
    notifiedLine(messages),
  ];
  return [...new Set(lines)].toSorted();
}

function nodeLines({ name, unschedulable, claim, quarantine, outdatedBy, done, kept }: StoredNode): readonly string[] {
  return [
    `node ${name}: ${unschedulable ? 'cordoned' : 'open'}, ${claim === undefined ? 'free' : 'claimed'}`,
    ...(quarantine === undefined ? [] : [`node ${name}: quarantined for ${quarantine.reason}`]),
    ...(outdatedBy !== undefined || kept.length > 0 ? [`node ${name}: still has marks`] : []),
    ...Object.entries(done).map(([key, { version, revision }]) => `node ${name}: done ${key} ${version} ${revision}`),
  ];
}

function planLine({ metadata, status = {} }: UpgradePlan): string {
  // A plan that has ended looks at no Nodes any more.
  const { unavailable: _unavailable, ...counts } = status.counts ?? {};
  return `plan ${metadata.name}: ${status.summary ?? ''} ${status.reason ?? ''} ${JSON.stringify(counts)}`;
}

function batchLines({ spec, status }: UpgradeBatch): readonly string[] {
  const kind = spec.rollback === undefined ? 'upgraded' : 'rolled back';
  return (status?.nodes ?? []).map(({ name, state, reason = '' }) => `${spec.plan} ${kind} ${name}: ${state} ${reason}`);
}

function leftLine({ jobs, pods, leases }: Observation): string {
  const components = Object.values<string | undefined>(COMPONENTS);
  const own = [...pods.values()].filter(({ labels }) => components.includes(labels[LABELS.component]));
  return `left: ${jobs.size} Jobs, ${own.length} Pods of Baton, ${leases.size} Leases`;
}

function notifiedLine(messages: readonly ReceivedMessage[]): string {
  const ids = messages.flatMap(({ sink = '', notification, accepted }) =>
    accepted && notification !== undefined ? [`${sink} ${notification.id}`] : [],
  );
  return `notified: ${new Set(ids).size} messages`;
}
