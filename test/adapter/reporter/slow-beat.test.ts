import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ReporterHarness, openTurn, useRealSockets } from './reporter-harness.ts';

useRealSockets();

let reporter: ReporterHarness;
beforeEach(async () => {
  reporter = await ReporterHarness.create();
});
afterEach(async () => {
  reporter.events.down = false;
  await reporter.dispose();
});

const BEAT = { beatMs: 1000 };

function counts(): readonly (number | undefined)[] {
  return [...reporter.events.events.values()].map((event) => event.series?.count);
}

/** Waits until the beat has had the time for several rounds. */
async function severalBeats(): Promise<void> {
  const before = reporter.pauses.length;
  await reporter.until(() => reporter.pauses.slice(before).filter((pause) => pause === BEAT.beatMs).length >= 4);
}

describe('the slow beat', () => {
  it.each(['UpgradeStarted', 'UpgradeProgressing'])('raises the count of the last Event after %s', async (reason) => {
    await reporter.start(BEAT);
    await reporter.post({ reason: 'UpgradeStarted', note: 'first' });
    await reporter.post({ reason, note: 'last' });
    const [first] = reporter.events.events.values();
    const countOfFirst = first?.series?.count;

    await reporter.until(() => (counts()[1] ?? 0) >= 3);

    expect(counts()[0]).toBe(countOfFirst);
  });

  it('counts from 2, as the API server demands', async () => {
    const seen: number[] = [];
    const patchSeries = reporter.events.patchSeries.bind(reporter.events);
    reporter.events.patchSeries = (namespace, name, series) => {
      seen.push(series.count);
      return patchSeries(namespace, name, series);
    };
    await reporter.start(BEAT);
    await reporter.post({ reason: 'UpgradeStarted' });

    await reporter.until(() => seen.length >= 3);

    expect(seen.slice(0, 3)).toEqual([2, 3, 4]);
  });

  it.each(['UpgradeRebooting', 'UpgradeSucceeded', 'UpgradeFailed', 'UpgradeSkipped'])('is silent after %s', async (reason) => {
    await reporter.start(BEAT);
    await reporter.post({ reason });

    await severalBeats();

    expect(counts()).toEqual([undefined]);
  });

  it('is silent before the first report', async () => {
    await reporter.start(BEAT);

    await severalBeats();

    expect(counts()).toEqual([]);
  });

  it.each([
    ['the turn is closed', { kind: 'Closed' } as const],
    ['the turn is of another batch', openTurn({ batchUid: 'another' })],
    ['the attempt is another', openTurn({ attempt: 2 })],
    ['the host has rebooted', openTurn({}, 'boot-2')],
  ])('ends when %s', async (_name, view) => {
    await reporter.start(BEAT);
    await reporter.post({ reason: 'UpgradeStarted' });
    await reporter.until(() => counts()[0] !== undefined);

    reporter.view = view;
    await severalBeats();
    const then = counts();
    await severalBeats();

    expect(counts()).toEqual(then);
  });

  it('goes on after a restart of the reporter where it was', async () => {
    await reporter.start(BEAT);
    await reporter.post({ reason: 'UpgradeStarted' });
    await reporter.until(() => (counts()[0] ?? 0) >= 3);
    await reporter.stop();
    const before = counts()[0] ?? 0;

    await reporter.start(BEAT);
    await reporter.until(() => (counts()[0] ?? 0) > before);

    expect(reporter.events.events.size).toBe(1);
  });

  it('reports again when the Event has expired', async () => {
    await reporter.start(BEAT);
    await reporter.post({ reason: 'UpgradeProgressing', note: 'half way' });

    reporter.events.events.clear();
    await reporter.until(() => reporter.events.events.size > 0);

    expect(reporter.events.story[0]).toBe('2 UpgradeProgressing half way');
  });

  it('outlives an API server that is away', async () => {
    await reporter.start(BEAT);
    await reporter.post({ reason: 'UpgradeStarted' });
    reporter.events.down = true;
    await severalBeats();
    reporter.events.down = false;

    await reporter.until(() => (counts()[0] ?? 0) >= 2);
  });
});
