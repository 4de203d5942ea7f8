import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess } from '../../../api/generated/upgradebatch.ts';
import type { Turn } from '../../../api/marks.ts';
import type { NodeFact } from '../../facts.ts';
import type { DaemonSets } from '../model/facts.ts';
import { daemonSetName, daemonSetStateOn, type DaemonSetRef } from './daemon-set.ts';
import { comparedVersion, comparesVersions, versionMismatches, type ComparedVersions } from './verify.ts';

/** The parts of a process that show whether its work is done. */
interface CheckedProcess {
  readonly verify?: ComparedVersions;
  readonly daemonSet?: DaemonSetRef;
}

/** What the upgrade aims for, and the DaemonSets as they are. */
export interface UpgradeTarget {
  /** The plan's version. */
  readonly version: string;
  readonly daemonSets: DaemonSets;
}

/** Why a process has nothing to do on a node. */
export interface IdleReason {
  readonly reason: typeof NODE_REASONS.AlreadyCurrent | typeof NODE_REASONS.NothingToRun;
  readonly message: string;
}

/**
 * Why a process has nothing to do on a node; undefined when it has work, or when that cannot be known. For a Job it shows only in
 * a `verify` that compares a version, for a DaemonSet in its Pod on the node.
 */
export function whyIdle(
  { verify, daemonSet }: CheckedProcess,
  node: NodeFact,
  { version, daemonSets }: UpgradeTarget,
): IdleReason | undefined {
  const { AlreadyCurrent, NothingToRun } = NODE_REASONS;
  const name = daemonSet === undefined ? '' : daemonSetName(daemonSet);
  const state = daemonSet === undefined ? undefined : daemonSetStateOn(daemonSets.get(name), node);
  if (state === 'Absent') return { reason: NothingToRun, message: `DaemonSet ${name} has no Pod on the node` };
  if (verify !== undefined && versionMismatches(verify, node, version).length > 0) return undefined;
  if (state === 'Current')
    return { reason: AlreadyCurrent, message: `DaemonSet ${name} is Ready on the node at its newest revision` };
  if (state !== undefined || verify === undefined || !comparesVersions(verify)) return undefined;
  return { reason: AlreadyCurrent, message: `its verify holds already: ${comparedVersion(verify, node) ?? version}` };
}

/** The processes that run in a turn. The claim leaves out those that had nothing to do when the turn was opened. */
export function processesInTurn(processes: readonly BatchProcess[], turn: Turn | undefined): readonly BatchProcess[] {
  return turn === undefined ? processes : processes.filter((process) => turn.processes.includes(process.name));
}
