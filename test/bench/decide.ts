/**
 * `make bench`: what one decision costs, as a ratio to reading the same Nodes' JSON once in the same run. The ratio is what counts: the
 * times depend on the machine and on what else runs on it.
 */
import { createHash } from 'node:crypto';
import { decide } from '../../src/core/rollout/decide.ts';
import type { PlanSnapshot } from '../../src/core/rollout/snapshot.ts';
import { aNode, aSnapshot, byName, done, inTurn, SETTINGS } from '../core/rollout/support/facts.ts';
import { aBatch, aPlan, at } from '../core/rollout/support/objects.ts';

const SIZES = [1_000, 10_000, 100_000] as const;
const RUNS = 7;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** The median time of some runs (ms). The first run, in which the code is compiled, does not count. */
function measure(work: () => unknown): number {
  work();
  return median(
    Array.from({ length: RUNS }, () => {
      const started = performance.now();
      work();
      return performance.now() - started;
    }),
  );
}

/** A fleet in mid-rollout: half of it done, one batch of 100 nodes open, the rest to come. */
function fleet(size: number): PlanSnapshot {
  const open = Array.from({ length: 100 }, (_, i) => `node-${i + 1}`);
  const nodes = Array.from({ length: size }, (_, i) => {
    const name = `node-${i + 1}`;
    if (i < 10) return inTurn(name);
    if (i < 100) return aNode(name);
    return i % 2 === 0 ? done(name) : aNode(name);
  });
  return aSnapshot({ plan: aPlan({ maxUnavailable: 10 }), nodes: byName(...nodes), batches: [aBatch(open)] });
}

console.log('one decision, as a ratio to JSON.parse of the same nodes');
console.log(`${'nodes'.padStart(8)} ${'decide'.padStart(10)} ${'JSON.parse'.padStart(12)} ${'ratio'.padStart(7)}`);
for (const size of SIZES) {
  const snapshot = fleet(size);
  const json = JSON.stringify([...snapshot.nodes.values()]);
  const own = measure(() => decide({ snapshot, now: at(100), settings: SETTINGS, hash }));
  const reference = measure(() => JSON.parse(json) as unknown);
  console.log(
    `${`${size}`.padStart(8)} ${`${own.toFixed(1)} ms`.padStart(10)} ${`${reference.toFixed(1)} ms`.padStart(12)} ${(own / reference).toFixed(2).padStart(7)}`,
  );
}
