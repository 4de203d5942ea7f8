import { describe, expect, it } from '@jest/globals';
import { misfit } from '../../../../../src/core/rollout/fleet/pod-fit.ts';

const ARM = { name: 'node-1', labels: { 'kubernetes.io/arch': 'arm64', cores: '8' } };

function affinity(...terms: readonly object[]): object {
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } };
}

function expression(key: string, operator: string, ...values: readonly string[]): object {
  return { matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }] };
}

describe('A Pod of which the template says', () => {
  it.each<readonly [object]>([
    [{}],
    [{ nodeSelector: { 'kubernetes.io/arch': 'arm64' } }],
    [affinity(expression('kubernetes.io/arch', 'In', 'amd64', 'arm64'))],
    [affinity(expression('kubernetes.io/arch', 'In', 'amd64'), expression('cores', 'Exists'))],
    [affinity(expression('gpu', 'NotIn', 'none'))],
    [affinity(expression('gpu', 'DoesNotExist'))],
    [affinity(expression('cores', 'Gt', '4'))],
    [affinity(expression('cores', 'Lt', '16'))],
    [affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] })],
    [affinity(expression('cores', 'Near', '7'))],
    [{ affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } }],
  ])('%j may run on an arm node', (spec) => {
    expect(misfit(spec, ARM)).toBeUndefined();
  });

  it.each<readonly [object, string]>([
    [{ nodeSelector: { 'kubernetes.io/arch': 'amd64' } }, 'its kubernetes.io/arch is arm64, and nodeSelector wants amd64'],
    [{ nodeSelector: { disk: 'ssd' } }, 'it has no label disk, and nodeSelector wants ssd'],
    [
      affinity(expression('kubernetes.io/arch', 'In', 'amd64', 's390x')),
      'its kubernetes.io/arch is arm64, and node affinity wants kubernetes.io/arch In amd64, s390x',
    ],
    [affinity(expression('kubernetes.io/arch', 'NotIn', 'arm64')), 'kubernetes.io/arch NotIn arm64'],
    [affinity(expression('gpu', 'Exists')), 'it has no label gpu, and node affinity wants gpu Exists'],
    [affinity(expression('cores', 'DoesNotExist')), 'cores DoesNotExist'],
    [affinity(expression('cores', 'Gt', '8')), 'cores Gt 8'],
    [affinity(expression('gpu', 'Gt', '0')), 'gpu Gt 0'],
    [affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-2'] }] }), 'its name is node-1'],
    [affinity({}), 'a term of its node affinity is empty'],
    [affinity(), 'has no terms'],
  ])('%j never runs there: %s', (spec, why) => {
    expect(misfit(spec, ARM)).toContain(why);
  });

  it('a property that every object inherits is not a label', () => {
    expect(misfit({ nodeSelector: { constructor: 'x' } }, ARM)).toContain('it has no label constructor');
  });
});
