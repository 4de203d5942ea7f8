/**
 * `make bench`: what one decision costs, as a ratio to reading the same Nodes' JSON once in the same run. The ratio is what counts: the
 * times depend on the machine and on what else runs on it.
 */
import { createHash } from 'node:crypto';
import { decide } from '../../src/core/rollout/decide.ts';
import type { Decision } from '../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../src/core/rollout/model/snapshot.ts';
import { aNode, aSnapshot, byName, done, inTurn, SETTINGS } from '../unit/core/rollout/support/facts.ts';
import { aBatch, aPlan, at } from '../unit/core/rollout/support/objects.ts';

const SIZES = [1_000, 10_000, 100_000] as const;
const RUNS = 7;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function timeOf(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/**
 * The median times of two works (ms), done in turn, so that what else the machine does falls on both. The first runs, in which the code is
 * compiled, do not count.
 */
function measure(work: () => unknown, other: () => unknown): readonly [number, number] {
  timeOf(work);
  timeOf(other);
  const times = Array.from({ length: RUNS }, () => [timeOf(work), timeOf(other)] as const);
  return [median(times.map(([time]) => time)), median(times.map(([, time]) => time))];
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

console.log('one decision, as a ratio to JSON.parse of the same nodes; first: with the batches to come put in order anew');
console.log(['nodes', 'first', 'decide', 'JSON.parse', 'ratio'].map((word) => word.padStart(11)).join(''));
for (const size of SIZES) {
  const snapshot = fleet(size);
  const json = JSON.stringify([...snapshot.nodes.values()]);
  const decideOn = (given: PlanSnapshot): Decision => decide({ snapshot: given, now: at(100), settings: SETTINGS, hash });
  const status = decideOn(snapshot).planStatus;
  const known = { ...snapshot, plan: { ...snapshot.plan, ...(status === undefined ? {} : { status }) } };
  const parse = (): unknown => JSON.parse(json);
  const [first, firstReference] = measure(() => decideOn(snapshot), parse);
  const [own, reference] = measure(() => decideOn(known), parse);
  const cells = [`${size}`, (first / firstReference).toFixed(2), `${own.toFixed(1)} ms`, `${reference.toFixed(1)} ms`];
  console.log([...cells, (own / reference).toFixed(2)].map((cell) => cell.padStart(11)).join(''));
}
