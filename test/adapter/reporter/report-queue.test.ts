import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ReporterHarness, useRealSockets } from './reporter-harness.ts';

useRealSockets();

let reporter: ReporterHarness;
beforeEach(async () => {
  reporter = await ReporterHarness.create();
});
afterEach(async () => {
  reporter.events.down = false;
  await reporter.dispose();
});

function progress(note: string): object {
  return { reason: 'UpgradeProgressing', note };
}

describe('posting', () => {
  it('waits as long as the API server asks, then posts', async () => {
    reporter.events.answers.push({ kind: 'Unavailable', message: '429', retryAfterMs: 2000 });
    await reporter.start({ answerTimeoutMs: 100_000 });

    expect((await reporter.post(progress('one'))).status).toBe(201);
    expect(reporter.pauses).toContain(2000);
    expect(reporter.events.story).toEqual(['1 UpgradeProgressing one']);
  });

  it('answers 202 while the API server cannot be reached, and posts in order when it is back', async () => {
    reporter.events.down = true;
    await reporter.start();

    const answers = await Promise.all([
      reporter.post(progress('one')),
      reporter.post(progress('two')),
      reporter.post(progress('three')),
    ]);
    reporter.events.down = false;
    await reporter.until(() => reporter.events.events.size === 3);

    expect(answers).toEqual([
      { status: 202, body: { status: 'queued' } },
      { status: 202, body: { status: 'queued' } },
      { status: 202, body: { status: 'queued' } },
    ]);
    expect(reporter.events.story).toEqual(['1 UpgradeProgressing one', '2 UpgradeProgressing two', '3 UpgradeProgressing three']);
  });

  it('lets a caller wait as long as it prefers', async () => {
    reporter.events.down = true;
    await reporter.start();

    const answer = reporter.send('POST', '/v1/reports', '{"reason":"UpgradeRebooting"}', { Prefer: 'wait=100' });
    await reporter.until(() => reporter.pauses.filter((pause) => pause > 3000 && pause < 100_000).length >= 2);
    reporter.events.down = false;

    expect((await answer).status).toBe(201);
    expect(reporter.pauses).toContain(100_000);
  });

  it('pauses longer with each failure', async () => {
    reporter.events.down = true;
    await reporter.start({ random: () => 0 });

    await reporter.post(progress('one'));
    await reporter.until(() => reporter.pauses.includes(4000));

    const backoffs = [250, 500, 1000, 2000, 4000];
    expect(reporter.pauses.filter((pause) => backoffs.includes(pause))).toEqual(backoffs);
  });

  it('creates one Event when the answer to the first attempt was lost', async () => {
    reporter.events.losesAnswers = true;
    await reporter.start();

    const answer = await reporter.post(progress('one'));

    expect(answer.status).toBe(201);
    expect(reporter.events.story).toEqual(['1 UpgradeProgressing one']);
  });

  it('uses the next sequence number when the name belongs to another report', async () => {
    await reporter.start();
    await reporter.post(progress('of a reporter that has lost its state'));
    await reporter.stop();
    await rm(join(reporter.directory, 'run', 'reporter.json'));
    await reporter.start();

    await reporter.post(progress('new'));

    expect(reporter.events.story).toEqual([
      '1 UpgradeProgressing of a reporter that has lost its state',
      '2 UpgradeProgressing new',
    ]);
  });

  it('posts the same text twice when it is reported twice', async () => {
    await reporter.start();

    await reporter.post(progress('one'));
    await reporter.post(progress('one'));

    expect(reporter.events.story).toEqual(['1 UpgradeProgressing one', '2 UpgradeProgressing one']);
  });

  it('returns the reason when the API server rejects a report and continues with the next one', async () => {
    reporter.events.answers.push({ kind: 'Rejected', message: 'namespaces "fleet" not found' });
    await reporter.start();

    expect(await reporter.post(progress('one'))).toEqual({
      status: 502,
      body: { error: 'The API server rejected the report: namespaces "fleet" not found' },
    });
    expect((await reporter.post(progress('two'))).status).toBe(201);
  });

  it('answers 503 when the queue is full', async () => {
    reporter.events.down = true;
    await reporter.start({ queueLimit: 2 });

    await Promise.all([reporter.post(progress('one')), reporter.post(progress('two'))]);
    const answer = await reporter.post(progress('three'));

    expect(answer).toEqual({ status: 503, body: { error: 'Too many reports are queued for the API server: try again later.' } });
  });
});

describe('stopping', () => {
  it('posts the pending reports and resolves', async () => {
    reporter.events.down = true;
    await reporter.start();
    await reporter.post(progress('one'));
    await reporter.post(progress('two'));

    const stopped = reporter.stop();
    reporter.events.down = false;
    await stopped;

    expect(reporter.events.story).toEqual(['1 UpgradeProgressing one', '2 UpgradeProgressing two']);
  });

  it('cuts a long backoff short', async () => {
    reporter.events.down = true;
    await reporter.start();
    await reporter.post(progress('one'));
    await reporter.until(() => reporter.pauses.some((pause) => pause > 20_000 && pause <= 30_000));

    reporter.events.down = false;
    await reporter.stop();

    // A drain of 15 s would be over before such a pause is.
    expect(reporter.events.story).toEqual(['1 UpgradeProgressing one']);
  });

  it('leaves reports that were not posted in time to the next reporter', async () => {
    reporter.events.down = true;
    await reporter.start();
    await reporter.post(progress('one'));
    await reporter.stop();
    expect(reporter.events.story).toEqual([]);

    reporter.events.down = false;
    await reporter.start();
    await reporter.until(() => reporter.events.events.size === 1);

    expect(reporter.events.story).toEqual(['1 UpgradeProgressing one']);
  });

  it('answers callers who wait for their Event', async () => {
    reporter.events.down = true;
    await reporter.start();
    const answer = reporter.post(progress('one'));
    await reporter.until(() => reporter.events.creates > 0);

    await reporter.stop();

    expect((await answer).status).toBe(202);
  });
});

describe('after a restart', () => {
  it('continues the sequence although the earlier Events have expired', async () => {
    await reporter.start();
    await reporter.post(progress('one'));
    await reporter.stop();
    reporter.events.events.clear();
    await reporter.start();

    await reporter.post(progress('two'));

    expect(reporter.events.story).toEqual(['2 UpgradeProgressing two']);
  });

  it('starts with an empty state when the saved one is invalid', async () => {
    await reporter.start();
    await reporter.post(progress('one'));
    await reporter.stop();
    await writeFile(join(reporter.directory, 'run', 'reporter.json'), '{"pending":7');
    await reporter.start();

    await reporter.post(progress('two'));

    expect(reporter.events.story).toEqual(['1 UpgradeProgressing one', '2 UpgradeProgressing two']);
  });
});
