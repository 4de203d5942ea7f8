import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Log } from '../../../src/api/log.ts';
import { createLogger } from '../../../src/runtime/logging.ts';
import type { LogLevel } from '../../../src/settings/log-levels.ts';

function aLog(level: LogLevel = 'info'): { readonly log: Log; readonly lines: () => readonly Record<string, unknown>[] } {
  const stream = new PassThrough();
  let written = '';
  stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const log = createLogger({ component: 'reporter', level, stream, now: () => Date.UTC(2026, 0, 2, 3, 4, 5) });
  const lines = (): readonly Record<string, unknown>[] =>
    written
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, lines };
}

describe('createLogger', () => {
  it('writes one JSON object a line, with time, level, component, message and fields', () => {
    const { log, lines } = aLog();

    log.info('Posted a report', { name: 'os-1', waiting: 0 });
    log.warn('Plain');

    expect(lines()).toEqual([
      {
        time: '2026-01-02T03:04:05.000Z',
        level: 'info',
        component: 'reporter',
        message: 'Posted a report',
        name: 'os-1',
        waiting: 0,
      },
      { time: '2026-01-02T03:04:05.000Z', level: 'warn', component: 'reporter', message: 'Plain' },
    ]);
  });

  it('omits messages below its level', () => {
    const { log, lines } = aLog('warn');

    log.debug('no');
    log.info('no');
    log.warn('yes');
    log.error('yes');

    expect(lines().map(({ message }) => message)).toEqual(['yes', 'yes']);
  });

  it('keeps message and level regardless of the names of the fields', () => {
    const { log, lines } = aLog();

    log.info('Static', { message: 'other', level: 'error' });

    expect(lines()).toMatchObject([{ message: 'Static', level: 'info' }]);
  });

  it('writes an error with its chain of causes and the stack of the outermost one', () => {
    const { log, lines } = aLog();
    const inner = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });

    log.error('Failed', { error: new Error('outer', { cause: new TypeError('middle', { cause: inner }) }) });

    expect(lines()).toMatchObject([
      {
        error: {
          name: 'Error',
          message: 'outer',
          stack: expect.stringContaining('outer'),
          cause: { name: 'TypeError', message: 'middle', cause: { name: 'Error', message: 'connect', code: 'ECONNREFUSED' } },
        },
      },
    ]);
  });

  it('survives a cycle in the chain of causes', () => {
    const { log, lines } = aLog();
    const error = new Error('ring');
    error.cause = error;

    log.error('Failed', { error });

    expect(lines()).toHaveLength(1);
  });
});
