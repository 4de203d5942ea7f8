import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { ROLLED_BACK } from '../../api/marks.ts';
import { COMPONENTS, LABELS } from '../../api/names.ts';
import { isTrue } from '../../core/condition.ts';
import type { Change, Observation, ObservedHost, ObservedWorld } from './observation.ts';
import { prohibitions } from './prohibitions.ts';
import { isRollback } from './rollout.ts';
import type { StoredJob, StoredNode, StoredPod } from './stored-objects.ts';

/** What the checks have to remember of a run. */
export interface Ledger {
  /** Since when something keeps a plan from starting, by plan UID and key of the prohibition. */
  readonly prohibited: Map<string, Map<string, { readonly since: number; readonly sentence: string }>>;
  /** Since when a Node is down for another reason than its turn, by name. */
  readonly nodeDownSince: Map<string, number>;
  /** Since when a plan has claimed a Node, by name. */
  readonly claimedSince: Map<string, number>;
  /** Since when a Node may not hold the baton, by name. */
  readonly unfitSince: Map<string, number>;
  /** Since when a host is down, by name. */
  readonly hostDownSince: Map<string, number>;
  /** Nodes as they were when they were removed, and when, by UID. */
  readonly removedNodes: Map<string, { readonly node: StoredNode; readonly at: number }>;
  /** Whether somebody other than Baton has cordoned a Node, by UID; undefined when the Node was first seen in a turn. */
  readonly cordonedByOthers: Map<string, boolean | undefined>;
  /** Turns in which a container of the upgrade ran, as `batch UID/Node UID`. */
  readonly begun: Set<string>;
  /** Processes whose Job completed, as `batch UID/Node UID/process`. */
  readonly completed: Set<string>;
  /** The revision that is done on a Node, by `plan UID/Node UID`, until another one or a rollback begins there. */
  readonly done: Map<string, string>;
  /** The batch that rolled a Node back, by Node UID. */
  readonly rolledBack: Map<string, string>;
  /** How often a process of a revision has done its work on a host, by `host/process/revision`. */
  readonly runs: Map<string, number>;
  /** The revision that a process did last on a host, by `host/process`. */
  readonly lastRun: Map<string, string>;
  /** UIDs of batches that have settled. */
  readonly settled: Set<string>;
  /** When a failure was first on record, by batch UID and name of the node. */
  readonly failedSince: Map<string, number>;
  /** Names of all UpgradeActions that have existed, as `namespace/name`. */
  readonly actions: Set<string>;
  /** The newest state of each Pod, also after it is gone, by `namespace/name`. */
  readonly pods: Map<string, StoredPod>;
  /** When writes had no effect since the last one that had, by program and object. */
  readonly idleWrites: Map<string, readonly number[]>;
  /** Refusals by what is written and who refuses it. */
  readonly refusals: Map<string, Refusal>;
  /** The resourceVersions of objects before this step, by UID. */
  readonly versions: Map<string, string>;
  /** The number of messages that were checked, and the first content of each, by `sink/id`. */
  messages: number;
  readonly contents: Map<string, string>;
}

/** A write that is refused again and again. */
export interface Refusal {
  readonly since: number;
  readonly last: number;
  readonly message: string;
  readonly what: string;
}

/** An empty ledger. */
export function newLedger(): Ledger {
  return {
    prohibited: new Map(),
    nodeDownSince: new Map(),
    claimedSince: new Map(),
    unfitSince: new Map(),
    hostDownSince: new Map(),
    removedNodes: new Map(),
    cordonedByOthers: new Map(),
    begun: new Set(),
    completed: new Set(),
    done: new Map(),
    rolledBack: new Map(),
    runs: new Map(),
    lastRun: new Map(),
    settled: new Set(),
    failedSince: new Map(),
    actions: new Set(),
    pods: new Map(),
    idleWrites: new Map(),
    refusals: new Map(),
    versions: new Map(),
    messages: 0,
    contents: new Map(),
  };
}

/** Takes note of a change, after it was checked. */
export function remember(ledger: Ledger, observation: Observation, change: Change, now: number): void {
  switch (change.kind) {
    case 'Node':
      rememberNode(ledger, change.before, change.after, now);
      if (change.after !== undefined) rememberDone(ledger, observation, change.before, change.after);
      return;
    case 'Pod':
      if (change.after !== undefined) rememberPod(ledger, change.after);
      return;
    case 'Job':
      if (change.after !== undefined) rememberJob(ledger, observation, change.after);
      return;
    case 'Action':
      if (change.after !== undefined) ledger.actions.add(`${change.after.metadata.namespace}/${change.after.metadata.name}`);
      return;
    case 'Batch':
      rememberBatch(ledger, change.before, change.after, now);
      rememberProhibitions(ledger, observation, now);
      return;
    case 'Plan':
    case 'Lease':
    case 'Freezes':
      rememberProhibitions(ledger, observation, now);
  }
}

/** Takes note of hosts and messages, after a step was checked. */
export function rememberWorld(ledger: Ledger, world: ObservedWorld, now: number): void {
  for (const host of world.hosts()) {
    setSince(ledger.hostDownSince, host.name, host.down, now);
    rememberRuns(ledger, host);
  }
  const messages = world.messages();
  for (const { sink, id, content } of messages.slice(ledger.messages)) {
    const key = `${sink}/${id}`;
    if (!ledger.contents.has(key)) ledger.contents.set(key, content);
  }
  ledger.messages = messages.length;
}

