import type { DoneMark, Quarantine, Turn } from '../../api/marks.ts';
import { parseTurn } from '../../core/reports/parse-turn.ts';
import { ANNOTATIONS, LABELS, TAINTS } from '../../api/names.ts';
import type { NodeFact } from '../../core/facts.ts';
import type { JsonPatchOperation } from '../../kube/client/client.ts';
import { objects, type Json } from '../json.ts';

function pointer(...parts: readonly string[]): string {
  return `/${parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
}

const label = (key: string): string => pointer('metadata', 'labels', key);
const annotation = (key: string): string => pointer('metadata', 'annotations', key);
const UNSCHEDULABLE = '/spec/unschedulable';

/** A JSON Patch adds nothing to a map that is not there. Without the test, what came since the Node was looked at would be lost. */
function emptyMap(path: string): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path, value: null },
    { op: 'add', path, value: {} },
  ];
}

const KEEP_AWAY = [ANNOTATIONS.karpenterDoNotDisrupt, ANNOTATIONS.autoscalerScaleDownDisabled];

/**
 * The claim: one patch that is the intent and the lock. It fails as a whole (422) when the Node is another one, is claimed, or was
 * cordoned or uncordoned since it was looked at.
 */
export function claimPatch(node: NodeFact, planUid: string, turn: Turn): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    ...(Object.keys(node.labels).length === 0 ? emptyMap('/metadata/labels') : []),
    // `test` against null passes where the member is missing.
    { op: 'test', path: label(LABELS.claim), value: null },
    { op: 'test', path: UNSCHEDULABLE, value: node.unschedulable ? true : null },
    ...(node.annotated ? [] : emptyMap('/metadata/annotations')),
    { op: 'add', path: label(LABELS.claim), value: planUid },
    { op: 'add', path: annotation(ANNOTATIONS.turn), value: JSON.stringify(turn) },
    ...KEEP_AWAY.filter((key) => !node.kept.includes(key)).map(
      (key) => ({ op: 'add', path: annotation(key), value: 'true' }) as const,
    ),
    ...(turn.cordoned ? [{ op: 'add', path: UNSCHEDULABLE, value: true } as const] : []),
  ];
}

/** The cordon of a Node that an outsider uncordoned in its turn; nothing else of it may have changed meanwhile, for the turn is written anew. */
export function cordonPatch(node: NodeFact, planUid: string, turn: Turn): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: node.resourceVersion },
    { op: 'test', path: label(LABELS.claim), value: planUid },
    { op: 'test', path: UNSCHEDULABLE, value: null },
    { op: 'add', path: annotation(ANNOTATIONS.turn), value: JSON.stringify(turn) },
    { op: 'add', path: UNSCHEDULABLE, value: true },
  ];
}

/** The taint's place may be another one by now: then the patch fails as a whole (422), and the next pass sees where it is. */
function withoutMark(node: NodeFact, planUid: string): readonly JsonPatchOperation[] {
  const { outdated } = node;
  if (outdated?.planUid !== planUid) return [];
  const taint = pointer('spec', 'taints', `${outdated.index}`);
  return [
    { op: 'test', path: `${taint}/key`, value: TAINTS.outdated },
    { op: 'test', path: `${taint}/value`, value: planUid },
    { op: 'remove', path: taint },
  ];
}

function withoutMarkLabel(node: NodeFact, planUid: string): readonly JsonPatchOperation[] {
  if (node.labels[LABELS.outdated] !== planUid) return [];
  return [{ op: 'remove', path: label(LABELS.outdated) }];
}

/** Marks a Node that is still to do. It fails (422) when the Node is another one, or has been marked meanwhile. */
export function markPatch(node: NodeFact, planUid: string): readonly JsonPatchOperation[] {
  const taint = { key: TAINTS.outdated, value: planUid, effect: 'PreferNoSchedule' };
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    ...(Object.keys(node.labels).length === 0 ? emptyMap('/metadata/labels') : []),
    { op: 'test', path: label(LABELS.outdated), value: null },
    { op: 'add', path: label(LABELS.outdated), value: planUid },
    ...(node.taints > 0
      ? ([{ op: 'add', path: '/spec/taints/-', value: taint }] as const)
      : ([
          { op: 'test', path: '/spec/taints', value: null },
          { op: 'add', path: '/spec/taints', value: [taint] },
        ] as const)),
  ];
}

/** Takes the mark away, or what is left of it. */
export function unmarkPatch(node: NodeFact, planUid: string): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    ...withoutMarkLabel(node, planUid),
    ...withoutMark(node, planUid),
  ];
}

/** What every way of closing a turn has in common: the claim, the turn, our keep-away annotations and the label of the mark go. */
function endOfTurn(node: NodeFact, planUid: string): readonly JsonPatchOperation[] {
  const kept = node.turn?.before.kept ?? [];
  const ours = KEEP_AWAY.filter((key) => node.kept.includes(key) && !kept.includes(key));
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    { op: 'test', path: label(LABELS.claim), value: planUid },
    { op: 'remove', path: label(LABELS.claim) },
    ...takeTurn(node),
    ...(node.turn === undefined ? [] : [{ op: 'remove', path: annotation(ANNOTATIONS.turn) } as const]),
    ...ours.map((key) => ({ op: 'remove', path: annotation(key) }) as const),
    ...withoutMarkLabel(node, planUid),
  ];
}

/** What a release does with the mark that the plan's revision is done. `Forget`: the mark of an earlier revision goes. */
export interface ReleaseMark {
  readonly key: string;
  readonly mark: DoneMark | 'Forget';
}

function markOperation({ key, mark }: ReleaseMark): JsonPatchOperation {
  if (mark === 'Forget') return { op: 'remove', path: annotation(key) };
  return { op: 'add', path: annotation(key), value: JSON.stringify(mark) };
}

/** It is no updater's turn any more. What was given since the Node was looked at must not stay behind. */
function takeTurn(node: NodeFact): readonly JsonPatchOperation[] {
  const given = node.labels[LABELS.process];
  return [
    { op: 'test', path: label(LABELS.process), value: given ?? null },
    ...(given === undefined ? [] : [{ op: 'remove', path: label(LABELS.process) } as const]),
  ];
}

/** The turn of a process that the node's own updater carries out. */
export function givePatch(node: NodeFact, planUid: string, process: string): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    { op: 'test', path: label(LABELS.claim), value: planUid },
    { op: 'add', path: label(LABELS.process), value: process },
  ];
}

/** Whether the end of a turn uncordons the Node. */
function isUncordoned({ turn, unschedulable }: NodeFact): boolean {
  return turn?.cordoned === true && !turn.before.unschedulable && unschedulable;
}

/** The release: restores what was before. A Node that was cordoned before its turn stays cordoned, and so does one that was quarantined. */
export function releasePatch(node: NodeFact, planUid: string, done: ReleaseMark | undefined): readonly JsonPatchOperation[] {
  const uncordon = node.quarantine === undefined && isUncordoned(node);
  return [
    ...endOfTurn(node, planUid),
    ...withoutMark(node, planUid),
    ...(uncordon ? [{ op: 'remove', path: UNSCHEDULABLE } as const] : []),
    ...(done === undefined ? [] : [markOperation(done)]),
  ];
}

/** The release of a quarantined Node on which what it was quarantined for has been taken back: turn and quarantine end in one. */
export function releaseFromQuarantinePatch(
  node: NodeFact,
  planUid: string,
  done: ReleaseMark | undefined,
  current: CurrentNode,
): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: current.resourceVersion },
    ...endOfTurn(node, planUid),
    { op: 'remove', path: annotation(ANNOTATIONS.quarantine) },
    { op: 'add', path: '/spec/taints', value: withoutOurs(current.taints, planUid) },
    ...(isUncordoned(node) ? [{ op: 'remove', path: UNSCHEDULABLE } as const] : []),
    ...(done === undefined ? [] : [markOperation(done)]),
  ];
}

/** The next attempt of a turn. It fails (422) when the Node has changed since it was read. */
export function retryPatch(
  node: NodeFact,
  planUid: string,
  turn: Turn,
  { resourceVersion }: Pick<CurrentNode, 'resourceVersion'>,
): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'test', path: label(LABELS.claim), value: planUid },
    { op: 'replace', path: annotation(ANNOTATIONS.turn), value: JSON.stringify(turn) },
    ...takeTurn(node),
  ];
}

/** A Node as it is now, for patches that must not undo what came since it was looked at. */
export interface CurrentNode {
  readonly resourceVersion: string;
  readonly turn: Turn | undefined;
  readonly taints: readonly Json[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads what {@link quarantinePatch} and {@link retryPatch} need from a Node. */
export function currentNode(node: Json): CurrentNode {
  const metadata = (node['metadata'] ?? {}) as {
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  const spec = (node['spec'] ?? {}) as Json;
  const turn = metadata.annotations?.[ANNOTATIONS.turn];
  return {
    resourceVersion: metadata.resourceVersion ?? '',
    turn: turn === undefined ? undefined : parseTurn(turn),
    taints: objects(spec['taints']),
    labels: metadata.labels ?? {},
  };
}

/** Without the taints that a quarantine replaces: an older one of its own, and the mark of a Node that is still to do. */
function withoutOurs(taints: readonly Json[], planUid: string): readonly Json[] {
  return withoutFailed(taints).filter((taint) => taint['key'] !== TAINTS.outdated || taint['value'] !== planUid);
}

function withoutFailed(taints: readonly Json[]): readonly Json[] {
  return taints.filter((taint) => taint['key'] !== TAINTS.failed);
}

/**
 * The quarantine: the turn ends, but the Node stays cordoned and gets the taint. The mark of an earlier revision goes: what was done
 * then may be undone by half.
 */
export function quarantinePatch(
  node: NodeFact,
  quarantine: Quarantine,
  current: CurrentNode,
  doneMark: string,
): readonly JsonPatchOperation[] {
  const taint = { key: TAINTS.failed, value: quarantine.plan, effect: 'NoSchedule' };
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: current.resourceVersion },
    ...endOfTurn(node, quarantine.planUid),
    ...(node.done === undefined ? [] : [{ op: 'remove', path: annotation(doneMark) } as const]),
    { op: 'add', path: annotation(ANNOTATIONS.quarantine), value: JSON.stringify(quarantine) },
    { op: 'add', path: UNSCHEDULABLE, value: true },
    { op: 'add', path: '/spec/taints', value: [...withoutOurs(current.taints, quarantine.planUid), taint] },
  ];
}

/** The end of a quarantine: taint, annotation and cordon go; a Node that was cordoned before its turn stays so. */
export function endQuarantinePatch(node: NodeFact, current: CurrentNode): readonly JsonPatchOperation[] {
  const stays = node.quarantine?.unschedulableBefore === true;
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    { op: 'test', path: '/metadata/resourceVersion', value: current.resourceVersion },
    { op: 'remove', path: annotation(ANNOTATIONS.quarantine) },
    { op: 'add', path: '/spec/taints', value: withoutFailed(current.taints) },
    ...(stays || !node.unschedulable ? [] : [{ op: 'remove', path: UNSCHEDULABLE } as const]),
  ];
}
