import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const SOURCE = fileURLToPath(new URL('../../../src', import.meta.url));

/** What reads the clock of the machine, waits in its time, or is random. */
const REAL = new RegExp(
  [
    ...[
      'setTimeout',
      'setInterval',
      'node:timers',
      'AbortSignal\\.timeout',
      'Date\\.now',
      'new Date\\(\\)',
      '(?<!\\.)\\bDate\\(\\)',
    ],
    ...[
      'performance\\.now',
      'perf_hooks',
      'process\\.(?:hrtime|uptime)',
      'Math\\.random',
      'randomUUID',
      'randomBytes',
      'randomInt',
    ],
    ...['getRandomValues'],
  ].join('|'),
);

/** The files that may use it, and why. All others take clocks, timers and random numbers as arguments, so that they run in virtual time. */
const ALLOWED: Readonly<Record<string, string>> = {
  'runtime/clock.ts': 'it is the clock of the machine that programs start with',
  'cli/report/deliver-report.ts': 'a command on a host, which waits for a real socket',
  'reporter/report-socket.ts': 'a random name for the file of a real socket',
  'simulator/time/virtual-time.ts': 'gives the event loop its turn before time goes on',
};

describe('Clocks, timers and randomness', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|mjs)$/.test(file) && !file.startsWith('generate/'))
    .sort();
  const real = files.filter((file) => REAL.test(withoutComments(readFileSync(join(SOURCE, file), 'utf8'))));

  it('are those of the machine only in the files that are listed with a reason', () => {
    expect(real).toEqual(Object.keys(ALLOWED).sort());
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
