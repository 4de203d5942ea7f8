import { describe, expect, it } from '@jest/globals';
import type { BatchVerify } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { comparedVersion, matchesPattern, provesWork, unmetChecks } from '../../../../../src/core/rollout/fleet/verify.ts';
import { aNode, aPod, INFO } from '../support/facts.ts';
import { aVerify } from '../support/objects.ts';

describe('A pattern', () => {
  it.each([
    ['6.12.31', '6.12.31', true],
    ['6.12.31', '6.12.31-amd64', false],
    ['6.12.31*', '6.12.31-amd64', true],
    ['6.12.31*', '6.12.31', true],
    ['*-amd64', '6.12.31-amd64', true],
    ['*', '', true],
    ['*.*.*', '6.12.31', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a-c-b', false],
    ['a*bc*c', 'abc', false],
    ['a*b*b', 'a-b-b', true],
    ['6.1?.31', '6.12.31', false],
    ['6.12.31', '6x12x31', false],
    ['Debian * (book*)', 'Debian GNU/Linux 12 (bookworm)', true],
    ['', '', true],
    ['', 'x', false],
  ])("'%s' and '%s' match: %s", (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected);
  });

  it('with many stars is matched without backtracking', () => {
    expect(matchesPattern(`${'*a'.repeat(40)}*b`, 'a'.repeat(128))).toBe(false);
  });
});

function lacks(verify: Partial<BatchVerify>, node: Partial<NodeFact> = {}): readonly string[] {
  return unmetChecks(aVerify(verify), { node: aNode('node-1', node), pods: [], version: '12.9' });
}

describe('verify', () => {
  it.each<readonly [string, Partial<BatchVerify>, Partial<NodeFact>]>([
    ['kernelVersion is 12.8-amd64, wanted 12.9*', { kernelVersion: '$(BATON_VERSION)*' }, {}],
    ['osImage is Debian GNU/Linux 12 (bookworm), wanted Debian*13*', { osImage: 'Debian*13*' }, {}],
    ['kubeletVersion is v1.37.2, wanted v12.9', { kubeletVersion: 'v$(BATON_VERSION)' }, {}],
    ['containerRuntimeVersion is containerd://2.1.3, wanted cri-o://*', { containerRuntimeVersion: 'cri-o://*' }, {}],
    ['kernelVersion is unknown, wanted 12.9', { kernelVersion: '12.9' }, { info: { ...INFO, kernelVersion: '' } }],
    ["label bmc is missing, wanted '12.9'", { nodeLabels: { bmc: '$(BATON_VERSION)' } }, {}],
    ["label bmc is '12.9-rc', wanted '12.9'", { nodeLabels: { bmc: '12.9' } }, { labels: { bmc: '12.9-rc' } }],
    ["label toString is missing, wanted ''", { nodeLabels: { toString: '' } }, {}],
    ['the node is not Ready', {}, { ready: false }],
  ])('says: %s', (sentence, verify, node) => {
    expect(lacks(verify, node)).toEqual([sentence]);
  });

  it('holds when every field does', () => {
    const verify = { kernelVersion: '12.8*', osImage: 'Debian*', kubeletVersion: 'v1.37.2', containerRuntimeVersion: '*2.1.3' };
    expect(lacks({ ...verify, nodeLabels: { role: 'worker' } })).toEqual([]);
  });

  it('says everything that does not hold', () => {
    expect(lacks({ kernelVersion: '12.9', kubeletVersion: 'v1.38.0' }, { ready: false })).toHaveLength(3);
  });

  const daemon = (changes: Parameters<typeof aPod>[2]): string => {
    const pod = aPod('cni-x', 'node-1', { namespace: 'kube-system', controllerKind: 'DaemonSet', ready: false, ...changes });
    return unmetChecks(aVerify({ daemonSetsReady: true }), { node: aNode('node-1'), pods: [pod], version: '12.9' }).join();
  };
  it.each<readonly [string, Parameters<typeof aPod>[2], string]>([
    ['a DaemonSet Pod that is not Ready', {}, 'daemonSetsReady: Pod kube-system/cni-x is not Ready'],
    ['one that is Ready', { ready: true }, ''],
    ['one that is on its way out', { ready: true, deleting: true }, 'daemonSetsReady: Pod kube-system/cni-x is not Ready'],
    ['one that has failed: another takes its place', { phase: 'Failed' }, ''],
    ["a Deployment's Pod", { controllerKind: 'ReplicaSet' }, ''],
    ["Baton's own reporter", { labels: { 'app.kubernetes.io/component': 'reporter' } }, ''],
  ])('checks %s with daemonSetsReady', (_, changes, expected) => {
    expect(daemon(changes)).toBe(expected);
  });

  it('checks no DaemonSet Pod without daemonSetsReady', () => {
    const pods = [aPod('x', 'node-1', { controllerKind: 'DaemonSet', ready: false })];
    expect(unmetChecks(aVerify(), { node: aNode('node-1'), pods, version: '1' })).toEqual([]);
  });
});

describe('What a verify can show', () => {
  it.each<readonly [string, Partial<BatchVerify>, boolean]>([
    ['a version', { osImage: '*' }, true],
    ['a label', { nodeLabels: { a: 'b' } }, true],
    ['no label', { nodeLabels: {} }, false],
    ['a Job', { jobTemplate: { spec: {} } }, true],
    ['Pods and time alone', { daemonSetsReady: true, stableSeconds: 10 }, false],
  ])('%s: %#', (_, verify, expected) => {
    expect(provesWork(aVerify(verify))).toBe(expected);
  });
});

describe('The version before', () => {
  it.each<readonly [string, Partial<BatchVerify>, string | undefined]>([
    ['is what the first compared field has', { osImage: 'x', kernelVersion: 'y' }, '12.8-amd64'],
    ['is what the compared label has', { nodeLabels: { role: 'x' } }, 'worker'],
    ['is unknown when the label is missing', { nodeLabels: { bmc: 'x' } }, undefined],
    ['is unknown when nothing is compared', {}, undefined],
  ])('%s', (_, verify, expected) => {
    expect(comparedVersion(aVerify(verify), aNode('node-1'))).toBe(expected);
  });

  it('fits into a record', () => {
    const node = aNode('node-1', { info: { ...INFO, osImage: 'x'.repeat(200) } });
    expect(new TextEncoder().encode(comparedVersion(aVerify({ osImage: 'x' }), node))).toHaveLength(64);
  });
});
