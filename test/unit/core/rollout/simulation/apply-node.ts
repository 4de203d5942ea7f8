import type { NodeFact } from '../../../../../src/core/facts.ts';
import { ANNOTATIONS, LABELS } from '../../../../../src/api/names.ts';
import type { Command, NodeCommand } from '../../../../../src/core/rollout/model/command.ts';
import { startUpdater } from './updaters.ts';
import type { Answer } from './apply.ts';
import type { World } from './world.ts';

const KEEP_AWAY = [ANNOTATIONS.autoscalerScaleDownDisabled, ANNOTATIONS.karpenterDoNotDisrupt];

/** The JSON Patches on Nodes, with their tests, at the level of facts (the real ones are tested against a real API server). */
export function applyToNode(world: World, command: NodeCommand): Answer {
  const current = world.nodes.get(command.node.name);
  if (current === undefined || current.uid !== command.node.uid) return 'Refused';
  const changes = changesFor(world, current, command);
  if (changes === undefined) return 'Refused';
  world.setNode(current.name, changes);
  if (command.kind === 'StartExternal' && current.labels[LABELS.process] !== command.process) startUpdater(world, command);
  return 'Applied';
}

function changesFor(world: World, current: NodeFact, command: NodeCommand): Partial<NodeFact> | undefined {
  const { node } = command;
  const planUid = world.plan?.metadata.uid;
  switch (command.kind) {
    case 'OpenTurn': {
      if (current.claim !== undefined || current.unschedulable !== node.unschedulable) return undefined;
      const { turn } = command;
      return { claim: planUid, turn, kept: KEEP_AWAY, unschedulable: current.unschedulable || turn.cordoned };
    }
    case 'RetryTurn':
      return retrying(current, command, planUid);
    case 'StartExternal':
      return giving(current, command.process, planUid);
    case 'CloseTurn':
      return closing(current, command, planUid);
    case 'Cordon':
      return cordoning(current, command, planUid);
    case 'Quarantine':
      if (current.claim === undefined || current.claim !== planUid) return undefined;
      return { ...endOfTurn(current), done: undefined, quarantine: command.quarantine, failedTaint: true, unschedulable: true };
    case 'MarkOutdated':
      return marking(current, planUid);
    case 'UnmarkOutdated':
      // A node that joined anew with its old labels has the label alone.
      return current.outdated === undefined && current.labels[LABELS.outdated] === undefined ? undefined : withoutMark(current);
    case 'EndQuarantine':
      return endingQuarantine(current, node);
  }
}

function marking(current: NodeFact, planUid: string | undefined): Partial<NodeFact> | undefined {
  if (current.outdated !== undefined || planUid === undefined) return undefined;
  return { outdated: { planUid, index: 0 }, taints: 1, labels: { ...current.labels, [LABELS.outdated]: planUid } };
}

function endingQuarantine(current: NodeFact, node: NodeFact): Partial<NodeFact> | undefined {
  if (current.quarantine === undefined) return undefined;
  const stays = node.quarantine?.unschedulableBefore === true;
  return { quarantine: undefined, failedTaint: false, unschedulable: stays ? current.unschedulable : false };
}

function giving(current: NodeFact, process: string, planUid: string | undefined): Partial<NodeFact> | undefined {
  if (current.claim === undefined || current.claim !== planUid) return undefined;
  return { labels: { ...current.labels, [LABELS.process]: process } };
}

function retrying(
  current: NodeFact,
  { turn }: Extract<Command, { kind: 'RetryTurn' }>,
  planUid: string | undefined,
): Partial<NodeFact> | undefined {
  if (current.claim !== planUid || current.turn?.batchUid !== turn.batchUid) return undefined;
  return current.turn.attempt >= turn.attempt ? undefined : { turn, labels: withoutProcess(current) };
}

function cordoning(
  current: NodeFact,
  { node, turn }: Extract<Command, { kind: 'Cordon' }>,
  planUid: string | undefined,
): Partial<NodeFact> | undefined {
  if (current.claim !== planUid || current.resourceVersion !== node.resourceVersion || current.unschedulable) return undefined;
  return { turn, unschedulable: true };
}

function closing(
  current: NodeFact,
  { node, done, forget, endQuarantine }: Extract<Command, { kind: 'CloseTurn' }>,
  planUid: string | undefined,
): Partial<NodeFact> | undefined {
  if (current.claim === undefined || current.claim !== planUid) return undefined;
  const stays = node.quarantine !== undefined && endQuarantine !== true;
  const uncordon = !stays && node.turn?.cordoned === true && !node.turn.before.unschedulable && node.unschedulable;
  if (uncordon && !current.unschedulable) return undefined;
  const mark = done === undefined && forget !== true ? {} : { done };
  const free = endQuarantine === true ? { quarantine: undefined, failedTaint: false } : {};
  return { ...endOfTurn(current), ...free, unschedulable: uncordon ? false : current.unschedulable, ...mark };
}

function withoutMark(current: NodeFact): Pick<NodeFact, 'outdated' | 'taints' | 'labels'> {
  const { [LABELS.outdated]: _mark, ...labels } = current.labels;
  return { outdated: undefined, taints: 0, labels };
}

function withoutProcess({ labels: { [LABELS.process]: _given, ...labels } }: NodeFact): NodeFact['labels'] {
  return labels;
}

function endOfTurn(current: NodeFact): Partial<NodeFact> {
  const before = current.turn?.before.kept ?? [];
  const unmarked = withoutMark(current);
  const labels = withoutProcess({ ...current, ...unmarked });
  return { ...unmarked, labels, claim: undefined, turn: undefined, kept: current.kept.filter((key) => before.includes(key)) };
}
