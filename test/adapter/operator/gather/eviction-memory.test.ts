import { beforeEach, describe, expect, it } from '@jest/globals';
import { EvictionMemory } from '../../../../src/operator/gather/eviction-memory.ts';

const SHOP = { message: 'The disruption budget shop needs 2 healthy pods and has 2 currently', budget: 'shop' };

let clock: number;
let memory: EvictionMemory;
beforeEach(() => {
  clock = 0;
  memory = new EvictionMemory(() => clock);
});

function waitMs(): number | undefined {
  return memory.answers.get('pod')?.askAgainMs;
}

describe('The memory of evictions', () => {
  it('has no answer for a Pod that was never evicted', () => {
    expect(memory.answers.size).toBe(0);
  });

  it('remembers why an eviction was rejected, until one is granted', () => {
    memory.rejected('pod', SHOP, undefined);
    expect(memory.answers.get('pod')).toEqual({ rejection: SHOP, askAgainMs: 5000 });
    memory.granted('pod');
    expect(memory.answers.get('pod')?.rejection).toBeUndefined();
  });

  it('delays the next eviction of a Pod, even of one that was granted', () => {
    memory.granted('pod');
    expect(waitMs()).toBe(5000);
    clock = 5000;
    expect(waitMs()).toBe(0);
  });

  it('respects how long the API server asks to wait', () => {
    memory.rejected('pod', SHOP, 120);
    expect(waitMs()).toBe(120_000);
    memory.rejected('pod', SHOP, 1);
    expect(waitMs()).toBe(5000);
  });

  it.each([
    [29_000, 5000],
    [60_000, 10_000],
    [180_000, 30_000],
    [3_000_000, 60_000],
  ])('waits the longer the longer a Pod has been rejected: after %i ms, %i ms', (since, expected) => {
    memory.rejected('pod', SHOP, undefined);
    clock = since;
    memory.rejected('pod', SHOP, undefined);
    expect(waitMs()).toBe(expected);
  });

  it('allows 15 evictions in the first two minutes and one a minute after ten, for a Pod that is always rejected', () => {
    const asked: number[] = [];
    for (; clock <= 1_800_000; clock += 1000) {
      if ((waitMs() ?? 0) > 0) continue;
      asked.push(clock);
      memory.rejected('pod', SHOP, undefined);
    }
    expect(asked.filter((at) => at < 120_000)).toHaveLength(15);
    expect(asked.filter((at) => at >= 600_000 && at < 1_200_000)).toHaveLength(10);
  });

  it('forgets an answer after an hour', () => {
    memory.rejected('pod', SHOP, undefined);
    clock = 3_600_001;
    memory.rejected('another', SHOP, undefined);
    expect([...memory.answers.keys()]).toEqual(['another']);
  });
});
