const FIRST_MS = 1000;
const MOST_MS = 900_000;

/** How often pods that fail on a node are replaced: after 1 s, and after twice as long each time, up to 15 min. */
export class FailedPodBackoff {
  readonly #delays = new Map<string, { readonly at: number; readonly delayMs: number }>();

  /** How long a failed pod has to stay (ms); 0 when it may be replaced now, which counts as a replacement. */
  next(key: string, now: number): number {
    const last = this.#delays.get(key);
    if (last !== undefined && now - last.at < last.delayMs) return last.at + last.delayMs - now;
    const fresh = last === undefined || now - last.at > 2 * MOST_MS;
    this.#delays.set(key, { at: now, delayMs: fresh ? FIRST_MS : Math.min(MOST_MS, last.delayMs * 2) });
    return 0;
  }
}
