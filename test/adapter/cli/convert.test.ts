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
    expect(above('maxUnavailable: 2')).toBe('concurrency: 2. Nodes that are down for other reasons count too.');
    expect(above('mode: Cordon')).toMatch(/^cordon: true/);
    expect(above('disruption: Drain')).toMatch(/^Set Reboot.* confirms the reboot\.$/);
  });

  it('mentions every field of the Plans in its output, so that nothing is lost silently', async () => {
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

describe('baton convert with bad input', () => {
  it.each<readonly [string, string, string]>([
    ['invalid YAML', 'spec:\n  a: b: c\n', 'plan.yaml:2:6: invalid YAML: Nested mappings'],
    ['an alias to nothing', 'a: *b\n', 'invalid YAML'],
    [
      'no Plan',
      'apiVersion: v1\nkind: Secret\n',
      'plan.yaml: is not a Plan (apiVersion v1, kind Secret): baton convert accepts only Plans',
    ],
    ['a string', 'hello\n', 'plan.yaml: is not a Plan'],
    ['nothing', '---\n', 'plan.yaml: contains no Plan.'],
    [
      'a field that is not known, in the second document',
      `kind: Plan\n---\napiVersion: upgrade.cattle.io/v1\nkind: Plan\nmetadata: {name: os}\nspec: {nodeSelector: {}, upgrade: {image: a}, drian: {}}\n`,
      'plan.yaml, document 2, os: spec.drian is an unknown field: remove it or correct its name.',
    ],
  ])('exits with 2 and names the problem: %s', async (_what, text, message) => {
    const { code, stdout, stderr } = await convert(['-f', await fileOf(text)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('Nothing was converted.');
  });

  it('does not expand nested aliases without limit', async () => {
    const layers = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 0; i < 8; i++) {
      const [of, to] = [String.fromCharCode(97 + i), String.fromCharCode(98 + i)];
      layers.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${of}`).join(', ')}]`);
    }
    const { code, stderr } = await convert(['-f', await fileOf(layers.join('\n'))]);
    expect(code).toBe(2);
    expect(stderr).toContain('invalid YAML');
  });

  it('rejects a missing file and a missing --filename', async () => {
    expect(await convert(['-f', join(directory, 'missing.yaml')])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('missing.yaml: cannot be read: ENOENT'),
    });
    expect(await convert([])).toMatchObject({ code: 2, stderr: expect.stringContaining('--filename') });
  });

  it('prints nothing when one of several Plans is invalid', async () => {
    const wrong = await fileOf('apiVersion: upgrade.cattle.io/v1\nkind: Plan\nmetadata: {name: os}\nspec: {}\n');
    expect(await convert(['-f', fixture('k3s'), '-f', wrong])).toMatchObject({ code: 2, stdout: '' });
  });
});

it('baton convert --help describes standard input', async () => {
  const { code, stdout } = await convert(['--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('standard input');
});
