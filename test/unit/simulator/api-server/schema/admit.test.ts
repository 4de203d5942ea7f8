import { describe, expect, it } from '@jest/globals';
import type { AdmitResult } from '../../../../../src/simulator/api-server/schema/admit.ts';
import { plan, set, type Tree } from '../../../../apiserver/crds/objects.ts';
import { RIGHT } from '../../../../apiserver/crds/right-objects.ts';
import { WRONG_ROLLBACKS } from '../../../../apiserver/crds/rollbacks.ts';
import { ACTION, BATCH, BATCH_STATUS, PLAN, PLAN_STATUS } from '../../../../apiserver/crds/stored-objects.ts';
import { WRONG } from '../../../../apiserver/crds/wrong-objects.ts';
import { definitionOf, simulatedResult, type CrdRequest } from '../../../../support/crd-server.ts';
import { mutationsOf } from '../../../../support/mutations.ts';

function create(object: object, options: Partial<CrdRequest> = {}): AdmitResult {
  const tree: Tree = { ...object };
  const definition = options.definition ?? definitionOf(tree['kind']);
  return simulatedResult({ object: tree, fieldValidation: 'Strict', ...options, definition });
}

/** An object as it is stored, with the version that a server would give it. */
function stored(object: Tree, status?: Tree): Tree {
  const result = create(object);
  if (result.kind === 'Rejected') throw new Error(result.status.message);
  const metadata = { ...(result.object['metadata'] as Tree), uid: 'u', resourceVersion: '1' };
  return { ...result.object, metadata, ...(status === undefined ? {} : { status }) };
}

function update(old: Tree, object: Tree, options: Partial<CrdRequest> = {}): AdmitResult {
  return create(object, { stored: old, ...options });
}

function messageOf(result: AdmitResult): string {
  return result.kind === 'Rejected' ? result.status.message : '';
}

describe('admit', () => {
  it.each(RIGHT.map(([what, object]) => ({ what, object })))('accepts $what', ({ object }) => {
    expect(create(object)).toMatchObject({ kind: 'Admitted', warnings: [] });
  });

  it.each([...WRONG, ...WRONG_ROLLBACKS].map(([what, object, message]) => ({ what, object, message })))(
    'rejects $what',
    ({ object, message }) => {
      expect(messageOf(create(object))).toContain(message);
    },
  );

  it('answers with the Status of the API server', () => {
    const batches = [{ size: 0 }, {}];
    expect(create(plan('w', set({ batches })))).toEqual({
      kind: 'Rejected',
      warnings: [],
      status: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message:
          'UpgradePlan.baton.dev "w" is invalid: [spec.batches[0].size: Invalid value: 0: spec.batches[0].size in body should be greater than or equal to 1, spec.batches[1].size: Required value, <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
        reason: 'Invalid',
        details: {
          name: 'w',
          group: 'baton.dev',
          kind: 'UpgradePlan',
          causes: [
            {
              reason: 'FieldValueInvalid',
              message: 'Invalid value: 0: spec.batches[0].size in body should be greater than or equal to 1',
              field: 'spec.batches[0].size',
            },
            { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.batches[1].size' },
            {
              reason: 'FieldValueInvalid',
              message:
                'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
              field: '<nil>',
            },
          ],
        },
        code: 422,
      },
    });
  });

  it('answers every mutation of the examples without an exception', () => {
    for (const object of [PLAN, ACTION, BATCH])
      for (const mutation of mutationsOf(object, definitionOf(object['kind']).schema).filter((_, index) => index % 25 === 0))
        expect(create(mutation.object, { definition: definitionOf(object['kind']) }).kind).toMatch(/^(Admitted|Rejected)$/);
  });

  it('does not change the object that it is given', () => {
    const object = plan('w', set({ unknown: 1 }));
    const before = structuredClone(object);
    create(object, { fieldValidation: 'Ignore' });
    expect(object).toEqual(before);
  });
});