function rememberRuns({ runs, lastRun }: Ledger, host: ObservedHost): void {
  for (const [key, revision] of lastRun) {
    const [name, process] = key.split('/');
    const isUndone = !host.runs.some((run) => run.process === process && run.revision === revision);
    if (name === host.name && isUndone) lastRun.delete(key);
  }
  for (const { process, revision, count } of host.runs) {
    const key = `${host.name}/${process}/${revision}`;
    if (runs.get(key) !== count) lastRun.set(`${host.name}/${process}`, revision);
    runs.set(key, count);
  }
}

/** Since when a prohibition is in force; undefined: it is not. */
export function prohibitedSince(ledger: Ledger, planUid: string, key: string): { since: number; sentence: string } | undefined {
  return ledger.prohibited.get(planUid)?.get(key);
}

function rememberNode(ledger: Ledger, before: StoredNode | undefined, after: StoredNode | undefined, now: number): void {
  if (after === undefined) {
    if (before === undefined) return;
    ledger.removedNodes.set(before.uid, { node: before, at: now });
    ledger.nodeDownSince.delete(before.name);
    ledger.unfitSince.delete(before.name);
    ledger.claimedSince.delete(before.name);
    return;
  }
  const { name, ready, unschedulable, quarantine, failedTaint, claim, leaving } = after;
  const isHeld = quarantine !== undefined || failedTaint;
  setSince(ledger.nodeDownSince, name, !ready || isHeld || (unschedulable && claim === undefined), now);
  setSince(ledger.unfitSince, name, !ready || isHeld || leaving, now);
  if (before?.claim !== claim) ledger.claimedSince.delete(name);
  setSince(ledger.claimedSince, name, claim !== undefined, now);
  rememberCordon(ledger, before, after);
}

function rememberBatch(
  { settled, failedSince }: Ledger,
  before: UpgradeBatch | undefined,
  after: UpgradeBatch | undefined,
  now: number,
): void {
  const { uid } = (after ?? before)?.metadata ?? { uid: '' };
  // A batch that is gone is not open.
  if (after === undefined || isTrue(after.status?.conditions, 'Settled')) settled.add(uid);
  for (const { name, state } of after?.status?.nodes ?? []) setSince(failedSince, `${uid}/${name}`, state === 'Failed', now);
}

function rememberDone(
  { done, rolledBack }: Ledger,
  { batches }: Observation,
  before: StoredNode | undefined,
  { uid, done: marks }: StoredNode,
): void {
  for (const [key, mark] of Object.entries(marks)) {
    if (before?.done[key]?.time === mark.time && before.done[key].batch === mark.batch) continue;
    const batch = [...batches.values()].find(({ metadata }) => metadata.name === mark.batch);
    if (batch === undefined) continue;
    if (mark.revision === ROLLED_BACK) rolledBack.set(uid, mark.batch);
    else done.set(`${batch.spec.planUid}/${uid}`, mark.revision);
  }
}

function rememberJob({ completed, done }: Ledger, { batches }: Observation, job: StoredJob): void {
  if (job.component !== COMPONENTS.upgrade) return;
  if (job.outcome === 'Complete') completed.add(`${job.batchUid}/${job.nodeUid}/${job.process}`);
  const key = `${job.planUid}/${job.nodeUid}`;
  const batch = batches.get(job.batchUid);
  if (batch !== undefined && (isRollback(batch) || done.get(key) !== batch.spec.revision)) done.delete(key);
}

// A cordon that changes with neither turn nor quarantine is somebody else's.
function rememberCordon({ cordonedByOthers }: Ledger, before: StoredNode | undefined, after: StoredNode): void {
  const { uid, unschedulable } = after;
  if (before === undefined) {
    cordonedByOthers.set(uid, isOurs(after) ? after.turn?.before.unschedulable : unschedulable);
    return;
  }
  const isOtherWrite =
    before.claim === after.claim && isSame(before.quarantine, after.quarantine) && isSame(before.turn, after.turn);
  if (before.unschedulable !== unschedulable && isOtherWrite) cordonedByOthers.set(uid, unschedulable);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isOurs({ claim, quarantine }: StoredNode): boolean {
  return claim !== undefined || quarantine !== undefined;
}

function rememberPod(ledger: Ledger, pod: StoredPod): void {
  ledger.pods.set(`${pod.namespace}/${pod.name}`, pod);
  const { [LABELS.batchUid]: batchUid, [LABELS.nodeUid]: nodeUid, [LABELS.component]: component } = pod.labels;
  if (pod.started && component === COMPONENTS.upgrade) ledger.begun.add(`${batchUid ?? ''}/${nodeUid ?? ''}`);
}

function rememberProhibitions(ledger: Ledger, observation: Observation, now: number): void {
  for (const plan of observation.plans.values()) {
    const before = ledger.prohibited.get(plan.metadata.uid);
    const entries = [...prohibitions(observation, plan)].map(
      ([key, sentence]) => [key, { since: before?.get(key)?.since ?? now, sentence }] as const,
    );
    ledger.prohibited.set(plan.metadata.uid, new Map(entries));
  }
}

function setSince(since: Map<string, number>, key: string, holds: boolean, now: number): void {
  if (!holds) since.delete(key);
  else if (!since.has(key)) since.set(key, now);
}
