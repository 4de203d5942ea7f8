import type { DrainPolicy, PodSelector } from '../../../../../src/api/generated/upgradeplan.ts';
import { aDrain } from '../support/objects.ts';
import type { Random } from './random.ts';

/** The drain of every other plan is the careful one. */
export function makeDrain(random: Random): DrainPolicy {
  const careful = aDrain({ emptyDirData: random.chance(0.5) ? 'Delete' : 'Keep' });
  if (random.chance(0.5)) return careful;
  const some = <T>(rule: T): T | Record<string, never> => (random.chance(0.4) ? rule : {});
  const tier = (value: string): { podSelector: PodSelector } => ({ podSelector: { matchLabels: { tier: value } } });
  return {
    ...careful,
    mode: random.weighted([
      ['Auto', 8],
      ['Cordon', 1],
      ['None', 1],
    ]),
    unmanagedPods: random.chance(0.3) ? 'Delete' : 'Keep',
    ...some({ timeoutSeconds: random.between(30, 400) }),
    ...some({ ignore: tier('stays') }),
    ...some({ waitFor: { ...tier('batch'), timeoutSeconds: random.between(20, 600) } }),
    ...some({ force: tier('cache') }),
  };
}
