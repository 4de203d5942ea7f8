import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { DaemonSetFact, NodeFact, PodFact } from '../../facts.ts';
import { cutToBytes, toInstant, toRfc3339 } from '../../text.ts';
import type { Command } from '../model/command.ts';
import { daemonSetName, isOfNewest, podsOn, daemonSetStateOn, type DaemonSetRef } from '../fleet/daemon-set.ts';
import { podName } from './drain/pods-to-evict.ts';
import type { NodeInput } from './node-input.ts';
import { misfit } from '../fleet/pod-fit.ts';
import type { BegunResult } from './process-result.ts';
import { unfinishedPod } from './retry.ts';

/** What the decision about a process that replaces a DaemonSet's Pod is based on. */
export interface DaemonSetInput {
  readonly input: NodeInput;
  readonly node: NodeFact;
  readonly process: BatchProcess;
  /** The DaemonSet that the process names. */
  readonly of: DaemonSetRef;
  readonly attempt: number;
  /** The record of this attempt as persisted. */
  readonly before: ProcessRecord | undefined;
}

/** Why no Pod of the newest revision is Ready yet. */
interface Obstacle {
  readonly message: string;
  /** The reason of the failure if the obstacle lasts until the deadline. */
  readonly reason: string;
  /** The Pod to replace now, if any. */
  readonly replace?: PodFact;
}

/**
 * Decides how far a process is that replaces the Pod of a DaemonSet. It relies only on the Pods on the node, so a kill between
 * the deletion and its record loses nothing, and it never deletes a Pod of the newest revision.
 */
export function advanceDaemonSet(daemon: DaemonSetInput): BegunResult {
  const { input, node, process, of, attempt, before } = daemon;
  const { now } = input;
  const ended = before === undefined ? undefined : endedResult(before);
  if (ended !== undefined) return ended;
  const set = input.daemonSets.get(daemonSetName(of));
  const state = daemonSetStateOn(set, node);
  if (before === undefined && state === 'Absent')
    return { kind: 'Succeeded', record: skippedWithoutPod(process, of), overdue: false };
  const started = toInstant(before?.startTime) ?? now;
  const deadline = started + process.deadlineSeconds * 1000;
  const base = { name: process.name, attempt, startTime: toRfc3339(started) };
  if (state === 'Current')
    return { kind: 'Succeeded', record: { ...base, state: 'Succeeded', endTime: toRfc3339(now) }, overdue: false };
  const obstacle = obstacleOf(daemon, set);
  if (now > deadline) {
    const message = cutToBytes(`not Ready within ${process.deadlineSeconds} s: ${obstacle.message}`, 128);
    const record: ProcessRecord = { ...base, state: 'Failed', reason: obstacle.reason, message, endTime: toRfc3339(now) };
    return { kind: 'Failed', record, overdue: false };
  }
  const record: ProcessRecord = { ...base, state: 'Running', message: cutToBytes(obstacle.message, 128) };
  return {
    kind: 'Running',
    record,
    overdue: false,
    requeueAt: deadline + 1000,
    commands: replaceCommands(daemon, obstacle.replace),
  };
}

function endedResult(record: ProcessRecord): BegunResult | undefined {
  if (record.state === 'Skipped') return { kind: 'Succeeded', record, overdue: false };
  const ended = record.state === 'Succeeded' || record.state === 'Failed';
  return ended ? { kind: record.state, record, overdue: false } : undefined;
}

/** The record of a process on a node where the DaemonSet has no Pod and will not get one. */
export function skippedWithoutPod({ name }: Pick<BatchProcess, 'name'>, of: DaemonSetRef): ProcessRecord {
  const message = cutToBytes(`DaemonSet ${daemonSetName(of)} has no Pod on the node`, 128);
  return { name, state: 'Skipped', reason: NODE_REASONS.NothingToRun, message };
}

function obstacleOf(daemon: DaemonSetInput, set: DaemonSetFact | undefined): Obstacle {
  const { input, node, of } = daemon;
  const name = daemonSetName(of);
  const reason = NODE_REASONS.DeadlineExceeded;
  if (set === undefined) return { message: `DaemonSet ${name} is missing`, reason };
  const pods = podsOn(set, node);
  const ending = pods.find((pod) => pod.deleting);
  const lost = node.ready ? '' : ', and its node is not Ready';
  if (ending !== undefined) return { message: `Pod ${podName(ending)} is terminating${lost}`, reason: NODE_REASONS.PodNotGone };
  const fresh = pods.find((pod) => isOfNewest(set, pod));
  if (fresh !== undefined) return { message: `Pod ${podName(fresh)} ${describeNotReady(fresh)}`, reason };
  const [old] = pods;
  if (old === undefined) return { message: `DaemonSet ${name} has no Pod on the node${whyNone(set, node)}`, reason };
  if (set.deleting) return { message: `DaemonSet ${name} is being deleted`, reason };
  if (set.newest === undefined) return { message: `the newest revision of DaemonSet ${name} is not known yet`, reason };
  if (set.updateStrategy !== 'OnDelete')
    return { message: `DaemonSet ${name} has updateStrategy ${set.updateStrategy} now`, reason };
  const left = unfinishedPod(input.pods, input.batch.metadata.uid);
  if (left !== undefined) return { message: `waiting for Pod ${left.name} to be gone`, reason };
  return { message: `Pod ${podName(old)} is being replaced`, reason, replace: old };
}

function whyNone({ podSpec }: DaemonSetFact, node: NodeFact): string {
  const why = misfit(podSpec, node);
  return why === undefined ? '' : `: ${why}`;
}

/** Why a Pod is not Ready. */
function describeNotReady({ waiting, terminated }: PodFact): string {
  if (waiting !== undefined) return `is not Ready: ${waiting}`;
  if (terminated === undefined) return 'is not Ready';
  return `is not Ready: exit code ${terminated.exitCode}${terminated.reason === '' ? '' : ` (${terminated.reason})`}`;
}

function replaceCommands({ process, node }: DaemonSetInput, pod: PodFact | undefined): readonly Command[] {
  if (pod === undefined) return [];
  const why = `${process.name} is next on ${node.name}: ${podName(pod)} is of an earlier revision of its DaemonSet`;
  return [{ kind: 'ReplacePod', pod, why }];
}
