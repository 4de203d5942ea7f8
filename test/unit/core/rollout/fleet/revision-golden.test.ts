import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import { revisionOf } from '../../../../../src/core/rollout/fleet/revision.ts';
import { readCrds, storedVersion, type Schema } from '../../../../../src/generate/crd.ts';
import { withDefaults } from '../../../../../src/simulator/api-server/schema/defaults.ts';
import { hash } from '../support/objects.ts';

const PLANS = new URL('../../../../fixtures/revisions/', import.meta.url);
const plans = new Map<string, unknown>(
  readdirSync(PLANS)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => [file.replace('.yaml', ''), parse(readFileSync(new URL(file, PLANS), 'utf8'))]),
);
const schema = planSchema();

function planSchema(): Schema {
  const found = readCrds(fileURLToPath(new URL('../../../../..', import.meta.url))).find(
    ({ crd }) => crd.spec.names.kind === 'UpgradePlan',
  );
  if (found === undefined) throw new Error('crds/ has no CRD for UpgradePlan');
  return storedVersion(found.crd).schema.openAPIV3Schema;
}

/** The revision of a plan as the API server stores it, so that a new default counts like a new field. */
function storedRevision(plan: unknown, crd: Schema = schema): string {
  return revisionOf(withDefaults(plan, crd) as UpgradePlan, hash);
}

/** The schema with a new field that has a default, below `path`. */
function withNewDefault(at: Schema, [name, ...rest]: readonly string[]): Schema {
  if (name === undefined) return { ...at, properties: { ...at.properties, newField: { type: 'string', default: 'Some' } } };
  if (name === '[]') return { ...at, items: withNewDefault(at.items!, rest) };
  return { ...at, properties: { ...at.properties, [name]: withNewDefault(at.properties![name]!, rest) } };
}

/**
 * A finished fleet runs again when its plan gets another revision, so an upgrade of Baton itself must not change one. When this test
 * fails, correct the code or the CRD. Do not write the new revisions into the golden: there is no UPDATE_GOLDEN for it on purpose.
 */
describe('The revision of a stored plan', () => {
  it('is the one in the golden file', () => {
    const actual = [...plans].map(([name, plan]) => `${name} ${storedRevision(plan)}\n`).join('');
    expect(actual).toBe(readFileSync(new URL('revisions.txt', PLANS), 'utf8'));
  });

  it('is shared only by `base` and the plans same-*', () => {
    const byRevision = Map.groupBy(plans.keys(), (name) => storedRevision(plans.get(name)));
    const shared = [...byRevision.values()].filter((names) => names.length > 1);
    expect(shared).toEqual([[...plans.keys()].filter((name) => name === 'base' || name.startsWith('same-'))]);
  });

  it.each([
    { below: 'job', path: ['job'], changes: true },
    { below: 'job.template.spec', path: ['job', 'template', 'spec'], changes: true },
    { below: 'daemonSet', path: ['daemonSet'], changes: true },
    { below: 'external', path: ['external'], changes: false },
    { below: 'timing', path: ['timing'], changes: false },
    { below: 'the process', path: [], changes: false },
  ])('changes with a new default below $below: $changes', ({ path, changes }) => {
    const next = withNewDefault(schema, ['spec', 'processes', '[]', ...path]);
    const changed = [...plans.values()].filter((plan) => storedRevision(plan, next) !== storedRevision(plan));
    expect(changed.length > 0).toBe(changes);
  });
});

describe('A plan with defaults', () => {
  it('has those of the objects that are there, of lists and of nested defaults', () => {
    const stored = withDefaults(plans.get('base'), schema) as UpgradePlan;
    expect(stored.spec).toMatchObject({
      paused: false,
      maxUnavailable: 1,
      newNodes: { policy: 'Upgrade', collectSeconds: 600 },
      drain: { mode: 'Auto', emptyDirData: 'Keep', unmanagedPods: 'Keep' },
      processes: [
        { name: 'firmware', disruption: 'Drain', report: 'None', timing: { deadlineSeconds: 3600 } },
        { name: 'os', disruption: 'Reboot' },
        { name: 'cni', daemonSet: { namespace: 'kube-system', name: 'cni' } },
      ],
    });
    expect(stored.spec).not.toHaveProperty('oneDomainAtATime');
    expect(stored.spec.processes[0]).not.toHaveProperty('verify');
  });

  it('keeps what is written, except nulls of described fields', () => {
    const described = { type: 'object', properties: { a: { type: 'string', default: 'x' }, b: { type: 'string' } } };
    const map = { type: 'object', additionalProperties: described };
    expect(withDefaults({ a: null, b: null, c: null }, described)).toEqual({ a: 'x', c: null });
    expect(withDefaults({ one: {}, two: { a: 'y' } }, map)).toEqual({ one: { a: 'x' }, two: { a: 'y' } });
    expect(withDefaults([{}, { b: 'z' }], { type: 'array', items: described })).toEqual([{ a: 'x' }, { a: 'x', b: 'z' }]);
  });
});
