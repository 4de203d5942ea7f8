import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderManifests } from './manifests.ts';
import { renderAll } from './outputs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Writes every generated file, or with `--check` lists those that are out of date. deploy/ is rendered by helm. Without helm it is skipped;
 * the tests with a real API server have their own helm and check it.
 *
 * @returns the exit code.
 */
async function main(args: readonly string[]): Promise<number> {
  const helm = findHelm();
  if (helm === undefined) console.error('helm was found neither in $HELM nor in PATH: skipping the manifests of deploy/.');
  const outputs = new Map([...(await renderAll(ROOT)), ...(helm === undefined ? [] : renderManifests(helm, ROOT))]);
  const stale = [...outputs].filter(([path, text]) => readIfThere(join(ROOT, path)) !== text);
  if (args.includes('--check')) {
    for (const [path] of stale) console.error(`${path} is out of date: run \`npm run generate\` and commit the result.`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.log(`Wrote ${path}`);
  }
  return 0;
}

function findHelm(): string | undefined {
  const chosen = process.env['HELM'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, 'helm')).find((path) => existsSync(path));
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

process.exitCode = await main(process.argv.slice(2));
