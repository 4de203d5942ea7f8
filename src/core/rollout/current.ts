import type { BatchProcess } from '../../api/generated/upgradebatch.ts';
import type { Turn } from '../../api/marks.ts';
import type { NodeFact } from '../facts.ts';
import { comparedVersion, comparesVersions, versionMismatches, type ComparedVersions } from './verify.ts';

/** A process with what its `verify` compares. */
interface Verified {
  readonly verify?: ComparedVersions;
}

/** Whether a node has already what a process would bring: only a `verify` that compares a version can tell. */
export function isCurrent({ verify }: Verified, node: NodeFact, version: string): boolean {
  return verify !== undefined && comparesVersions(verify) && versionMismatches(verify, node, version).length === 0;
}

/** The processes of a turn that run. Those that the claim left out had nothing to do when the turn was opened. */
export function runInTurn(processes: readonly BatchProcess[], turn: Turn | undefined): readonly BatchProcess[] {
  return turn === undefined ? processes : processes.filter((process) => turn.processes.includes(process.name));
}

/** What a node has now of the first thing that the processes' `verify` compares; undefined when they compare nothing. */
export function versionBefore(processes: readonly Verified[], node: NodeFact): string | undefined {
  const verify = processes.map((process) => process.verify).find((candidate) => comparesVersions(candidate));
  return verify === undefined ? undefined : comparedVersion(verify, node);
}
