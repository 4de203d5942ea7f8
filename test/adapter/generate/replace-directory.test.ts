import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { replaceDirectory } from '../../../src/generate/replace-directory.ts';

const PARTS = 20;
const ROUNDS = 100;

let folder: string;
let target: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-replace-'));
  target = join(folder, 'dist');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function make(name: string, files: Readonly<Record<string, string>>): string {
  const directory = join(folder, name);
  mkdirSync(join(directory, 'parts'), { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(directory, file), content);
  return directory;
}

describe('replaceDirectory', () => {
  it.each([{ before: undefined }, { before: { 'baton.mjs': 'old', 'parts/old': 'old' } }])(
    'leaves only the new files in place of $before',
    ({ before }) => {
      if (before !== undefined) make('dist', before);

      expect(replaceDirectory(make('fresh', { 'baton.mjs': 'new', 'parts/new': 'new' }), target)).toBe(true);

      expect(readFileSync(join(target, 'baton.mjs'), 'utf8')).toBe('new');
      expect(readdirSync(join(target, 'parts'))).toEqual(['new']);
      expect(readdirSync(folder)).toEqual(['dist']);
    },
  );

  it('does not touch a target with the same files', () => {
    const { ino } = statSync(make('dist', { 'baton.mjs': 'same' }));

    expect(replaceDirectory(make('fresh', { 'baton.mjs': 'same' }), target)).toBe(false);

    expect(statSync(target).ino).toBe(ino);
    expect(readdirSync(folder)).toEqual(['dist']);
  });

  it('leaves a complete directory when four programs replace it at the same time, again and again', async () => {
    const source = new URL('../../../src/generate/replace-directory.ts', import.meta.url).href;
    const program = `
      import { mkdirSync, writeFileSync } from 'node:fs';
      import { replaceDirectory } from ${JSON.stringify(source)};
      for (let round = 0; round < ${ROUNDS}; round++) {
        const fresh = ${JSON.stringify(join(folder, 'dist.'))} + process.pid;
        mkdirSync(fresh);
        for (let i = 0; i < ${PARTS}; i++) writeFileSync(fresh + '/' + i, process.pid + ' ' + round);
        replaceDirectory(fresh, ${JSON.stringify(target)});
      }`;
    const run = promisify(execFile);
    const args = ['--input-type=module', '--eval', program];

    await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, args)));

    const contents = readdirSync(target).map((file) => readFileSync(join(target, file), 'utf8'));
    expect(contents).toHaveLength(PARTS);
    expect(new Set(contents).size).toBe(1);
    expect(readdirSync(folder)).toEqual(['dist']);
  }, 60_000);
});
