import { describe, expect, it } from '@jest/globals';
import { readOptions, simulateCommand, type ReadOptions } from '../../../../src/cli/simulate/options.ts';
import { parseApproval, parseDuration, parseGateClosure, parseShare, parseTime } from '../../../../src/cli/simulate/values.ts';

function read(...args: readonly string[]): ReadOptions {
  const command = simulateCommand().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  return readOptions(command.parse(['-f', 'plan.yaml', ...args], { from: 'user' }));
}

describe('The options of baton simulate', () => {
  it('have defaults', () => {
    expect(read()).toEqual({
      kind: 'Read',
      options: {
        files: ['plan.yaml'],
        fleet: { kind: 'MadeUp', nodes: 60, zones: 3 },
        durations: new Map(),
        fail: 0,
        hang: 0,
        gates: [],
        approval: { kind: 'After', ms: 600_000 },
        start: Date.parse('2026-01-05T08:00:00Z'),
        limitMs: 30 * 86_400_000,
        seed: 1,
        speed: undefined,
        serve: false,
        output: 'text',
        messages: 'text',
      },
    });
  });

  it('are read as they are documented', () => {
    const args =
      '-f more.yaml --nodes 400 --zones 2 --duration os=6m --duration fw=90s --fail 2% --hang 0.5% --gate g=closed@2h+30m';
    const rest = '--approve after 1h --start 2026-11-21T22:00:00+01:00 --seed 7 --serve -o json --messages slack';
    expect(read(...`${args} ${rest}`.split(' '))).toMatchObject({
      kind: 'Read',
      options: {
        files: ['plan.yaml', 'more.yaml'],
        fleet: { kind: 'MadeUp', nodes: 400, zones: 2 },
        durations: new Map([
          ['os', 360_000],
          ['fw', 90_000],
        ]),
        fail: 0.02,
        hang: 0.005,
        gates: [{ gate: 'g', fromMs: 7_200_000, lengthMs: 1_800_000 }],
        approval: { kind: 'After', ms: 3_600_000 },
        start: Date.parse('2026-11-21T21:00:00Z'),
        speed: 60,
        serve: true,
        output: 'json',
        messages: 'slack',
      },
    });
  });

  it.each([
    { args: ['--nodes', '0'], problem: /--nodes must be a whole number of at least 1; got '0'/ },
    { args: ['--nodes', '100000'], problem: /limited to 5000 nodes, and these are 100000/ },
    { args: ['--nodes', '5', '--nodes-from', 'x'], problem: /exclude each other: pass only one/ },
    { args: ['--nodes-from', 'x', '--zones', '2'], problem: /--zones is only for nodes that are made up/ },
    { args: ['--zones', '0'], problem: /--zones must be a whole number from 1 to 100/ },
    { args: ['--duration', 'os'], problem: /--duration must be PROCESS=TIME, such as os=6m; got 'os'/ },
    { args: ['--duration', 'os=0s'], problem: /--duration must be PROCESS=TIME/ },
    { args: ['--fail', '2'], problem: /--fail must be a percentage from 0% to 100%, such as 2%; got '2'/ },
    { args: ['--hang', '101%'], problem: /--hang must be a percentage/ },
    { args: ['--gate', 'g=open'], problem: /--gate must be NAME=closed@FROM\+LENGTH, .*; got 'g=open'/ },
    { args: ['--approve', 'soon'], problem: /--approve must be 'after TIME', .*; got 'soon'/ },
    { args: ['--start', 'tomorrow'], problem: /--start must be an RFC 3339 time/ },
    { args: ['--start', '2026-01-05T08:00:00'], problem: /--start must be an RFC 3339 time/ },
    { args: ['--seed', '-1'], problem: /--seed must be a whole number/ },
    { args: ['--speed', '0'], problem: /--speed must be a number from 1/ },
    { args: ['-o', 'yaml'], problem: /--output must be text or json; got 'yaml'/ },
    { args: ['--messages', 'fax'], problem: /--messages must be one of text, sent, none, webhook, slack, .*; got 'fax'/ },
  ])('are rejected with what to pass instead: $args', ({ args, problem }) => {
    expect(read(...args)).toEqual({ kind: 'Rejected', problems: [expect.stringMatching(problem)] });
  });

  it('are rejected all at once', () => {
    expect(read('--fail', 'x', '--seed', 'x')).toMatchObject({
      problems: [expect.stringMatching(/fail/), expect.stringMatching(/seed/)],
    });
  });
});

describe('A value of an option', () => {
  it.each([
    { text: '90s', ms: 90_000 },
    { text: '2h30m', ms: 9_000_000 },
    { text: '1.5h', ms: 5_400_000 },
    { text: '1d', ms: 86_400_000 },
    { text: '10', ms: undefined },
    { text: '', ms: undefined },
    { text: '-5m', ms: undefined },
  ])('is a duration or not: $text', ({ text, ms }) => expect(parseDuration(text)).toBe(ms));

  it.each([
    { text: '0%', share: 0 },
    { text: '12.5%', share: 0.125 },
    { text: '100.1%', share: undefined },
  ])('is a percentage or not: $text', ({ text, share }) => expect(parseShare(text)).toBe(share));

  it('is a gate that never opens again if it has no length', () => {
    expect(parseGateClosure('no-pages=closed@0s')).toEqual({ gate: 'no-pages', fromMs: 0, lengthMs: undefined });
  });

  it('is an approval with or without `after`', () => {
    expect(['after 10m', '10m', 'never'].map(parseApproval)).toEqual([
      { kind: 'After', ms: 600_000 },
      { kind: 'After', ms: 600_000 },
      { kind: 'Never' },
    ]);
  });

  it('is a time only with its offset from UTC', () => {
    expect([parseTime('2026-01-05T08:00Z'), parseTime('2026-01-05')]).toEqual([Date.parse('2026-01-05T08:00:00Z'), undefined]);
  });
});
