import { expect, it } from '@jest/globals';
import type { Sink } from '../../../../src/api/generated/upgradeplan.ts';
import { sharedSinksKeys, withSharedSinks } from '../../../../src/core/sinks/shared-sinks.ts';
import { aPlan } from '../rollout/support/objects.ts';

const sink = (name: string, from: string): Sink => ({ name, webhook: { url: `https://${from}.example/` } });

it("sinksFrom: the plan's own sink goes before a shared one of its name, and an earlier ConfigMap before a later one", () => {
  const plan = aPlan({ notify: { stallSeconds: 60, sinks: [sink('ops', 'own')] } });
  const shared = [sink('chat', 'first'), sink('ops', 'first'), sink('chat', 'second'), sink('mail', 'second')];
  expect(withSharedSinks(plan, shared).spec.notify).toEqual({
    stallSeconds: 60,
    sinks: [sink('ops', 'own'), sink('chat', 'first'), sink('mail', 'second')],
  });
});

it('sinksFrom: a plan that shares none stays as it is', () => {
  const plan = aPlan({ notify: {} });
  expect(withSharedSinks(plan, [])).toBe(plan);
});

it('sinksFrom: the key is sinks.yaml unless another one is named', () => {
  const plan = aPlan({ notify: { sinksFrom: [{ configMapRef: { name: 'a' } }, { configMapRef: { name: 'b', key: 'x' } }] } });
  expect(sharedSinksKeys(plan)).toEqual([
    { name: 'a', key: 'sinks.yaml' },
    { name: 'b', key: 'x' },
  ]);
});
