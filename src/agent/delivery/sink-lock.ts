/** A lock for each sink. It ensures that an update in progress does not overtake the final message. */
export class SinkLock {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `task` after all earlier tasks of this sink have ended. */
  async run<T>(sink: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(sink) ?? Promise.resolve();
    const running = before.then(task, task);
    this.#last.set(sink, running);
    return running;
  }
}
