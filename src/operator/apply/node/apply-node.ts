import type { Hash, NodeFact } from '../../../core/facts.ts';
import type { NodeCommand } from '../../../core/rollout/model/command.ts';
import type { JsonPatchOperation, KubeClient, KubeObject } from '../../../kube/client/client.ts';
import { KINDS, resourcePath } from '../../../kube/resource-path.ts';
import { doneMarkOf } from '../../plan-key.ts';
import { createEventOnce } from '../create-event-once.ts';
import { currentNode, type CurrentNode } from './current-node.ts';
import type { DoneMarkChange } from './done-mark-change.ts';
import { markOutdatedPatch, unmarkOutdatedPatch } from './outdated-patches.ts';
import { endQuarantinePatch, quarantinePatch, releaseFromQuarantinePatch } from './quarantine-patches.ts';
import { claimPatch, cordonPatch, releasePatch, retryPatch, startExternalPatch } from './turn-patches.ts';

/** What writing Nodes needs. */
export interface NodeWriter {
  readonly client: Pick<KubeClient, 'create' | 'get' | 'jsonPatch'>;
  /** Puts the API server's answer into every cache that holds the Node. */
  readonly observe: (node: KubeObject) => void;
  readonly hash: Hash;
}

/** Applies a plan's command to a Node. Throws a KubeError with code 422 when the Node has changed since the decision. */
export async function applyToNode(
  writer: NodeWriter,
  plan: { readonly key: string; readonly uid: string },
  command: NodeCommand,
): Promise<void> {
  const { node } = command;
  switch (command.kind) {
    case 'OpenTurn':
      return patch(writer, node, claimPatch(node, plan.uid, command.turn));
    case 'RetryTurn':
      return retryTurn(writer, plan.uid, command);
    case 'StartExternal':
      // The Event first: once the label is set, the Event is certain to exist.
      await createEventOnce(writer.client, command.event);
      return patch(writer, node, startExternalPatch(node, plan.uid, command.process));
    case 'CloseTurn':
      return closeTurn(writer, plan, command);
    case 'Cordon':
      return patch(writer, node, cordonPatch(node, plan.uid, command.turn));
    case 'MarkOutdated':
      return patch(writer, node, markOutdatedPatch(node, plan.uid));
    case 'UnmarkOutdated':
      return patch(writer, node, unmarkOutdatedPatch(node, plan.uid));
    case 'Quarantine': {
      const doneMark = doneMarkOf(plan.key, writer.hash);
      return patch(writer, node, quarantinePatch(node, command.quarantine, await read(writer, node), doneMark));
    }
    case 'EndQuarantine':
      return patch(writer, node, endQuarantinePatch(node, await read(writer, node)));
  }
}

async function closeTurn(
  writer: NodeWriter,
  plan: { readonly key: string; readonly uid: string },
  { node, done, forget, endQuarantine }: Extract<NodeCommand, { kind: 'CloseTurn' }>,
): Promise<void> {
  const mark: DoneMarkChange['mark'] | undefined = forget === true && node.done !== undefined ? 'Remove' : done;
  const change = mark === undefined ? undefined : { key: doneMarkOf(plan.key, writer.hash), mark };
  if (endQuarantine !== true || node.quarantine === undefined) {
    return patch(writer, node, releasePatch(node, plan.uid, change));
  }
  return patch(writer, node, releaseFromQuarantinePatch(node, plan.uid, change, await read(writer, node)));
}

/** Does nothing when the turn has moved on since the decision: it must never return to an earlier attempt. */
async function retryTurn(
  writer: NodeWriter,
  planUid: string,
  { node, turn }: Extract<NodeCommand, { kind: 'RetryTurn' }>,
): Promise<void> {
  const current = await read(writer, node);
  if (current.turn?.batchUid !== turn.batchUid || current.turn.attempt >= turn.attempt) return;
  return patch(writer, node, retryPatch(node, planUid, turn, current));
}

async function read({ client }: NodeWriter, node: NodeFact): Promise<CurrentNode> {
  return currentNode(await client.get<KubeObject>(resourcePath(KINDS.nodes, { name: node.name })));
}

async function patch(writer: NodeWriter, node: NodeFact, operations: readonly JsonPatchOperation[]): Promise<void> {
  writer.observe(await writer.client.jsonPatch<KubeObject>(resourcePath(KINDS.nodes, { name: node.name }), operations));
}
