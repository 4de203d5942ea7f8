import type { NodeFact } from '../../../../../src/core/facts.ts';
import type { NodeCommand } from '../../../../../src/core/rollout/model/command.ts';
import type { KubeClient, KubeObject } from '../../../../../src/kube/client/client.ts';
import { applyToNode } from '../../../../../src/operator/apply/node/apply-node.ts';
import { doneMarkOf } from '../../../../../src/operator/plan-key.ts';
import { projectNode } from '../../../../../src/operator/watch/project.ts';
import { aQuarantine, aTurn, hash } from '../../../../unit/core/rollout/support/objects.ts';

const KEY = 'fleet/os';

/** The annotation of the plan's done-mark, and a mark. */
export const DONE_MARK = doneMarkOf(KEY, hash);
export const MARK = { revision: 'aaaa1111', version: '12.9', batch: 'os-aaaa-1', time: '2026-11-22T08:00:00Z' };
/** The explanation of the commands in these tests. */
export const why = 'a test';
/** How the API server rejects a patch whose test fails. */
export const FAILED_TEST = { code: 422, reason: 'Invalid' };

/** The operator's projection of a Node. */
export function fact(node: KubeObject): NodeFact {
  return projectNode(node, DONE_MARK);
}

/** The turn that a claim of this Node writes. */
export function turnOf(node: NodeFact): ReturnType<typeof aTurn> {
  return aTurn('os-aaaa-1', { before: { unschedulable: node.unschedulable, bootId: 'boot-1', kept: node.kept } });
}

/** The Node of a test, and the commands about it. */
export class NodeFixture {
  readonly #client: KubeClient;
  name: string;

  constructor(client: KubeClient, name: string) {
    this.#client = client;
    this.name = name;
  }

  get path(): string {
    return `/api/v1/nodes/${this.name}`;
  }

  async create(metadata: object = {}, spec: object = {}): Promise<NodeFact> {
    const labels = { 'kubernetes.io/hostname': this.name };
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: this.name, labels, ...metadata }, spec };
    return fact(await this.#client.create<KubeObject>('/api/v1/nodes', node));
  }

  /** The Node as it is stored. */
  stored(): Promise<KubeObject> {
    return this.#client.get<KubeObject>(this.path);
  }

  /** What somebody else writes. */
  async merge(body: object): Promise<NodeFact> {
    return fact(await this.#client.mergePatch<KubeObject>(this.path, body));
  }

  async remove(): Promise<void> {
    await this.#client.delete(this.path);
  }

  /** Carries a command out for the plan `os`, or another; gives the Node as it is then. */
  async carryOut(command: NodeCommand, plan = 'uid-of-os'): Promise<NodeFact> {
    const observed: KubeObject[] = [];
    const writer = { client: this.#client, hash, observe: (node: KubeObject) => void observed.push(node) };
    await applyToNode(writer, { key: KEY, uid: plan }, command);
    return fact(observed[0]!);
  }

  claim(node: NodeFact, plan?: string): Promise<NodeFact> {
    return this.carryOut({ kind: 'OpenTurn', node, turn: turnOf(node), cordon: true, why }, plan);
  }

  close(node: NodeFact, done?: typeof MARK): Promise<NodeFact> {
    return this.carryOut({ kind: 'CloseTurn', node, done, why });
  }

  quarantine(node: NodeFact): Promise<NodeFact> {
    const unschedulableBefore = node.turn?.before.unschedulable ?? false;
    return this.carryOut({ kind: 'Quarantine', node, quarantine: aQuarantine({ unschedulableBefore }), why });
  }
}
