import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderManifests } from './manifests.ts';
import { renderAll } from './outputs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Writes every generated file, or with `--check` names those that differ from what would be written. deploy/ is rendered by helm: where
 * there is none it is left alone, and the tests with a real API server, which bring their own helm, tell whether it is stale.
 *
 * @returns the exit code.
 */
async function main(args: readonly string[]): Promise<number> {
  const helm = findHelm();
  if (helm === undefined) console.error('No helm in $HELM or on the PATH: the manifests of deploy/ are left as they are.');
  const outputs = new Map([...(await renderAll(ROOT)), ...(helm === undefined ? [] : renderManifests(helm, ROOT))]);
  const stale = [...outputs].filter(([path, text]) => readIfThere(join(ROOT, path)) !== text);
  if (args.includes('--check')) {
    for (const [path] of stale) console.error(`${path} is stale: run \`npm run generate\` and commit the result.`);
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
