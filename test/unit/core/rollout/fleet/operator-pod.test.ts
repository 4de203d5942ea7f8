import { expect, it } from '@jest/globals';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { operatorPodOn } from '../../../../../src/core/rollout/fleet/operator-pod.ts';
import { aNode, aPod, aQuarantined, aSnapshot, byName, inTurn } from '../support/facts.ts';

const POD = aPod('operator', 'node-1');

function on(name: string, others: readonly NodeFact[], nodeSelector: Readonly<Record<string, string>> = {}): unknown {
  const nodes = byName(inTurn('node-1'), ...others);
  const snapshot = aSnapshot({ nodes, pods: new Map([['node-1', [aPod('web', 'node-1'), POD]]]) });
  return operatorPodOn(name, snapshot, { podUid: POD.uid, nodeSelector });
}

it.each<readonly [string, readonly NodeFact[], boolean]>([
  ['not in a cluster of one node', [], false],
  ['where another node is up', [aNode('node-2')], true],
  ['not where the other is NotReady', [aNode('node-2', { ready: false })], false],
  ['not where the other is cordoned', [aNode('node-2', { unschedulable: true })], false],
  ['not where the other is in its turn', [inTurn('node-2')], false],
  ['not where the other is quarantined', [aQuarantined('node-2')], false],
  ['not where the other is being removed', [aNode('node-2', { leaving: true })], false],
  ['not where the other has a taint', [aNode('node-2', { tainted: true })], false],
])('The operator can move %s', (_, others, movable) => {
  expect(on('node-1', others)).toEqual({ uid: POD.uid, movable });
});

it.each([
  [{ role: 'worker' }, true],
  [{ role: 'infra' }, false],
])('The operator can move to a node that its nodeSelector %j chooses: %s', (nodeSelector, movable) => {
  expect(on('node-1', [aNode('node-2')], nodeSelector)).toEqual({ uid: POD.uid, movable });
});

it('The operator is not on another node', () => {
  expect(on('node-2', [aNode('node-2')])).toBeUndefined();
});
