import { describe, expect, it } from '@jest/globals';
import { KINDS, resourcePath } from '../../../src/kube/resource-path.ts';

describe('resourcePath', () => {
  it.each([
    [KINDS.nodes, {}, '/api/v1/nodes'],
    [KINDS.nodes, { name: 'n1', subresource: 'status' }, '/api/v1/nodes/n1/status'],
    [KINDS.pods, {}, '/api/v1/pods'],
    [KINDS.pods, { namespace: 'ns', name: 'p', subresource: 'eviction' }, '/api/v1/namespaces/ns/pods/p/eviction'],
    [KINDS.namespaces, { name: 'ns' }, '/api/v1/namespaces/ns'],
    [KINDS.leases, { namespace: 'ns' }, '/apis/coordination.k8s.io/v1/namespaces/ns/leases'],
    [KINDS.plans, { namespace: 'ns', name: 'a/b' }, '/apis/baton.dev/v1alpha1/namespaces/ns/upgradeplans/a%2Fb'],
  ])('of %j, %j is %s', (kind, target, expected) => {
    expect(resourcePath(kind, target)).toBe(expected);
  });

  it.each([
    [KINDS.nodes, { namespace: 'ns' }, 'nodes are cluster-scoped'],
    [KINDS.pods, { name: 'p' }, "no namespace was passed for 'p'"],
    [KINDS.pods, { namespace: 'ns', subresource: 'status' }, 'requires a name'],
    [KINDS.pods, { namespace: '..', name: 'p' }, 'cannot be part of an API path'],
    [KINDS.pods, { namespace: 'ns', name: '' }, 'cannot be part of an API path'],
  ])('of %j, %j is rejected: %s', (kind, target, message) => {
    expect(() => resourcePath(kind, target)).toThrow(message);
  });
});
