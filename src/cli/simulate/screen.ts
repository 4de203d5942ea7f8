/** A terminal, or a file to which lines are written. */
export interface Output {
  write(text: string): void;
}

/** Writes lines, and keeps a view below them that is drawn again and again. */
export class Screen {
  readonly #output: Output;
  #viewLines = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Writes lines above the view, and draws the view below them. A view without lines disappears. */
  draw(lines: readonly string[], view: readonly string[]): void {
    if (lines.length === 0 && view.length === 0 && this.#viewLines === 0) return;
    // One write, so that the terminal shows no state in between: up to the first line of the view, and erase what is below.
    const erase = this.#viewLines === 0 ? '' : `\u001b[${this.#viewLines}A\r\u001b[0J`;
    this.#viewLines = view.length;
    this.#output.write(erase + [...lines, ...view].map((line) => `${line}\n`).join(''));
  }
}

/** What decides whether a live view is drawn. */
export interface TerminalFacts {
  readonly isTTY: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Whether a live view is drawn: only on a terminal that can move its cursor, and not where its output is recorded. */
export function isLive({ isTTY, environment }: TerminalFacts): boolean {
  const isSet = (name: string): boolean => (environment[name] ?? '') !== '';
  return isTTY && environment['TERM'] !== 'dumb' && !isSet('NO_COLOR') && !isSet('CI');
}
