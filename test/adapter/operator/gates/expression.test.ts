import { describe, expect, it } from '@jest/globals';
import { parseExpression } from '../../../../src/operator/gates/expression.ts';
import { findInvalidGate } from '../../../../src/operator/gates/validate-gates.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';

const CEPH = { status: { ceph: { health: 'HEALTH_OK' }, ready: 3, ratio: 0.5, conditions: [{ type: 'Ready', status: 'True' }] } };

function evaluate(expression: string, object: object = CEPH): unknown {
  const parsed = parseExpression(expression);
  return typeof parsed === 'function' ? parsed(object) : parsed;
}

describe('gates[].object.expression', () => {
  it.each([
    ["object.status.ceph.health == 'HEALTH_OK'", true],
    ["object.status.ceph.health == 'HEALTH_WARN'", false],
    ['object.status.ready == 3', true],
    ['object.status.ready - 1 >= 2', true],
    ['object.status.ratio < 0.6', true],
    ["object.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')", true],
    ['has(object.status.missing) && object.status.missing > 1', false],
    ["object.status.ceph.health.startsWith('HEALTH')", true],
    // A pattern with exponential run time in backtracking engines.
    ["'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$')", false],
  ])('%s: %s', (expression, expected) => {
    expect(evaluate(expression)).toBe(expected);
  });

  it.each([
    ['object.missing.field', 'field not found: missing'],
    ['object.status.ready', 'it returns a number instead of true or false'],
    ['object.status.ceph.health', 'it returns a string instead of true or false'],
    ['other == 1', 'unresolved attribute'],
  ])('%s has no result: %s', (expression, problem) => {
    expect(evaluate(expression)).toEqual({ problem });
  });

  it.each([
    ["object.status == 'a' &&", 'at 1:22'],
    ['nonsense(object)', 'unbound function: nonsense'],
  ])('%s is rejected with the plan', (expression, problem) => {
    const object = { apiVersion: 'v1', kind: 'Node', name: 'node-1', expression };
    const gate = { name: 'ceph', when: 'BeforeNode', forSeconds: 0, timeoutSeconds: 10, object } as const;
    const refusal = findInvalidGate(aPlan({ gates: [gate] }));
    expect(refusal).toMatchObject({ kind: 'Refused', reason: 'GateInvalid' });
    expect(refusal?.message).toContain(
      `spec.gates[0].object.expression (gate 'ceph') is not valid CEL about 'object': ${problem}`,
    );
  });
});
