import type { Hash, NodeFact } from '../core/facts.ts';
import type { Command } from '../core/rollout/command.ts';
import type { JsonPatchOperation, KubeClient, KubeObject } from '../kube/client.ts';
import { KINDS, resourcePath } from '../kube/resource-path.ts';
import { claimPatch, currentNode, endQuarantinePatch, quarantinePatch, releasePatch } from './node-patches.ts';
import { doneMarkOf } from './plan-key.ts';

/** Commands that write a Node. */
export type NodeCommand = Extract<Command, { kind: 'OpenTurn' | 'CloseTurn' | 'Quarantine' | 'EndQuarantine' }>;

/** What writing Nodes needs. */
export interface NodeWriter {
  readonly client: Pick<KubeClient, 'get' | 'jsonPatch'>;
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
    case 'CloseTurn': {
      const mark = command.done;
      const done = mark === undefined ? undefined : { key: doneMarkOf(plan.key, writer.hash), mark };
      return patch(writer, node, releasePatch(node, plan.uid, done));
    }
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

async function read({ client }: NodeWriter, node: NodeFact): Promise<KubeObject> {
  return client.get<KubeObject>(resourcePath(KINDS.nodes, { name: node.name }));
}

async function patch(writer: NodeWriter, node: NodeFact, operations: readonly JsonPatchOperation[]): Promise<void> {
  writer.observe(await writer.client.jsonPatch<KubeObject>(resourcePath(KINDS.nodes, { name: node.name }), operations));
}
