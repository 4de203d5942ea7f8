import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { replaceDirectory } from './replace-directory.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
/** The bundle is built here and replaces dist/ once it works, because a program may be running from dist/ or another build may run. */
const FRESH = join(ROOT, `dist.${process.pid}`);

/**
 * The first lines of the bundle: the path of node, because the image has no `env`, and the variables that CommonJS packages expect and ES
 * modules lack.
 */
const BANNER = [
  '#!/usr/local/bin/node',
  "import { createRequire as batonCreateRequire } from 'node:module';",
  'const require = batonCreateRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('\n');

/**
 * Builds dist/, which is the whole product except for node. baton.mjs loads only the parts of one command: `baton report` runs inside
 * upgrade containers and must not need the memory of the Kubernetes client.
 */
async function bundle(): Promise<void> {
  await build({
    entryPoints: [join(ROOT, 'src/main.ts')],
    outdir: FRESH,
    entryNames: 'baton',
    chunkNames: 'parts/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: { js: BANNER },
    // Not minified, because Node prints the line of an uncaught error, which would be the whole file. Licences are kept at the end.
    legalComments: 'eof',
    logLevel: 'warning',
  });
  const main = join(FRESH, 'baton.mjs');
  chmodSync(main, 0o755);
  execFileSync(process.execPath, [main, '--help'], { stdio: ['ignore', 'ignore', 'inherit'] });
  console.log(replaceDirectory(FRESH, DIST) ? 'Wrote dist/baton.mjs' : 'dist/baton.mjs is up to date');
}

await bundle();
