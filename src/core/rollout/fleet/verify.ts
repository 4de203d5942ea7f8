import type { BatchVerify } from '../../../api/generated/upgradebatch.ts';
import { COMPONENTS, LABELS } from '../../../api/names.ts';
import type { NodeFact, NodeInfo, PodFact } from '../../facts.ts';
import { cutToBytes } from '../../text.ts';

const INFO_FIELDS = ['kernelVersion', 'osImage', 'kubeletVersion', 'containerRuntimeVersion'] as const;

/** The part of a `verify` that tells one version from another. */
export type ComparedVersions = Pick<BatchVerify, keyof NodeInfo | 'nodeLabels'>;

/** Puts the plan's version in the place of `$(BATON_VERSION)`. */
function withVersion(text: string, version: string): string {
  return text.replaceAll('$(BATON_VERSION)', version);
}

/** Whether a text is what a pattern says: `*` stands for any text, everything else for itself. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === pattern;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  const end = text.length - last.length;
  // The leftmost place for each part leaves most room for the others, so nothing has to be tried twice.
  let from = first.length;
  for (const part of rest) {
    const place = text.indexOf(part, from);
    if (place === -1 || place + part.length > end) return false;
    from = place + part.length;
  }
  return true;
}

/** Whether a `verify` compares any version: only then can it tell that a node is at the plan's version. */
export function comparesVersions(verify: ComparedVersions | undefined): boolean {
  if (verify === undefined) return false;
  return INFO_FIELDS.some((field) => verify[field] !== undefined) || Object.keys(verify.nodeLabels ?? {}).length > 0;
}

/** Whether a `verify` that holds shows that the work was done: it compares a version or has a Job that looks. */
export function provesWork(verify: BatchVerify | undefined): boolean {
  return comparesVersions(verify) || verify?.jobTemplate !== undefined;
}

/**
 * What differs from what `verify` compares, each as a sentence: which field has what and should have what.
 *
 * @param whole whether a text that is the version itself is right as well: that is where the version of a node that goes back was read.
 */
export function versionMismatches(verify: ComparedVersions, node: NodeFact, version: string, whole = false): readonly string[] {
  const isVersion = (text: string | undefined): boolean => whole && text !== undefined && cutToBytes(text, 64) === version;
  const mismatches: string[] = [];
  for (const field of INFO_FIELDS) {
    const wanted = verify[field];
    if (wanted === undefined) continue;
    const pattern = withVersion(wanted, version);
    const has = node.info[field];
    if (!matchesPattern(pattern, has) && !isVersion(has))
      mismatches.push(`${field} is ${has === '' ? 'unknown' : has}, wanted ${pattern}`);
  }
  for (const [key, value] of Object.entries(verify.nodeLabels ?? {})) {
    const wanted = withVersion(value, version);
    const has = Object.hasOwn(node.labels, key) ? node.labels[key] : undefined;
    if (has !== wanted && !isVersion(has))
      mismatches.push(`label ${key} is ${has === undefined ? 'missing' : `'${has}'`}, wanted '${wanted}'`);
  }
  return mismatches;
}

/** What the node has now of the first thing that `verify` compares: the version that it comes from. Undefined when it has nothing there. */
export function comparedVersion(verify: ComparedVersions, node: NodeFact): string | undefined {
  const field = INFO_FIELDS.find((candidate) => verify[candidate] !== undefined);
  const [label] = Object.keys(verify.nodeLabels ?? {});
  const has = field !== undefined ? node.info[field] : label === undefined ? '' : (node.labels[label] ?? '');
  return has === '' ? undefined : cutToBytes(has, 64);
}

/** DaemonSet Pods of a node that are not Ready. Baton's own reporter is there for the turn alone, and says nothing of the upgrade. */
function unreadyDaemonPods(pods: readonly PodFact[]): readonly PodFact[] {
  return pods.filter(
    (pod) =>
      pod.controllerKind === 'DaemonSet' &&
      pod.labels[LABELS.component] !== COMPONENTS.reporter &&
      pod.phase !== 'Succeeded' &&
      pod.phase !== 'Failed' &&
      (!pod.ready || pod.deleting),
  );
}

/** A node that a `verify` looks at. */
export interface VerifiedNode {
  readonly node: NodeFact;
  /** The Pods of the node. */
  readonly pods: readonly PodFact[];
  /** The version that the node goes to. */
  readonly version: string;
  /** It goes back: its version may have been read where `verify` looks, and be the whole text there. */
  readonly goesBack?: boolean;
}

/** Everything of a `verify` that does not hold now, each as a sentence; nothing: it holds. */
export function unmetChecks(verify: BatchVerify, { node, pods, version, goesBack: back }: VerifiedNode): readonly string[] {
  const ready = node.ready ? [] : ['the node is not Ready'];
  const daemonPods = verify.daemonSetsReady ? unreadyDaemonPods(pods) : [];
  return [
    ...ready,
    ...versionMismatches(verify, node, version, back),
    ...daemonPods.map((pod) => `daemonSetsReady: Pod ${pod.namespace}/${pod.name} is not Ready`),
  ];
}

/** What a node has now of the first thing that the processes' `verify` compares; undefined when they compare nothing. */
export function versionBefore(processes: readonly { readonly verify?: ComparedVersions }[], node: NodeFact): string | undefined {
  const verify = processes.map((process) => process.verify).find((candidate) => comparesVersions(candidate));
  return verify === undefined ? undefined : comparedVersion(verify, node);
}
