/** Prints a line to the log of a test run: what a test on a real cluster saw or measured. Jest's own console adds a stack to each line. */
export function print(line: string | undefined): void {
  process.stdout.write(`${line ?? '(none)'}\n`);
}
