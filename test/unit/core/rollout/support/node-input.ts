import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeInput } from '../../../../../src/core/rollout/turn/node-input.ts';
import { inTurn } from './facts.ts';
import { at, hash } from './objects.ts';

/** What the decision about the first node of a batch sees 100 s after START, in its turn, while nothing has happened yet. */
export function aNodeInput(batch: UpgradeBatch, changes: Partial<NodeInput> = {}): NodeInput {
  const batchNode = batch.spec.nodes[0]!;
  return {
    namespace: 'fleet',
    batch,
    batchNode,
    before: { name: batchNode.name, state: 'Pending' },
    node: inTurn(batchNode.name),
    jobs: [],
    pods: [],
    reports: [],
    deleting: false,
    mayRetry: true,
    reporterReady: false,
    reporterInstalled: true,
    evictionAnswers: new Map(),
    operatorPod: undefined,
    jobRejections: new Map(),
    daemonSets: new Map(),
    references: new Map(),
    now: at(100),
    hash,
    ...changes,
  };
}
