import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const SOURCE = fileURLToPath(new URL('../../../src', import.meta.url));
/** Files that start a program. */
const STARTED = new Set([
  ...['main.mjs', 'main.ts', 'generate/main.ts', 'generate/bundle.ts'],
  // Until a command serves the embedded API server, its tests do.
  'simulator/serve/kubeconfig.ts',
  'simulator/serve/serve.ts',
  // Until a command plays a simulation, tests do.
  'simulator/simulation.ts',
  'cli/simulate/simulate.ts',
  'simulator/world/choose-behavior.ts',
  'simulator/world/images.ts',
  'simulator/world/observed-hosts.ts',
  'simulator/world/autoscaler.ts',
  'simulator/world/outsiders.ts',
  'simulator/world/repair.ts',
  'simulator/world/updaters.ts',
  'simulator/world/workloads.ts',
  // Simulations with faults are started by test/simulate.
  'simulator/invariants/watch-cluster.ts',
  'simulator/faults/inject-faults.ts',
  'simulator/faults/random-schedule.ts',
]);

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|mjs)$/.test(file));

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  return [...text.matchAll(/(?:from|import\() ?'(?<path>\.[^']+)'/g)].map((match) =>
    posix.join(posix.dirname(file), match.groups?.['path'] ?? ''),
  );
}

it('Every file of src is imported by another one: a hold, a sink or an action that nobody lists has no effect', () => {
  const imported = new Set(files.flatMap(importsOf));
  expect(files.filter((file) => !imported.has(file) && !STARTED.has(file))).toEqual([]);
});
