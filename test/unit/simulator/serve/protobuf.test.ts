import { describe, expect, it } from '@jest/globals';
import { decodeBody } from '../../../../src/simulator/serve/protobuf/decode-body.ts';

/** A field with bytes in it. */
function bytes(number: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
}

function integer(number: number, value: number): Buffer {
  return Buffer.from([number << 3, value]);
}

function body(kind: string, object: Buffer): Buffer {
  return Buffer.concat([Buffer.from('k8s\0'), bytes(1, bytes(1, 'v1'), bytes(2, kind)), bytes(2, object)]);
}

const META = bytes(1, bytes(1, 'a'), bytes(3, ''), bytes(11, bytes(1, 'k'), bytes(2, 'v')));

describe('A body in protobuf', () => {
  it('is read as JSON, without what is empty', () => {
    const object = Buffer.concat([META, bytes(2, bytes(1, 'x'), bytes(2, '1')), integer(4, 0)]);
    expect(decodeBody(body('ConfigMap', object))).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', labels: { k: 'v' } },
      data: { x: '1' },
      immutable: false,
    });
  });

  it('has secrets in base64', () => {
    expect(decodeBody(body('Secret', bytes(2, bytes(1, 'x'), bytes(2, 'v'))))).toMatchObject({ data: { x: 'dg==' } });
  });

  it.each([
    { what: 'is not protobuf of Kubernetes', given: Buffer.from('{}'), message: 'the body is not protobuf of Kubernetes' },
    { what: 'is of an unknown kind', given: body('CronJob', META), message: 'the kind CronJob is not supported' },
    { what: 'has an unknown field', given: body('ConfigMap', integer(9, 1)), message: 'the field 9 is not supported' },
    { what: 'ends too early', given: body('ConfigMap', META).subarray(0, -1), message: 'a field of the message is not complete' },
    { what: 'has a number for a message', given: body('ConfigMap', integer(1, 1)), message: 'a number where bytes belong' },
    { what: 'has a fixed-width number', given: body('ConfigMap', Buffer.from([1, 0])), message: 'the wire type 1' },
  ])('is rejected when it $what', ({ given, message }) => {
    expect(() => decodeBody(given)).toThrow(message);
  });

  it('may have unknown fields that say nothing', () => {
    const object = Buffer.concat([META, bytes(8, bytes(2, ''), integer(3, 0))]);
    expect(decodeBody(body('ConfigMap', object))).toMatchObject({ metadata: { name: 'a' } });
  });
});
