import { describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// A process of its own takes a while to start on a busy machine.
jest.setTimeout(30_000);

const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** Runs Baton as a process of its own; its exit code and what it said to the person. */
function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env } };
    const child = execFile(process.execPath, [program, ...args], options, (_error, _out, said) => {
      resolve({ code: child.exitCode ?? -1, said });
    });
  });
}

describe('Input that cannot be used ends the program with 2 and one sentence', () => {
  it.each([
    ['a command that does not exist', ['upgrade'], {}, /^There is no command 'upgrade'\./],
    [
      'a kubeconfig that is not there',
      ['operator'],
      { BATON_IMAGE: 'x', BATON_KUBECONFIG: '/nowhere' },
      /^the kubeconfig \/nowhere cannot be read: ENOENT/,
    ],
    ['no cluster at all', ['operator'], { BATON_IMAGE: 'x' }, /^no kubeconfig was given and this is not a Pod/],
  ])('%s', async (_what, args, env, sentence) => {
    const { code, said } = await run(args, env);
    expect(said).toMatch(sentence);
    expect(said).not.toContain('    at ');
    expect(code).toBe(2);
  });
});
