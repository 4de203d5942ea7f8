import { describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// A process takes a while to start on a busy machine.
jest.setTimeout(30_000);

const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** Runs Baton in its own process. Resolves with the exit code and standard error. */
function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env } };
    const child = execFile(process.execPath, [program, ...args], options, (_error, _out, stderr) => {
      resolve({ code: child.exitCode ?? -1, stderr });
    });
  });
}

describe('a program with invalid input', () => {
  it.each([
    { what: 'a command that does not exist', args: ['upgrade'], env: {}, message: /^baton: unknown command 'upgrade'\./ },
    {
      what: 'a kubeconfig that is not there',
      args: ['operator'],
      env: { BATON_IMAGE: 'x', BATON_KUBECONFIG: '/nowhere' },
      message: /^The kubeconfig \/nowhere cannot be read: ENOENT/,
    },
    {
      what: 'no cluster at all',
      args: ['operator'],
      env: { BATON_IMAGE: 'x' },
      message: /^A kubeconfig is required outside of a Pod/,
    },
  ])('exits with 2 and names the problem: $what', async ({ args, env, message }) => {
    const { code, stderr } = await run(args, env);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(2);
  });
});
