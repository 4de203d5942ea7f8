import { beforeEach, describe, expect, it } from '@jest/globals';
import { WorkQueue, type WorkQueueOptions } from '../../../src/kube/work-queue.ts';
import { RecordingLog } from './support/recording-log.ts';
import { VirtualTime, settle } from './support/virtual-time.ts';

describe('WorkQueue', () => {
  let time: VirtualTime;
  let log: RecordingLog;
  let begun: string[];
  let running: Map<string, { succeed: () => void; fail: (error: Error) => void }>;

  beforeEach(() => {
    time = new VirtualTime();
    log = new RecordingLog();
    begun = [];
    running = new Map();
  });

  function makeQueue(options: Partial<WorkQueueOptions> = {}): WorkQueue {
    const ports = { log, now: time.now, random: () => 1, sleep: time.sleep };
    const queue = new WorkQueue({ ...ports, name: 'test', concurrency: 2, handle: untilTold, ...options });
    queue.start();
    return queue;
  }

  function untilTold(key: string): Promise<void> {
    begun.push(`${time.now()} ${key}`);
    return new Promise((succeed, fail) => running.set(key, { succeed, fail }));
  }

  async function finish(key: string, error?: Error): Promise<void> {
    if (error === undefined) running.get(key)?.succeed();
    else running.get(key)?.fail(error);
    await settle();
  }

  it('handles up to the maximum number of keys at a time, in the order in which they were added', async () => {
    const queue = makeQueue();

    for (const key of ['a', 'b', 'c']) queue.add(key);
    await settle();
    expect(begun).toEqual(['0 a', '0 b']);
    await finish('a');

    expect(begun).toEqual(['0 a', '0 b', '0 c']);
    expect(queue.statistics).toEqual({ handled: 1, failed: 0, waiting: 0, delayed: 0, running: 2 });
  });

  it('handles a key once, no matter how many times it was added', async () => {
    const queue = makeQueue({ concurrency: 1 });

    for (const key of ['a', 'b', 'b', 'b']) queue.add(key);
    await settle();
    await finish('a');
    await finish('b');

    expect(begun).toEqual(['0 a', '0 b']);
  });

  it('handles a key once more when it was added while it ran, and never twice at a time', async () => {
    const queue = makeQueue();
    queue.add('a');
    await settle();

    queue.add('a');
    queue.add('a');
    await settle();
    expect(begun).toEqual(['0 a']);
    await finish('a');

    expect(begun).toEqual(['0 a', '0 a']);
  });

  it('retries a failed key with doubling delays up to a maximum and resets the delay after a success', async () => {
    const queue = makeQueue({ baseDelayMs: 1_000, maxDelayMs: 4_000 });
    queue.add('a');
    await settle();

    for (let times = 0; times < 4; times += 1) {
      await finish('a', new Error('no'));
      await time.advance(4_000);
    }
    await finish('a');
    queue.add('a');
    await settle();
    await finish('a', new Error('no'));
    await time.advance(1_000);

    expect(begun).toEqual(['0 a', '1000 a', '6000 a', '12000 a', '16000 a', '16000 a', '17000 a']);
    expect(queue.statistics).toMatchObject({ handled: 6, failed: 5 });
  });

  it('logs a failure with the key and the error itself', async () => {
    const queue = makeQueue();
    const error = new Error('outer', { cause: new Error('inner') });
    queue.add('a');
    await settle();

    await finish('a', error);

    expect(log.errors()).toEqual([
      {
        level: 'error',
        message: 'Handling a key failed',
        fields: { queue: 'test', key: 'a', failures: 1, retryInMs: 500, error },
      },
    ]);
  });

  it('treats a synchronous error of a handler like any other failure', async () => {
    const queue = makeQueue({
      handle: () => {
        throw new Error('at once');
      },
    });

    queue.add('a');
    await settle();

    expect(queue.statistics).toMatchObject({ failed: 1, delayed: 1, running: 0 });
  });

  it('handles a key again when its handler requests it', async () => {
    const queue = makeQueue({
      handle: (key) => {
        begun.push(`${time.now()} ${key}`);
        return Promise.resolve({ requeueAfterMs: 10_000 });
      },
    });

    queue.add('a');
    await time.advance(25_000);

    expect(begun).toEqual(['0 a', '10000 a', '20000 a']);
  });

  it('keeps the earlier of two later times', async () => {
    const queue = makeQueue();

    queue.addAfter('a', 5_000);
    queue.addAfter('a', 2_000);
    queue.addAfter('a', 9_000);
    await time.advance(2_000);
    await finish('a');
    await time.advance(60_000);

    expect(begun).toEqual(['2000 a']);
  });

  it('keeps a later time when the key is added before', async () => {
    const queue = makeQueue();

    queue.addAfter('a', 5_000);
    queue.add('a');
    await settle();
    await finish('a');
    await time.advance(5_000);

    expect(begun).toEqual(['0 a', '5000 a']);
  });

  it('waits for running handlers when it stops and starts no others', async () => {
    const queue = makeQueue({ concurrency: 1 });
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 1_000);
    await settle();
    let stopped = false;

    const stopping = queue.stop().then(() => (stopped = true));
    queue.add('d');
    await time.advance(2_000);
    expect(stopped).toBe(false);
    await finish('a');
    await stopping;
    await time.advance(60_000);

    expect(begun).toEqual(['0 a']);
  });

  it('aborts running handlers when the grace period ends', async () => {
    const queue = makeQueue({
      stopGraceMs: 10_000,
      handle: (_key, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        }),
    });
    queue.add('a');
    await settle();
    let stopped = false;

    void queue.stop().then(() => (stopped = true));
    await time.advance(9_999);
    expect(stopped).toBe(false);
    await time.advance(1);

    expect(stopped).toBe(true);
  });
});
