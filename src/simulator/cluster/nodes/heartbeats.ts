/** Names in the order in which they were last heard of. */
export class Heartbeats {
  readonly #heard = new Map<string, number>();

  hear(name: string, now: number): void {
    this.#heard.delete(name);
    this.#heard.set(name, now);
  }

  forget(name: string): void {
    this.#heard.delete(name);
  }

  has(name: string): boolean {
    return this.#heard.has(name);
  }

  /** Names that nothing has been heard of for longer than a time (ms). */
  silent(now: number, longerThanMs: number): readonly string[] {
    const names: string[] = [];
    for (const [name, heard] of this.#heard) {
      if (now - heard <= longerThanMs) break;
      names.push(name);
    }
    return names;
  }

  /** Takes all names as heard of now. */
  restart(now: number): void {
    for (const name of this.#heard.keys()) this.#heard.set(name, now);
  }
}