describe('Fields that nobody knows, or that are there twice,', () => {
  const object = plan('w', set({ unknown: { a: 1 }, batches: [{ size: 1, other: 2 }] }));
  const text = JSON.stringify(object).replace('"size":1', '"size":7,"size":1');
  const problems = [
    'duplicate field "spec.batches[0].size"',
    'unknown field "spec.batches[0].other"',
    'unknown field "spec.unknown"',
  ];

  it('are a 400 with Strict', () => {
    const result = create(object, { text });
    expect(messageOf(result)).toBe(
      `UpgradePlan in version "v1alpha1" cannot be handled as a UpgradePlan: strict decoding error: ${problems.join(', ')}`,
    );
    expect(result).toMatchObject({ status: { code: 400, reason: 'BadRequest' } });
  });

  it('are warnings with Warn, and unknown ones are removed', () => {
    const result = create(object, { text, fieldValidation: 'Warn' });
    expect(result).toMatchObject({ kind: 'Admitted', warnings: problems });
    expect(JSON.stringify(result)).not.toContain('"other":2');
  });

  it('pass in silence with Ignore', () => {
    expect(create(object, { text, fieldValidation: 'Ignore' })).toMatchObject({ kind: 'Admitted', warnings: [] });
  });
});

describe('An update', () => {
  it('keeps the status and counts the generation when the spec changes', () => {
    const old = stored(PLAN, PLAN_STATUS);
    const result = update(old, { ...old, spec: { ...(old['spec'] as Tree), paused: true }, status: { agent: 'another' } });
    expect(result).toMatchObject({ object: { metadata: { generation: 2 }, spec: { paused: true }, status: PLAN_STATUS } });
    expect(update(old, old)).toMatchObject({ object: { metadata: { generation: 1 } } });
  });

  it('of the status changes nothing else', () => {
    const old = stored(PLAN, PLAN_STATUS);
    const changed = {
      ...old,
      metadata: { ...(old['metadata'] as Tree), labels: { a: 'b' } },
      spec: {},
      status: { agent: 'another' },
    };
    const result = update(old, changed, { subresource: 'status' });
    expect(result).toMatchObject({ kind: 'Admitted', object: { ...old, status: { agent: 'another' } } });
    expect((result as { object: Tree }).object['metadata']).toEqual(old['metadata']);
  });

  it('of a status names its fields from the root, but within the text from the status', () => {
    const old = stored(BATCH, BATCH_STATUS);
    const conditions = [{ type: 'Notified', status: 'Maybe' }];
    expect(messageOf(update(old, { ...old, status: { conditions, agent: 7 } }, { subresource: 'status' }))).toBe(
      'UpgradeBatch.baton.dev "kernel-7f3c-1" is invalid: [status.conditions[0].status: Unsupported value: "Maybe": supported values: "True", "False", "Unknown", status.conditions[0].reason: Required value, status.conditions[0].message: Required value, status.conditions[0].lastTransitionTime: Required value, status.agent: Invalid value: "integer": agent in body must be of type string: "integer", <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
    );
  });

  it('cannot change the spec of an action or of a batch, but reorder a set', () => {
    const old = stored({ ...ACTION, spec: { plan: 'kernel', action: 'Release', nodes: ['a', 'b'] } });
    const withNodes = (nodes: readonly string[]): Tree => ({ ...old, spec: { ...(old['spec'] as Tree), nodes } });
    expect(messageOf(update(old, withNodes(['a', 'c'])))).toContain('spec: Invalid value: `spec` may not change');
    expect(update(old, withNodes(['b', 'a']))).toMatchObject({ kind: 'Admitted' });
  });

  it('may keep what an older schema allowed, and warns where a rule would reject it', () => {
    const old = stored(PLAN);
    const spec = old['spec'] as Tree;
    const invalid = { ...old, spec: { ...spec, exclusiveGroup: 'Not valid', freezes: [{ ...FREEZE, to: FREEZE.from }] } };
    expect(update(invalid, { ...invalid, metadata: { ...(old['metadata'] as Tree), labels: { a: 'b' } } })).toEqual(
      expect.objectContaining({ kind: 'Admitted', warnings: ['spec.freezes[0]: Invalid value: `to` must be after `from`'] }),
    );
    const changed = { ...invalid, spec: { ...invalid.spec, exclusiveGroup: 'Still not valid' } };
    expect(messageOf(update(invalid, changed))).toContain("spec.exclusiveGroup in body should match '^[a-z0-9]");
  });

  it('needs the version of the object', () => {
    const old = stored(PLAN);
    const { resourceVersion: _, ...metadata } = old['metadata'] as Tree;
    expect(messageOf(update(old, { ...old, metadata }))).toContain(
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
    );
  });
});

const FREEZE = { name: 'f', from: '2026-12-20T00:00:00Z', to: '2027-01-04T00:00:00Z' };
