import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { importRules, knownRoomRule } from '../../../src/generate/import-rules.ts';
import { isFile, SRC, type Rooms } from '../../../src/generate/rooms.ts';
import { PROBES, SAMPLE, sampleFile, typeImport } from './import-probes.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What dependency-cruiser found, as far as it matters here. */
interface Report {
  readonly summary: { readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[] };
}

let root: string;
/** The rules that each file breaks. */
let broken: ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'baton-import-rules-'));
  writeRooms();
  for (const { file, text } of PROBES) write(file, text);
  broken = brokenRules();
}, 60_000);
afterAll(() => {
  rmSync(root, { recursive: true });
});

const RULES = [...importRules(SRC), knownRoomRule(SRC)].map(({ name }) => ({ name }));

it('Each rule has a probe, and each probe breaks a rule that exists', () => {
  const probed = PROBES.flatMap(({ rule }) => rule ?? []);
  expect([...new Set(probed)].sort()).toEqual(RULES.map(({ name }) => name).sort());
});

it.each(RULES)('A probe breaks the rule "$name"', ({ name }) => {
  const files = PROBES.filter(({ rule }) => rule === name).map(({ file }) => file);
  expect(files.map((file) => ({ file, broken: broken.get(file) }))).toEqual(files.map((file) => ({ file, broken: [name] })));
});

it('Each row of the table names files of src', () => {
  const missing = leaves('', SRC, []).filter(({ path }) => {
    const place = join(ROOT, 'src', path);
    return !existsSync(place) || !(isFile(path) || readdirSync(place).some(isFile));
  });
  expect(missing).toEqual([]);
});

it('Files that import what the table allows break no rule', () => {
  const probes = new Set(PROBES.map(({ file }) => file));
  expect([...broken].filter(([file]) => !probes.has(file))).toEqual([]);
});

/** A room without rooms in it; its path ends with `/.` when it is the files that lie in a folder with rooms. */
interface Leaf {
  readonly path: string;
  /** Paths of the rooms that it may import. */
  readonly allowed: readonly string[];
}

/** Writes the tree of the table: each room has a file without imports, and a main.ts with every import that the room may have. */
function writeRooms(): void {
  const all = leaves('', SRC, []);
  for (const { path } of all) write(sampleFile(path), SAMPLE);
  for (const { path, allowed } of all.filter((leaf) => !isFile(leaf.path))) {
    const file = posix.join('src', path, 'main.ts');
    const others = all.filter((leaf) => allowed.some((other) => leaf.path === other || leaf.path.startsWith(`${other}/`)));
    write(file, others.map((other) => typeImport(file, sampleFile(other.path))).join(''));
  }
}

function leaves(folder: string, rooms: Rooms, inherited: readonly string[]): readonly Leaf[] {
  return Object.entries(rooms).flatMap(([name, room]) => {
    const allowed = [...inherited, ...room.mayImport.map((other) => folder + other)];
    return room.rooms === undefined ? [{ path: folder + name, allowed }] : leaves(`${folder}${name}/`, room.rooms, allowed);
  });
}

function write(file: string, text: string): void {
  mkdirSync(join(root, dirname(file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function brokenRules(): ReadonlyMap<string, readonly string[]> {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [program, '--config', join(ROOT, '.dependency-cruiser.mjs'), '--output-type', 'json', 'src'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  expect(stderr).toBe('');
  const { summary } = JSON.parse(stdout) as Report;
  const files = Map.groupBy(summary.violations, ({ from }) => from);
  return new Map([...files].map(([file, violations]) => [file, [...new Set(violations.map(({ rule }) => rule.name))]]));
}
