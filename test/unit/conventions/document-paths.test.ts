import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(ROOT, 'docs')).map((file) => join('docs', file))].filter(
  (file) => file.endsWith('.md'),
);

/** Paths of files of the project that a document names in backticks; a path with a placeholder such as `<name>` is none. */
function pathsIn(document: string): readonly string[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(/`(?<path>(?:src|test|crds|charts|deploy|docs)\/[\w./-]+)`/g)].flatMap(
    ({ groups }) => groups?.['path'] ?? [],
  );
}

it.each(DOCUMENTS)('%s names only files that exist', (document) => {
  expect(pathsIn(document).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
