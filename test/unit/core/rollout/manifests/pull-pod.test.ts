import { describe, expect, it } from '@jest/globals';
import type { PodFact } from '../../../../../src/core/facts.ts';
import type { UpgradeProcess } from '../../../../../src/api/generated/upgradeplan.ts';
import { buildPullPods } from '../../../../../src/core/rollout/manifests/pull-pod.ts';
import { pullStateOf } from '../../../../../src/core/rollout/preparation/pull-state.ts';
import { aNode, aPod, done } from '../support/facts.ts';
import { aPlan, aProcess, at, aVerify, hash } from '../support/objects.ts';

function build(processes: readonly UpgradeProcess[], node = aNode('node-1')): readonly Record<string, never>[] {
  const input = { plan: aPlan({ processes }), revision: 'aaaa1111', wave: 'aaaa1111-2-0', node, processes, hash };
  return buildPullPods(input).map(({ manifest }) => manifest['spec'] as Record<string, never>);
}

const withSpec = (name: string, spec: object): UpgradeProcess => aProcess({ name, job: { template: { spec } } });
const images = (spec: Record<string, unknown> | undefined): readonly string[] =>
  ((spec?.['containers'] ?? []) as readonly { readonly image: string }[]).map(({ image }) => image);

describe('A Pod that pulls images', () => {
  it('has each image of the Jobs and of what verifies them once, with versions filled in, and no program of theirs', () => {
    const one = { name: 'c', image: 'os:$(BATON_VERSION)', command: ['upgrade'] };
    const unpack = { name: 'i', image: 'tools:$(BATON_FROM_VERSION)', imagePullPolicy: 'Always' };
    const { jobTemplate: _none, ...rest } = aVerify();
    const verify = { ...rest, job: { template: { spec: { containers: [{ name: 'look', image: 'look:1' }, one] } } } };
    const process = { ...withSpec('os', { initContainers: [unpack], containers: [one] }), verify };
    const [spec] = build([process], done('node-1'));
    expect(images(spec)).toEqual(['tools:12.9', 'os:12.9', 'look:1']);
    expect(spec?.['containers']).toMatchObject([
      { imagePullPolicy: 'Always', command: [expect.stringMatching(/^\/baton-/)] },
      { command: [expect.stringMatching(/^\/baton-/)] },
      { command: [expect.stringMatching(/^\/baton-/)] },
    ]);
  });

  it('is pinned to the node, tolerates what its Job tolerates, and pulls with its credentials', () => {
    const own = { key: 'dedicated', operator: 'Exists' };
    const template = {
      serviceAccountName: 'upgrader',
      imagePullSecrets: [{ name: 'registry' }],
      tolerations: [own],
      hostPID: true,
    };
    const [spec] = build([
      withSpec('os', { ...template, containers: [{ name: 'c', image: 'os:1', securityContext: { privileged: true } }] }),
    ]);
    expect(spec).toMatchObject({ serviceAccountName: 'upgrader', imagePullSecrets: [{ name: 'registry' }] });
    expect(JSON.stringify(spec?.['affinity'])).toContain(
      '"matchFields":[{"key":"metadata.name","operator":"In","values":["node-1"]}]',
    );
    expect(spec?.['tolerations']).toEqual(
      expect.arrayContaining([own, { key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }]),
    );
  });

  it('may do nothing: it takes over no rights, mounts and volumes of its Job', () => {
    const container = {
      name: 'c',
      image: 'os:1',
      securityContext: { privileged: true },
      volumeMounts: [{ name: 'host', mountPath: '/host' }],
    };
    const volumes = [{ name: 'host', hostPath: { path: '/' } }];
    const [spec] = build([
      withSpec('os', { hostPID: true, hostNetwork: true, priorityClassName: 'high', volumes, containers: [container] }),
    ]);
    expect(Object.keys(spec ?? {})).not.toEqual(expect.arrayContaining(['hostPID']));
    for (const field of ['hostPID', 'hostNetwork', 'volumes', 'priorityClassName']) expect(spec).not.toHaveProperty(field);
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      restartPolicy: 'Never',
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
    });
    expect(JSON.stringify(spec)).not.toContain('privileged');
  });

  it('is one for all processes, but for those that pull with other credentials', () => {
    const containers = [{ name: 'c', image: 'a:1' }];
    const same = [withSpec('a', { containers }), withSpec('b', { containers: [{ name: 'c', image: 'b:1' }] })];
    expect(build(same).map(images)).toEqual([['a:1', 'b:1']]);
    const other = withSpec('c', { containers, imagePullSecrets: [{ name: 'other' }] });
    expect(build([...same, other]).map(images)).toEqual([['a:1', 'b:1'], ['a:1']]);
  });

  it('is not there for a process that has no Job', () => {
    const { job: _job, ...process } = aProcess();
    expect(build([{ ...process, external: {} }])).toEqual([]);
  });
});

describe('How far a Pod is that pulls', () => {
  const failing = 'ErrImagePull: not found';
  it.each<{ readonly title: string; readonly changes: Partial<PodFact>; readonly seconds: number; readonly kind: string }>([
    { title: 'waits for a node', changes: { waiting: 'not scheduled: too many pods' }, seconds: 30, kind: 'Pulling' },
    { title: 'pulls', changes: {}, seconds: 599, kind: 'Pulling' },
    { title: 'pulls for too long', changes: {}, seconds: 600, kind: 'Over' },
    {
      title: 'cannot start',
      changes: { phase: 'Failed', terminated: { exitCode: 128, reason: 'StartError', message: '' } },
      seconds: 5,
      kind: 'Over',
    },
    {
      title: 'has its images, and a container that cannot be made',
      changes: { waiting: 'CreateContainerConfigError: runAsNonRoot' },
      seconds: 5,
      kind: 'Over',
    },
    { title: 'runs after all', changes: { phase: 'Running' }, seconds: 5, kind: 'Over' },
    { title: 'cannot pull, for now', changes: { waiting: failing }, seconds: 59, kind: 'Failing' },
    { title: 'cannot pull', changes: { waiting: failing }, seconds: 60, kind: 'Failed' },
    { title: 'could not pull before its own end', changes: { waiting: failing, phase: 'Failed' }, seconds: 700, kind: 'Failed' },
  ])('one that $title', ({ changes, seconds, kind }) => {
    const pod = aPod('baton-pull-1', 'node-1', { phase: 'Pending', createdTime: at(0), ...changes });
    expect(pullStateOf(pod, at(seconds)).kind).toBe(kind);
  });
});
