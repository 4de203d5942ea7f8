import { describe, it } from '@jest/globals';

/** A fault that the simulation must be able to show. */
export interface MustSee<Played> {
  /** The entry of the list of trials, for example `E1`. */
  readonly entry: string;
  /** What goes wrong, as a full sentence. */
  readonly fault: string;
  /** Plays the scenario. It is called once; what it throws fails every test of the scenario. */
  readonly play: () => Promise<Played>;
  /** Asserts what Baton does today. */
  readonly today: (played: Played) => void;
  /** Asserts what is right. Until the fault is mended, one of these assertions fails. */
  readonly right: (played: Played) => void;
}

/**
 * Declares a scenario that shows a fault that is not mended yet: one test for what happens today, and one that is expected to fail. The
 * second fails when the right behaviour appears, and when it breaks by anything but an assertion: a scenario that cannot be played
 * any more shows nothing.
 */
export function mustSee<Played>({ entry, fault, play, today, right }: MustSee<Played>): void {
  let played: Promise<Played> | undefined;
  const playOnce = (): Promise<Played> => (played ??= play());

  describe(`${entry}: ${fault}`, () => {
    it('shows the fault', async () => {
      today(await playOnce());
    });

    it(`is expected to fail until ${entry} is mended`, async () => {
      const result = await playOnce();
      expectAssertionToFail(entry, () => right(result));
    });
  });
}

/** Throws unless an assertion of `expect` fails. */
export function expectAssertionToFail(entry: string, assert: () => void): void {
  try {
    assert();
  } catch (error) {
    if (isAssertion(error)) return;
    throw new Error(`${entry} does not fail by an assertion`, { cause: error });
  }
  throw new Error(`${entry} is mended: turn its scenario into a test of the right behaviour`);
}

function isAssertion(error: unknown): boolean {
  return error instanceof Error && 'matcherResult' in error;
}
