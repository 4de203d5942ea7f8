import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { replaceDirectory } from './replace-directory.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
/** Made beside the old one and put in its place when it works, for something may be running from there, or be built at the same time. */
const FRESH = join(ROOT, `dist.${process.pid}`);

/**
 * The first lines of the bundle: how the image's kernel starts it (the image has no `env`), and what CommonJS packages expect to find, for
 * an ES module has none of it.
 */
const BANNER = [
  '#!/usr/local/bin/node',
  "import { createRequire as batonCreateRequire } from 'node:module';",
  'const require = batonCreateRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('\n');

/**
 * Makes dist/: the whole product beside node, without node_modules. baton.mjs loads the parts of one program alone: `baton report` runs
 * inside upgrade containers and must not need the memory of the Kubernetes client.
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
    // Not minified: Node prints the line of an uncaught error, which would be the whole file. Licences stay at the end of it.
    legalComments: 'eof',
    logLevel: 'warning',
  });
  const main = join(FRESH, 'baton.mjs');
  chmodSync(main, 0o755);
  execFileSync(process.execPath, [main, '--help'], { stdio: ['ignore', 'ignore', 'inherit'] });
  console.log(replaceDirectory(FRESH, DIST) ? 'Wrote dist/baton.mjs' : 'dist/baton.mjs is up to date');
}

await bundle();
