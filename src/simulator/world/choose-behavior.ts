import { between, weighted } from './chance.ts';
import type { ChooseBehavior, UpgradeBehavior, UpgradeContext } from './behavior.ts';

/** How much goes wrong. */
export type Trouble = 'None' | 'Some' | 'Much';

const TROUBLE_CHANCE: Readonly<Record<Trouble, number>> = { None: 0, Some: 0.03, Much: 0.12 };

/** Mostly good upgrades that take up to a minute; with trouble, everything that can go wrong. */
export function chooseByTrouble(trouble: Trouble): ChooseBehavior {
  return ({ disruption, random }) => {
    const ms = between(random, 2, 60) * 1000;
    const downMs = between(random, 5, 80) * 1000;
    const end = weighted(random, [
      ['Killed', 3],
      ['Completed', 2],
      ['Unseen', 2],
    ] as const);
    const reboot = { kind: 'Reboots', ms, announced: true, end, downMs } as const;
    if (random() >= TROUBLE_CHANCE[trouble]) return disruption === 'Reboot' ? reboot : { kind: 'Succeeds', ms };
    const bad: readonly (readonly [UpgradeBehavior, number])[] = [
      [{ kind: 'Fails', ms }, 4],
      [{ kind: 'RunsOutOfMemory', ms }, 1],
      [{ kind: 'Hangs' }, 2],
      [{ kind: 'LosesHost', ms, downMs }, 2],
      [{ kind: 'LosesHost', ms, downMs: undefined }, 1],
      [
        {
          kind: 'IsKilledWhenDone',
          ms,
          exitCode: weighted(random, [
            [137, 1],
            [143, 1],
            [255, 1],
          ] as const),
        },
        1,
      ],
    ];
    const badReboots: readonly (readonly [UpgradeBehavior, number])[] = [
      [{ ...reboot, announced: false }, 3],
      [{ ...reboot, downMs: undefined }, 2],
      [{ ...reboot, downMs: 600_000 }, 2],
      [{ kind: 'FailsToReboot', ms }, 2],
      [{ kind: 'NeedsNoReboot', ms }, 2],
    ];
    return weighted(random, disruption === 'Reboot' ? [...bad, ...badReboots] : bad);
  };
}

/** Shares and durations, as `baton simulate` takes them. */
export interface BehaviorShares {
  /** How long processes take, by name (ms). */
  readonly durations: ReadonlyMap<string, number>;
  /** For processes without a duration (ms). */
  readonly defaultMs: number;
  /** How long a host is down when it reboots (ms). */
  readonly rebootMs: number;
  /** The share of hosts on which an upgrade fails, from 0 to 1. */
  readonly fail: number;
  /** The share of hosts on which an upgrade hangs, from 0 to 1. */
  readonly hang: number;
}

/** Good upgrades of a given duration, give or take a tenth, with a share that fails and one that hangs. */
export function chooseByShares({ durations, defaultMs, rebootMs, fail, hang }: BehaviorShares): ChooseBehavior {
  return ({ process, disruption, random }) => {
    const chance = random();
    const ms = Math.round((durations.get(process) ?? defaultMs) * (0.9 + random() * 0.2));
    if (chance < fail) return { kind: 'Fails', ms: Math.round(ms * (0.2 + random() * 0.7)) };
    if (chance < fail + hang) return { kind: 'Hangs' };
    if (disruption !== 'Reboot') return { kind: 'Succeeds', ms };
    return { kind: 'Reboots', ms, announced: true, end: 'Killed', downMs: Math.round(rebootMs * (0.8 + random() * 0.4)) };
  };
}

/** Asks a script first: it answers for the upgrades that it is about. */
export function chooseByScript(
  script: (context: UpgradeContext) => UpgradeBehavior | undefined,
  otherwise: ChooseBehavior,
): ChooseBehavior {
  return (context) => script(context) ?? otherwise(context);
}
