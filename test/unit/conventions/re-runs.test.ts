import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { UpgradePlan } from '../../../src/api/generated/upgradeplan.ts';
import { revisionOf } from '../../../src/core/rollout/fleet/revision.ts';
import { readCrds, storedVersion, type Schema } from '../../../src/generate/crd.ts';
import { aPlan, hash } from '../core/rollout/support/objects.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MARK = /re-runs: (?<word>yes|no)/;

type Path = readonly (string | number)[];

/** A field that has no fields of its own, with what is said of it: by itself, or by the object that it stands in. */
interface Leaf {
  readonly path: Path;
  readonly schema: Schema;
  readonly reruns: string | undefined;
}

function isOpen(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || schema.properties === undefined;
}

function leavesOf(schema: Schema, path: Path, inherited: string | undefined): readonly Leaf[] {
  const reruns = MARK.exec(schema.description ?? '')?.groups?.['word'] ?? inherited;
  if (schema.items !== undefined) return leavesOf(schema.items, [...path, 0], reruns);
  if (isOpen(schema)) return [{ path, schema, reruns }];
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => leavesOf(field, [...path, name], reruns));
}

/** One of two values that differ, as far as a revision can tell: it looks at no bounds. */
function sample(schema: Schema, which: 0 | 1): unknown {
  if (schema.items !== undefined) return [sample(schema.items, which)];
  if (schema.properties !== undefined && !isOpen(schema)) {
    return Object.fromEntries(Object.entries(schema.properties).map(([name, field]) => [name, sample(field, which)]));
  }
  if (schema.type === 'object') return { key: `value-${which}` };
  return schema.type === 'boolean' ? which === 1 : which + 1;
}

function withValue(value: unknown, path: Path, leaf: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return leaf;
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === key ? withValue(item, rest, leaf) : item));
  const object = value as Readonly<Record<string, unknown>>;
  return { ...object, [key]: withValue(object[key], rest, leaf) };
}

const plans = readCrds(ROOT).find(({ crd }) => crd.spec.names.kind === 'UpgradePlan');
if (plans === undefined) throw new Error('the CRD of UpgradePlan is missing');
const spec = storedVersion(plans.crd).schema.openAPIV3Schema.properties?.['spec'] ?? {};
const leaves = leavesOf(spec, [], undefined);

function revision(of: unknown): string {
  return revisionOf({ ...aPlan(), spec: of } as UpgradePlan, hash);
}

describe('Whether a field of a plan re-runs nodes that are done', () => {
  const base = sample(spec, 0);
  it('is said of every field', () => {
    expect(leaves.length).toBeGreaterThan(80);
    expect(leaves.filter(({ reruns }) => reruns === undefined).map(({ path }) => path.join('.'))).toEqual([]);
  });

  it('is true: exactly those that say so make another revision', () => {
    const wrong = leaves.filter(({ path, schema, reruns }) => {
      const changed = revision(withValue(base, path, sample(schema, 1))) !== revision(base);
      return changed !== (reruns === 'yes');
    });
    expect(wrong.map(({ path, reruns }) => `${path.join('.')}: ${reruns ?? ''}`)).toEqual([]);
    expect(leaves.filter(({ reruns }) => reruns === 'yes').length).toBeGreaterThanOrEqual(3);
  });
});
