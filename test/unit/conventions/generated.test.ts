import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { renderAll } from '../../../src/generate/outputs.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

it('Generated files are what `npm run generate` would write', async () => {
  const outputs = [...(await renderAll(ROOT))];
  expect(outputs.length).toBeGreaterThan(10);
  const stale = outputs.filter(([path, text]) => readFileSync(join(ROOT, path), 'utf8') !== text).map(([path]) => path);
  expect(stale).toEqual([]);
});
