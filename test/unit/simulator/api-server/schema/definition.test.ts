import { describe, expect, it } from '@jest/globals';
import { readDefinitions, type Schema } from '../../../../../src/simulator/api-server/schema/definition.ts';
import { duplicateFields } from '../../../../../src/simulator/api-server/schema/duplicates.ts';
import { DEFINITIONS } from '../../../../support/crd-server.ts';

function crd(schema: object): Record<string, unknown> {
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } };
  return { spec: { group: 'g', scope: 'Namespaced', names: { kind: 'K', plural: 'ks' }, versions: [version] } };
}

describe('readDefinitions', () => {
  it('reads the shipped definitions', () => {
    expect(DEFINITIONS.map(({ kind, hasStatus, namespaced }) => ({ kind, hasStatus, namespaced }))).toEqual(
      ['UpgradeAction', 'UpgradeBatch', 'UpgradePlan'].map((kind) => ({ kind, hasStatus: true, namespaced: true })),
    );
  });

  it.each<{ what: string; schema: Schema | object; message: string }>([
    {
      what: 'keyword',
      schema: { type: 'object', properties: { a: { anyOf: [] } } },
      message: 'K.a: the keyword anyOf is not supported',
    },
    {
      what: 'keyword of a rule',
      schema: { type: 'object', 'x-kubernetes-validations': [{ rule: 'true', optionalOldSelf: true }] },
      message: 'K: the keyword optionalOldSelf is not supported',
    },
    {
      what: 'format',
      schema: { type: 'array', items: { type: 'string', format: 'uuid' } },
      message: 'K[]: the format uuid is not supported',
    },
  ])('does not accept a $what that would not be checked', ({ schema, message }) => {
    expect(() => readDefinitions(crd(schema))).toThrow(message);
  });
});

describe('duplicateFields', () => {
  it('finds each field once, in lists and within other duplicates', () => {
    const text = '{"a":1,"b":[{"c":1,"c":2,"c":3}],"a":{"d":"\\"a\\":","d":2}}';
    expect(duplicateFields(text)).toEqual(['b[0].c', 'a', 'a.d']);
  });

  it('finds none in an ordinary text', () => {
    expect(duplicateFields('{"a":"x\\":","b":{"a":1},"c":[{"a":1},{"a":2}]}')).toEqual([]);
  });
});
