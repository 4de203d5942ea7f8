/** Lets one thing at a time happen to each sink: an update that is on its way must not overtake the final message. */
export class SinkTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does something when all that was asked for before, for this sink, has ended. */
  async take<T>(sink: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(sink) ?? Promise.resolve();
    const turn = before.then(act, act);
    this.#last.set(sink, turn);
    return turn;
  }
}
