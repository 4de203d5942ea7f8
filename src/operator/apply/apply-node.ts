import type { Hash, NodeFact } from '../../core/facts.ts';
import type { Manifest, NodeCommand } from '../../core/rollout/model/command.ts';
import type { JsonPatchOperation, KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import {
  claimPatch,
  cordonPatch,
  currentNode,
  endQuarantinePatch,
  givePatch,
  markPatch,
  quarantinePatch,
  releaseFromQuarantinePatch,
  releasePatch,
  retryPatch,
  unmarkPatch,
  type ReleaseMark,
} from './node-patches.ts';
import { object, text } from '../json.ts';
import { doneMarkOf } from '../plan-key.ts';

/** What writing Nodes needs. */
export interface NodeWriter {
  readonly client: Pick<KubeClient, 'create' | 'get' | 'jsonPatch'>;
  /** Takes the answer into every cache that may know the Node. */
  readonly observe: (node: KubeObject) => void;
  readonly hash: Hash;
}

/** Carries out a command on a Node for a plan. Throws a KubeError of code 422 when the Node is no longer what the decision saw. */
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
      return retry(writer, plan.uid, command);
    case 'StartExternal':
      // The Event first: the label says that it was written.
      await createEvent(writer, command.event);
      return patch(writer, node, givePatch(node, plan.uid, command.process));
    case 'CloseTurn': {
      const forget = command.forget === true && node.done !== undefined;
      const mark: ReleaseMark['mark'] | undefined = forget ? 'Forget' : command.done;
      const done = mark === undefined ? undefined : { key: doneMarkOf(plan.key, writer.hash), mark };
      if (command.endQuarantine !== true || node.quarantine === undefined) {
        return patch(writer, node, releasePatch(node, plan.uid, done));
      }
      const current = currentNode(await read(writer, node));
      return patch(writer, node, releaseFromQuarantinePatch(node, plan.uid, done, current));
    }
    case 'Cordon':
      return patch(writer, node, cordonPatch(node, plan.uid, command.turn));
    case 'MarkOutdated':
      return patch(writer, node, markPatch(node, plan.uid));
    case 'UnmarkOutdated':
      return patch(writer, node, unmarkPatch(node, plan.uid));
    case 'Quarantine':
      return patch(
        writer,
        node,
        quarantinePatch(node, command.quarantine, currentNode(await read(writer, node)), doneMarkOf(plan.key, writer.hash)),
      );
    case 'EndQuarantine':
      return patch(writer, node, endQuarantinePatch(node, currentNode(await read(writer, node))));
  }
}

/** A turn that has moved on since the decision is left alone: it must never go back to an earlier attempt. */
async function retry(
  writer: NodeWriter,
  planUid: string,
  { node, turn }: Extract<NodeCommand, { kind: 'RetryTurn' }>,
): Promise<void> {
  const current = currentNode(await read(writer, node));
  if (current.turn?.batchUid !== turn.batchUid || current.turn.attempt >= turn.attempt) return;
  return patch(writer, node, retryPatch(node, planUid, turn, current));
}

async function createEvent({ client }: NodeWriter, event: Manifest): Promise<void> {
  const namespace = text(object(event['metadata'])['namespace']);
  try {
    await client.create(resourcePath(KINDS.events, { namespace }), event);
  } catch (error) {
    // Its name is deterministic: it was written before the label could be.
    if (!isKubeError(error, 'AlreadyExists')) throw error;
  }
}

async function read({ client }: NodeWriter, node: NodeFact): Promise<KubeObject> {
  return client.get<KubeObject>(resourcePath(KINDS.nodes, { name: node.name }));
}

async function patch(writer: NodeWriter, node: NodeFact, operations: readonly JsonPatchOperation[]): Promise<void> {
  writer.observe(await writer.client.jsonPatch<KubeObject>(resourcePath(KINDS.nodes, { name: node.name }), operations));
}
