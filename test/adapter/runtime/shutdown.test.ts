import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';

const SHUTDOWN = new URL('../../../src/runtime/shutdown.ts', import.meta.url).href;

/** Waits for the signal, says so, and goes on for ever. */
const STUBBORN = `
  const { onShutdown } = await import(${JSON.stringify(SHUTDOWN)});
  const signal = onShutdown();
  signal.addEventListener('abort', () => console.log(signal.reason.message));
  setInterval(() => {}, 1000);
  console.log('ready');
`;

describe('onShutdown', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('aborts its signal at the first %s and exits the process at the second with %i', async (name, code) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', STUBBORN], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    child.stdout.setEncoding('utf8');

    for await (const line of child.stdout as AsyncIterable<string>) {
      lines.push(line.trim());
      child.kill(name);
    }

    const [ended] = child.exitCode === null ? ((await once(child, 'exit')) as [number]) : [child.exitCode];
    expect(lines).toEqual(['ready', `The process received ${name}.`]);
    expect(ended).toBe(code);
  });
});
