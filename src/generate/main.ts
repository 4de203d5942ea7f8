import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderAll } from './outputs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Writes every generated file, or with `--check` names those that differ from what would be written. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const outputs = await renderAll(ROOT);
  const stale = [...outputs].filter(([path, text]) => current(join(ROOT, path)) !== text);
  if (args.includes('--check')) {
    for (const [path] of stale) console.error(`${path} is stale: run \`npm run generate\` and commit the result.`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.log(`Wrote ${relative(ROOT, join(ROOT, path))}`);
  }
  return 0;
}

function current(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

process.exitCode = await main(process.argv.slice(2));
