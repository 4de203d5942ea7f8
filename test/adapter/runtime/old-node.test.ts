import { describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// A process of its own takes a while to start on a busy machine.
jest.setTimeout(30_000);

const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const packageFile = new URL('../../../package.json', import.meta.url);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `baton --version` on this Node, which claims to be another version. */
function runOn(version: string): Promise<Ended> {
  const versions = `{value: {...process.versions, node: '${version}'}}`;
  const claim = `data:text/javascript,${encodeURIComponent(`Object.defineProperty(process, 'versions', ${versions})`)}`;
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', claim, program, '--version'], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

describe('The version of Node', () => {
  it.each(['18.20.8', '20.20.2', '22.18.0', '24.8.0'])('is rejected with one message when it is %s', async (version) => {
    expect(await runOn(version)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `Baton needs Node 24.9 or later; this is Node ${version} (${process.execPath}).\n` +
        'In a checkout, run `npm ci`, which installs that Node, then `npm run baton -- <command>`, which uses it.\n' +
        'Elsewhere, get it from https://nodejs.org/.\n',
    });
  });

  it.each(['24.9.0', '24.21.0', '26.0.0'])('is accepted when it is %s', async (version) => {
    expect(await runOn(version)).toMatchObject({ code: 0, stderr: '' });
  });

  it('is the version in package.json', () => {
    const { engines } = JSON.parse(readFileSync(packageFile, 'utf8')) as { readonly engines: { readonly node: string } };
    expect(engines.node).toBe('>=24.9');
  });

  it('is checked in a file that a Node without TypeScript can load', () => {
    // Node takes the type of the file that the link leads to.
    expect(realpathSync(program)).toBe(program.replace(/\.ts$/, '.mjs'));
  });
});
