import { describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { Hold } from '../../../../../../src/core/rollout/model/hold.ts';
import { drainHold } from '../../../../../../src/core/rollout/status/plan/drain-hold.ts';
import { surveyFleet } from '../../../../../../src/core/rollout/fleet/fleet.ts';
import { aNode, aSnapshot, byName, inTurn, SETTINGS } from '../../support/facts.ts';
import { aBatch, at, hash, timeAt } from '../../support/objects.ts';

const HELD: NodeRecord = {
  name: 'node-1',
  state: 'Draining',
  message: `since ${timeAt(20)}: PodDisruptionBudget web holds Pod shop/web-1`,
  drain: { pod: 'shop/web-1', budget: 'web', blockedSinceTime: timeAt(20) },
};
const OTHER: NodeRecord = { ...HELD, name: 'node-2' };

function hold(nodes: readonly NodeRecord[], now = 100): Hold | undefined {
  const batch = aBatch(['node-1', 'node-2', 'node-3'], { status: { nodes } });
  const known = byName(inTurn('node-1'), ...(nodes.length > 1 ? [inTurn('node-2')] : []), aNode('node-3'));
  const snapshot = aSnapshot({ batches: [batch], nodes: known });
  return drainHold({ input: { snapshot, now: at(now), settings: SETTINGS, hash }, fleet: surveyFleet(snapshot) });
}

describe('A plan whose nodes all wait to be drained', () => {
  it('is held, with the Pod, its budget and since when', () => {
    expect(hold([HELD])).toMatchObject({ reason: 'DrainBlocked', summary: 'Waiting', kind: 'Working' });
    expect(hold([HELD])?.message).toBe(`node-1 is not drained since ${timeAt(20)}: PodDisruptionBudget web holds Pod shop/web-1`);
    expect(hold([HELD, OTHER])?.message).toMatch(/web-1; the same for 1 other node$/);
  });

  it.each<readonly [string, readonly NodeRecord[], number]>([
    ['while another node moves', [HELD, { name: 'node-2', state: 'Upgrading' }], 100],
    ['while a drain makes progress', [{ name: 'node-1', state: 'Draining', message: '2 Pods to go' }], 100],
    ['before it has lasted 30 seconds', [HELD], 49],
    ['when its drain has failed', [{ ...HELD, state: 'Failed' }], 100],
  ])('says nothing %s', (_, records, now) => {
    expect(hold(records, now)).toBeUndefined();
  });
});
