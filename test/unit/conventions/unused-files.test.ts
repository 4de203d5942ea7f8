import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const SOURCE = fileURLToPath(new URL('../../../src', import.meta.url));
/** Files that start a program. */
const STARTED = new Set([
  ...['main.mjs', 'main.ts', 'generate/main.ts', 'generate/bundle.ts'],
  // Until a command starts the embedded API server, its tests do.
  'simulator/api-server/embedded-kube-config.ts',
  'simulator/api-server/create-api-server.ts',
  'simulator/serve/kubeconfig.ts',
  'simulator/serve/serve.ts',
  // Until the simulation is put together, tests start its parts.
  'simulator/process/simulated-process.ts',
  'simulator/programs/memory-ledger.ts',
  'simulator/programs/start-agent.ts',
  'simulator/programs/start-operator.ts',
  'simulator/programs/start-reporter.ts',
  'simulator/cluster/start-controllers.ts',
  'simulator/cluster/cluster-client.ts',
  'simulator/cluster/worker.ts',
  'simulator/timeline/record-timeline.ts',
  'simulator/world/choose-behavior.ts',
  'simulator/world/hosts.ts',
  'simulator/world/images.ts',
  'simulator/world/observed-hosts.ts',
  'simulator/world/workloads.ts',
  // Until the simulation is put together, no command plays one.
  'cli/simulate/simulate.ts',
  'api/generated/installed-objects.ts',
  // Until the simulation checks its steps, tests do.
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
