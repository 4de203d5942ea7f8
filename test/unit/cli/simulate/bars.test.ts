import { describe, expect, it } from '@jest/globals';
import { frameLines, type Frame } from '../../../../src/cli/simulate/bars.ts';
import { cutToWidth, displayWidth, wrapText } from '../../../../src/cli/simulate/display-width.ts';
import { isLive, Screen } from '../../../../src/cli/simulate/screen.ts';
import { aBatch, aPlan, records, START } from './fake-simulation.ts';

const names = Array.from({ length: 60 }, (_, index) => `node-${index + 1}`);
const frame: Frame = {
  plans: [
    {
      plan: aPlan({ progress: '11/60', summary: 'Running', reason: 'BatchRunning', agent: 'node-3', counts: { failed: 1 } }),
      batches: [
        aBatch(1, records('Succeeded', 'node-1')),
        aBatch(2, [
          ...records('Succeeded', ...names.slice(1, 11)),
          ...records('Failed', 'node-12'),
          ...records('Upgrading', 'node-13', 'node-14'),
          ...records('Pending', ...names.slice(14, 16)),
        ]),
      ],
    },
  ],
  nodes: names.map((name, index) => ({
    name,
    labels: { role: 'worker', 'topology.kubernetes.io/zone': index % 2 === 0 ? 'zone-a' : 'zone-b' },
  })),
  start: START,
  now: START + 4_000_000,
  hostsDown: 3,
};

describe('The live view', () => {
  it('has a bar for each batch and each zone in 80 columns', () => {
    expect(frameLines(frame, { columns: 80, rows: 20, color: false }).join('\n')).toBe(`
os 12.9 · 11/60 · 1 failed · Running BatchRunning · agent node-3
os-7f3c-1 █ 1/1
os-7f3c-2 ██████████×▒▒·· 11/15
zone-a    ██████▒······················· 6/30
zone-b    █████×▒······················· 6/30
1 h 6 min of virtual time · 3 hosts down · Ctrl-C stops`);
  });

  it.each([20, 40, 80, 200])('is never wider than %i columns', (columns) => {
    const widths = frameLines(frame, { columns, rows: 20, color: false }).map(displayWidth);
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
  });

  it('is never higher than the terminal', () => {
    expect(frameLines(frame, { columns: 80, rows: 3, color: false })).toHaveLength(3);
  });

  it('colors cells by what became of the nodes', () => {
    const [, , , bar = ''] = frameLines(frame, { columns: 80, rows: 20, color: true });
    expect(bar).toContain('\u001b[31m×\u001b[0m');
  });

  it.each([
    { isTTY: true, environment: { TERM: 'xterm' }, live: true },
    { isTTY: false, environment: { TERM: 'xterm' }, live: false },
    { isTTY: true, environment: { TERM: 'dumb' }, live: false },
    { isTTY: true, environment: { TERM: 'xterm', NO_COLOR: '1' }, live: false },
    { isTTY: true, environment: { TERM: 'xterm', CI: 'true' }, live: false },
    { isTTY: true, environment: { TERM: 'xterm', NO_COLOR: '' }, live: true },
  ])('is drawn only on a terminal that can show it: $isTTY, $environment', ({ live, ...facts }) => {
    expect(isLive(facts)).toBe(live);
  });
});

describe('A screen', () => {
  it('writes lines above the view', () => {
    const written: string[] = [];
    const screen = new Screen({ write: (text) => written.push(text) });
    screen.draw(['one'], ['view', 'view']);
    screen.draw(['two'], ['view']);
    screen.draw([], []);
    screen.draw([], []);
    expect(written).toEqual(['one\nview\nview\n', '\u001b[2A\r\u001b[0Jtwo\nview\n', '\u001b[1A\r\u001b[0J']);
  });
});

describe('The width of a text', () => {
  it('counts emoji and wide characters as two columns', () => {
    expect(['abc', '✅', '日本', '👨‍👩‍👧', 'é'].map(displayWidth)).toEqual([3, 2, 4, 2, 1]);
  });

  it('limits a line without splitting a character', () => {
    expect([cutToWidth('日本語', 4), cutToWidth('abc', 3), cutToWidth('abcd', 3)]).toEqual(['日…', 'abc', 'ab…']);
  });

  it('breaks lines between words', () => {
    expect(wrapText('one two three-is-too-long four', 8)).toEqual(['one two', 'three-is-too-long', 'four']);
  });
});
