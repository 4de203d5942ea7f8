import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parseAllDocuments } from 'yaml';

// `baton convert` as a process of its own, which takes a while to start on a busy machine.
jest.setTimeout(30_000);

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/system-upgrade-controller/${name}.yaml`, import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-'));
});
afterEach(() => rm(directory, { recursive: true }));

function convert(args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, 'convert', ...args], { env: { PATH: '' } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

async function fileOf(text: string): Promise<string> {
  const path = join(directory, 'plan.yaml');
  await writeFile(path, text);
  return path;
}

describe('baton convert', () => {
  it('prints one UpgradePlan for each Plan of its files, in their order', async () => {
    const { code, stdout, stderr } = await convert(['-f', fixture('k3s'), '--filename', fixture('channel')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const names = parseAllDocuments(stdout).map(
      (document) => `${String(document.get('kind'))} ${String(document.getIn(['metadata', 'name']))}`,
    );
    expect(names).toEqual(['UpgradePlan servers', 'UpgradePlan agents', 'UpgradePlan firmware']);
  });

  it('reads standard input, JSON as well', async () => {
    const plan = {
      ...{ apiVersion: 'upgrade.cattle.io/v1', kind: 'Plan', metadata: { name: 'os' } },
      spec: { version: '1', nodeSelector: {}, upgrade: { image: 'a' } },
    };
    const { code, stdout } = await convert(['-f', '-'], JSON.stringify(plan));
    expect(code).toBe(0);
    expect(stdout).toContain('kind: UpgradePlan');
  });

  it('puts each comment above the field that it is about', async () => {
    const { stdout } = await convert(['-f', fixture('k3s')]);
    const lines = stdout.split('\n').map((line) => line.trim());
    const above = (field: string): string => {
      const end = lines.indexOf(field);
      const start = lines.slice(0, end).findLastIndex((line) => !line.startsWith('#')) + 1;
      return lines
        .slice(start, end)
        .map((line) => line.slice(2))
        .join(' ');
    };
    expect(lines[0]).toMatch(/^# Converted by baton convert from the Plan servers/);
    expect(above('maxUnavailable: 2')).toBe('concurrency: 2. Nodes that are down for another reason count as well.');
    expect(above('mode: Cordon')).toMatch(/^cordon: true/);
    expect(above('disruption: Drain')).toMatch(/^Write Reboot.* it was meant\.$/);
  });

  it('names every field of the Plans in what it prints: nothing is lost without a word', async () => {
    const { stdout } = await convert(['-f', fixture('os'), '-f', fixture('channel')]);
    for (const trace of [
      ...[
        'packages.script',
        'proxy',
        '/var/cache/apt',
        'DEBIAN_FRONTEND',
        'secretKeyRef',
        'configMapRef',
        'system-node-critical',
      ],
      ...[
        'postCompleteDelay: 2m',
        'jobActiveDeadlineSecs: 1800',
        'exclusive: true',
        'drain.gracePeriod: 120',
        'upgrade.cattle.io/digest',
      ],
      ...[
        'https://firmware.example/channels/stable',
        'firmware.example/version=$(LATEST_VERSION)',
        'drain.disableEviction',
        '"drain":"yes"',
      ],
    ]) {
      expect(stdout.replaceAll(/\n *# /g, ' ')).toContain(trace);
    }
  });
});

describe('Bad input ends with exit code 2, what is wrong, and nothing else', () => {
  it.each<readonly [string, string, string]>([
    ['no YAML', 'spec:\n  a: b: c\n', 'plan.yaml:2:6: is not YAML: Nested mappings'],
    ['an alias to nothing', 'a: *b\n', 'is not YAML'],
    [
      'no Plan',
      'apiVersion: v1\nkind: Secret\n',
      'plan.yaml: is no Plan (apiVersion v1, kind Secret): baton convert takes Plans',
    ],
    ['a text', 'hello\n', 'plan.yaml: is no Plan'],
    ['nothing', '---\n', 'plan.yaml: there is no Plan in it.'],
    [
      'a field that is not known, in the second document',
      `kind: Plan\n---\napiVersion: upgrade.cattle.io/v1\nkind: Plan\nmetadata: {name: os}\nspec: {nodeSelector: {}, upgrade: {image: a}, drian: {}}\n`,
      'plan.yaml, document 2, os: spec.drian is no field that baton convert knows: remove it, or correct its name.',
    ],
  ])('%s', async (_what, text, message) => {
    const { code, stdout, stderr } = await convert(['-f', await fileOf(text)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('Nothing was converted.');
  });

  it('a bomb of aliases is not blown up', async () => {
    const layers = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 0; i < 8; i++) {
      const [of, to] = [String.fromCharCode(97 + i), String.fromCharCode(98 + i)];
      layers.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${of}`).join(', ')}]`);
    }
    const { code, stderr } = await convert(['-f', await fileOf(layers.join('\n'))]);
    expect(code).toBe(2);
    expect(stderr).toContain('is not YAML that can be read');
  });

  it('a file that is not there, and no file at all', async () => {
    expect(await convert(['-f', join(directory, 'missing.yaml')])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('missing.yaml: could not be read: ENOENT'),
    });
    expect(await convert([])).toMatchObject({ code: 2, stderr: expect.stringContaining('--filename') });
  });

  it('one wrong Plan among several: none is printed', async () => {
    const wrong = await fileOf('apiVersion: upgrade.cattle.io/v1\nkind: Plan\nmetadata: {name: os}\nspec: {}\n');
    expect(await convert(['-f', fixture('k3s'), '-f', wrong])).toMatchObject({ code: 2, stdout: '' });
  });
});

it('baton convert --help says what it does, and baton --help names it', async () => {
  const { code, stdout } = await convert(['--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('standard input');
});
