import type { NodeRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { OperatorWeather } from './operator.ts';
import { playScenario } from './run.ts';
import type { World } from './world.ts';

/**
 * Plays to the end, with nobody who repairs, and looks after each step; the invariants are checked then as well. Gives the word that the
 * plan came to.
 */
export function playToEnd(world: World, look: () => void = () => undefined, operator: Partial<OperatorWeather> = {}): string {
  const run = playScenario({ world, trouble: 'None', operator: { crash: 0, twin: 0, ...operator }, people: false });
  for (;;) {
    const { done, value } = run.next();
    look();
    if (done === true) return value.end;
  }
}

/** The records of all batches. */
export function recordsOf(world: World): readonly NodeRecord[] {
  return [...world.batches.values()].flatMap((batch) => batch.status?.nodes ?? []);
}

/** The lines of the transcript with one of these words. */
export function linesOf(world: World, ...words: readonly string[]): readonly string[] {
  return world.transcript.filter((line) => words.some((word) => line.includes(word))).map((line) => line.trim());
}
