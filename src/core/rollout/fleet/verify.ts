import type { BatchVerify } from '../../../api/generated/upgradebatch.ts';
import { COMPONENTS, LABELS } from '../../../api/names.ts';
import type { NodeFact, NodeInfo, PodFact } from '../../facts.ts';
import { cutToBytes } from '../../text.ts';

const INFO_FIELDS = ['kernelVersion', 'osImage', 'kubeletVersion', 'containerRuntimeVersion'] as const;

/** The part of a `verify` that compares versions. */
export type ComparedVersions = Pick<BatchVerify, keyof NodeInfo | 'nodeLabels'>;

/** Replaces `$(BATON_VERSION)` with the plan's version. */
function withVersion(text: string, version: string): string {
  return text.replaceAll('$(BATON_VERSION)', version);
}

/** Whether a text matches a pattern in which `*` matches any text. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === pattern;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  const end = text.length - last.length;
  // The leftmost match of each part leaves most room for the others, so no backtracking is needed.
  let from = first.length;
  for (const part of rest) {
    const index = text.indexOf(part, from);
    if (index === -1 || index + part.length > end) return false;
    from = index + part.length;
  }
  return true;
}

/** Whether a `verify` compares any version. Only then can it show that a node is at the plan's version. */
export function comparesVersions(verify: ComparedVersions | undefined): boolean {
  if (verify === undefined) return false;
  return INFO_FIELDS.some((field) => verify[field] !== undefined) || Object.keys(verify.nodeLabels ?? {}).length > 0;
}

/** Whether a `verify` that passes shows that the work was done: it compares a version or has a Job. */
export function provesWork(verify: BatchVerify | undefined): boolean {
  return comparesVersions(verify) || verify?.jobTemplate !== undefined;
}

/**
 * The version comparisons of a `verify` that fail, each with the actual and the wanted value.
 *
 * @param allowsVersion whether a value that equals the version passes too: a rollback's `fromVersion` was read from such a value.
 */
export function versionMismatches(
  verify: ComparedVersions,
  node: NodeFact,
  version: string,
  allowsVersion = false,
): readonly string[] {
  const isVersion = (text: string | undefined): boolean =>
    allowsVersion && text !== undefined && cutToBytes(text, 64) === version;
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

/** The node's current value of the first field or label that `verify` compares, cut to 64 bytes; undefined when it has none. */
export function comparedVersion(verify: ComparedVersions, node: NodeFact): string | undefined {
  const field = INFO_FIELDS.find((candidate) => verify[candidate] !== undefined);
  const [label] = Object.keys(verify.nodeLabels ?? {});
  const has = field !== undefined ? node.info[field] : label === undefined ? '' : (node.labels[label] ?? '');
  return has === '' ? undefined : cutToBytes(has, 64);
}

/** DaemonSet Pods of a node that are not Ready, without Baton's reporter, which runs only during the turn. */
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

/** The node that a `verify` checks. */
export interface VerifiedNode {
  readonly node: NodeFact;
  /** All Pods of the node. */
  readonly pods: readonly PodFact[];
  /** The version that the node should have. */
  readonly version: string;
  /** Whether this is a rollback, whose version may have been read from the whole value that `verify` compares. */
  readonly isRollback?: boolean;
}

/** The checks of a `verify` that fail now, each as a sentence; empty when all pass. Its Job is not among them. */
export function unmetChecks(verify: BatchVerify, { node, pods, version, isRollback }: VerifiedNode): readonly string[] {
  const ready = node.ready ? [] : ['the node is not Ready'];
  const daemonPods = verify.daemonSetsReady ? unreadyDaemonPods(pods) : [];
  return [
    ...ready,
    ...versionMismatches(verify, node, version, isRollback),
    ...daemonPods.map((pod) => `daemonSetsReady: Pod ${pod.namespace}/${pod.name} is not Ready`),
  ];
}

/** The node's current version: the value that the first `verify` that compares versions refers to; undefined when none does. */
export function versionBefore(processes: readonly { readonly verify?: ComparedVersions }[], node: NodeFact): string | undefined {
  const verify = processes.map((process) => process.verify).find((candidate) => comparesVersions(candidate));
  return verify === undefined ? undefined : comparedVersion(verify, node);
}
