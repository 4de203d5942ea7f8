import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = join(ROOT, 'dist/baton.mjs');

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

/** Makes dist/baton.mjs, the whole product in one file beside node, and sees that it starts. */
async function main(): Promise<void> {
  await build({
    entryPoints: [join(ROOT, 'src/main.ts')],
    outfile: BUNDLE,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: { js: BANNER },
    // Not minified: Node prints the line of an uncaught error, which would be the whole file. Licences stay at the end of it.
    legalComments: 'eof',
    logLevel: 'warning',
  });
  chmodSync(BUNDLE, 0o755);
  execFileSync(process.execPath, [BUNDLE, '--help'], { stdio: ['ignore', 'ignore', 'inherit'] });
  console.log('Wrote dist/baton.mjs');
}

await main();
