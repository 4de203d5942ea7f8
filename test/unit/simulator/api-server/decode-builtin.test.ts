import { describe, expect, it } from '@jest/globals';
import { GoDecodeError, decodeBuiltin } from '../../../../src/simulator/api-server/builtin/decode-builtin.ts';

describe('decodeBuiltin', () => {
  it('drops unknown fields and fields that are null, and names the unknown ones in order', () => {
    const pod = { kind: 'Pod', sepc: {}, spec: { containers: [{ name: 'c', imag: 'x', command: null }], nodeName: null } };
    expect(decodeBuiltin(pod, 'v1/Pod')).toEqual({
      object: { kind: 'Pod', spec: { containers: [{ name: 'c' }] } },
      unknownFields: ['sepc', 'spec.containers[0].imag'],
    });
  });

  it('keeps what it does not look into', () => {
    const revision = { data: { any: { thing: [1, null] } }, metadata: { labels: { a: 'b' } } };
    expect(decodeBuiltin(revision, 'apps/v1/ControllerRevision').object).toEqual(revision);
  });

  it('reads numbers as quantities and as ports', () => {
    const spec = { containers: [{ name: 'c', resources: { limits: { cpu: 1 } }, readinessProbe: { httpGet: { port: 80 } } }] };
    expect(decodeBuiltin({ spec }, 'v1/Pod').object).toEqual({ spec });
  });

  it('fails on a value of the wrong type', () => {
    const decode = (): unknown => decodeBuiltin({ spec: { renewTime: 1 } }, 'coordination.k8s.io/v1/Lease');
    expect(decode).toThrow(GoDecodeError);
    expect(decode).toThrow('json: cannot unmarshal number into Go struct field LeaseSpec.spec.renewTime of type string');
  });

  it('leaves kinds alone that it does not know', () => {
    expect(decodeBuiltin({ x: null }, 'example.com/v1/Thing')).toEqual({ object: { x: null }, unknownFields: [] });
  });
});
