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

const EVERY_SECOND = { heartbeatMs: 1000 };

function counts(): readonly (number | undefined)[] {
  return [...reporter.events.events.values()].map((event) => event.series?.count);
}

/** Waits until the beat has had the time for several rounds. */
async function severalBeats(): Promise<void> {
  const before = reporter.pauses.length;
  await reporter.until(() => reporter.pauses.slice(before).filter((pause) => pause === EVERY_SECOND.heartbeatMs).length >= 4);
}

describe('the heartbeat', () => {
  it.each(['UpgradeStarted', 'UpgradeProgressing'])('raises the count of the last Event after %s', async (reason) => {
    await reporter.start(EVERY_SECOND);
    await reporter.post({ reason: 'UpgradeStarted', note: 'first' });
    await reporter.post({ reason, note: 'last' });
    const [first] = reporter.events.events.values();
    const countOfFirst = first?.series?.count;

    await reporter.until(() => (counts()[1] ?? 0) >= 3);

    expect(counts()[0]).toBe(countOfFirst);
  });

  it('counts from 2, as the API server requires', async () => {
    const seen: number[] = [];
    const patchSeries = reporter.events.patchSeries.bind(reporter.events);
    reporter.events.patchSeries = (namespace, name, series) => {
      seen.push(series.count);
      return patchSeries(namespace, name, series);
    };
    await reporter.start(EVERY_SECOND);
    await reporter.post({ reason: 'UpgradeStarted' });

    await reporter.until(() => seen.length >= 3);

    expect(seen.slice(0, 3)).toEqual([2, 3, 4]);
  });

  it.each(['UpgradeRebooting', 'UpgradeSucceeded', 'UpgradeFailed', 'UpgradeSkipped'])('stops after %s', async (reason) => {
    await reporter.start(EVERY_SECOND);
    await reporter.post({ reason });

    await severalBeats();

    expect(counts()).toEqual([undefined]);
  });

  it('does not start before the first report', async () => {
    await reporter.start(EVERY_SECOND);

    await severalBeats();

    expect(counts()).toEqual([]);
  });

  it.each([
    ['the turn is closed', { kind: 'Closed' } as const],
    ['the turn is of another batch', openTurn({ batchUid: 'another' })],
    ['the attempt is another', openTurn({ attempt: 2 })],
    ['the host has rebooted', openTurn({}, 'boot-2')],
  ])('ends when %s', async (_name, view) => {
    await reporter.start(EVERY_SECOND);
    await reporter.post({ reason: 'UpgradeStarted' });
    await reporter.until(() => counts()[0] !== undefined);

    reporter.view = view;
    await severalBeats();
    const then = counts();
    await severalBeats();

    expect(counts()).toEqual(then);
  });

  it('continues after a restart of the reporter', async () => {
    await reporter.start(EVERY_SECOND);
    await reporter.post({ reason: 'UpgradeStarted' });
    await reporter.until(() => (counts()[0] ?? 0) >= 3);
    await reporter.stop();
    const before = counts()[0] ?? 0;

    await reporter.start(EVERY_SECOND);
    await reporter.until(() => (counts()[0] ?? 0) > before);

    expect(reporter.events.events.size).toBe(1);
  });

  it('reports again when the Event has expired', async () => {
    await reporter.start(EVERY_SECOND);
    await reporter.post({ reason: 'UpgradeProgressing', note: 'half way' });

    reporter.events.events.clear();
    await reporter.until(() => reporter.events.events.size > 0);

    expect(reporter.events.story[0]).toBe('2 UpgradeProgressing half way');
  });

  it('continues after an outage of the API server', async () => {
    await reporter.start(EVERY_SECOND);
    await reporter.post({ reason: 'UpgradeStarted' });
    reporter.events.down = true;
    await severalBeats();
    reporter.events.down = false;

    await reporter.until(() => (counts()[0] ?? 0) >= 2);
  });
});
