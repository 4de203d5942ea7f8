import { describe, expect, it } from '@jest/globals';
import type { BatchProcess } from '../../../../../src/api/generated/upgradebatch.ts';
import { JOB_ENVIRONMENT } from '../../../../../src/api/names.ts';
import { buildJob, jobName, pinnedAffinity, type JobInput } from '../../../../../src/core/rollout/manifests/job.ts';
import { aNode } from '../support/facts.ts';
import { aBatch, hash } from '../support/objects.ts';

const TEMPLATE = {
  metadata: { labels: { team: 'os', 'baton.dev/plan': 'forged' }, annotations: { note: 'kept' } },
  spec: {
    restartPolicy: 'OnFailure',
    hostPID: true,
    tolerations: [{ key: 'dedicated', operator: 'Exists' }],
    volumes: [{ name: 'host', hostPath: { path: '/' } }],
    initContainers: [{ name: 'fetch', image: 'registry.example/fetch:$(BATON_VERSION)' }],
    containers: [
      {
        name: 'upgrade',
        image: 'registry.example/os:$(BATON_VERSION)-from-$(BATON_FROM_VERSION)',
        env: [{ name: 'TARGET', value: '$(BATON_VERSION)' }],
        volumeMounts: [{ name: 'host', mountPath: '/host' }],
      },
    ],
  },
};

/** A Job as JSON, so that a test can read its fields. */
interface Job {
  readonly metadata: {
    readonly name: string;
    readonly labels: object;
    readonly annotations: object;
    readonly ownerReferences?: unknown;
  };
  readonly spec: {
    readonly backoffLimit: number;
    readonly podReplacementPolicy: string;
    readonly activeDeadlineSeconds: number;
    readonly ttlSecondsAfterFinished?: number;
    readonly template: { readonly metadata: { readonly labels: object; readonly annotations: object }; readonly spec: PodSpec };
  };
}

interface PodSpec {
  readonly restartPolicy: string;
  readonly nodeName?: string;
  readonly hostPID: boolean;
  readonly affinity: unknown;
  readonly tolerations: readonly { readonly key?: string; readonly operator?: string }[];
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly object[];
}

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts?: readonly object[];
}

function build(process: Partial<BatchProcess> = {}, input: Partial<JobInput> = {}): Job {
  const work: BatchProcess = {
    name: 'os',
    disruption: 'Drain',
    report: 'None',
    deadlineSeconds: 900,
    template: TEMPLATE,
    ...process,
  };
  const common = { namespace: 'fleet', batch: aBatch(['node-1']), node: aNode('node-1'), attempt: 1, fromVersion: '12.8', hash };
  return buildJob({ ...common, process: work, ...input }) as unknown as Job;
}

describe('The Job of a process on a node', () => {
  it('runs once, without retries, until the deadline of its process', () => {
    expect(build().spec).toMatchObject({
      backoffLimit: 0,
      podReplacementPolicy: 'Failed',
      activeDeadlineSeconds: 900,
      completions: 1,
      parallelism: 1,
    });
    expect(build().spec.template.spec.restartPolicy).toBe('Never');
  });

  it('is deleted only by the operator', () => {
    expect(build().spec).not.toHaveProperty('ttlSecondsAfterFinished');
  });

  it('has no owner, so that deleting the plan does not kill it', () => {
    expect(build().metadata).not.toHaveProperty('ownerReferences');
    expect(build().spec.template.metadata).not.toHaveProperty('ownerReferences');
  });

  it('has labels for what it belongs to on itself and its Pod, whatever the template says', () => {
    const labels = {
      'app.kubernetes.io/managed-by': 'baton',
      'app.kubernetes.io/component': 'upgrade',
      'baton.dev/plan': 'os',
      'baton.dev/plan-uid': 'uid-of-os',
      'baton.dev/batch': 'os-aaaa-1',
      'baton.dev/batch-uid': 'uid-of-os-aaaa-1',
      'baton.dev/node-uid': 'uid-of-node-1',
      'baton.dev/process': 'os',
      'baton.dev/attempt': '1',
    };
    expect(build().metadata.labels).toEqual(labels);
    expect(build().spec.template.metadata.labels).toEqual({ team: 'os', ...labels });
    expect(build().spec.template.metadata.annotations).toEqual({ note: 'kept', 'baton.dev/node': 'node-1' });
  });

  it('records the boot ID of its host', () => {
    expect(build({}, { node: aNode('node-1', { bootId: 'boot-7' }) }).metadata.annotations).toEqual({
      'baton.dev/node': 'node-1',
      'baton.dev/boot-id': 'boot-7',
    });
  });

  it.each([
    'node.kubernetes.io/unschedulable',
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/unreachable',
    'baton.dev/failed',
  ])('tolerates %s, which its own turn causes', (key) => {
    expect(build().spec.template.spec.tolerations).toContainEqual({ key, operator: 'Exists' });
  });

  it("keeps the template's own tolerations and fields", () => {
    expect(build().spec.template.spec.tolerations[0]).toEqual({ key: 'dedicated', operator: 'Exists' });
    expect(build().spec.template.spec.hostPID).toBe(true);
    expect(build().spec.template.spec.volumes).toEqual(TEMPLATE.spec.volumes);
  });
});

describe('Its containers', () => {
  it('get the whole BATON_* environment, before their own variables', () => {
    const [container] = build().spec.template.spec.containers;
    expect(container?.env.map((variable) => variable.name)).toEqual([...JOB_ENVIRONMENT, 'TARGET']);
    expect(Object.fromEntries(container!.env.map(({ name, value }) => [name, value]))).toMatchObject({
      BATON_NAMESPACE: 'fleet',
      BATON_PLAN: 'os',
      BATON_BATCH: 'os-aaaa-1',
      BATON_NODE: 'node-1',
      BATON_PROCESS: 'os',
      BATON_VERSION: '12.9',
      BATON_FROM_VERSION: '12.8',
      BATON_ATTEMPT: '1',
    });
  });

  it('get their versions in images, init containers as well', () => {
    const { containers, initContainers } = build().spec.template.spec;
    expect(containers[0]?.image).toBe('registry.example/os:12.9-from-12.8');
    expect(initContainers[0]?.image).toBe('registry.example/fetch:12.9');
    expect(initContainers[0]?.env.map((variable) => variable.name)).toEqual([...JOB_ENVIRONMENT]);
  });

  it('get the checkpoint of earlier attempts, in a variable and a file in which nothing is expanded', () => {
    const left = 'stage=$(BATON_NODE)';
    const { metadata, spec } = build({ report: 'Socket' }, { attempt: 2, checkpoint: left }).spec.template;
    const source = { fieldRef: { fieldPath: "metadata.annotations['baton.dev/checkpoint']" } };

    expect(JSON.stringify(metadata)).toContain(left);
    expect(spec.containers[0]?.env).toContainEqual({ name: 'BATON_CHECKPOINT', valueFrom: source });
    expect(spec.containers[0]?.volumeMounts).toContainEqual({
      name: 'baton-checkpoint',
      mountPath: '/run/baton-checkpoint',
      readOnly: true,
    });
    expect(spec.volumes).toContainEqual({
      name: 'baton-checkpoint',
      downwardAPI: { items: [{ path: 'checkpoint', ...source }] },
    });
  });

  it('have an empty variable and no file without a checkpoint', () => {
    const { spec } = build().spec.template;

    expect(spec.containers[0]?.env).toContainEqual({ name: 'BATON_CHECKPOINT', value: '' });
    expect(JSON.stringify(spec)).not.toContain('baton-checkpoint');
  });

  it("get the reporter's directory only when the process reports by the socket", () => {
    const spec = build({ report: 'Socket' }).spec.template.spec;
    const mount = { name: 'baton-socket', mountPath: '/run/baton' };
    expect(spec.volumes.at(-1)).toEqual({ name: 'baton-socket', hostPath: { path: '/run/baton', type: 'DirectoryOrCreate' } });
    expect(spec.containers[0]?.volumeMounts).toEqual([{ name: 'host', mountPath: '/host' }, mount]);
    expect(spec.initContainers[0]?.volumeMounts).toEqual([mount]);
    expect(JSON.stringify(build())).not.toContain('baton-socket');
  });
});

describe('Pinning a Pod to its node', () => {
  const pin = { key: 'metadata.name', operator: 'In', values: ['node-1'] };
  const required = (affinity: unknown): unknown =>
    (pinnedAffinity(affinity, 'node-1')['nodeAffinity'] as Record<string, unknown>)[
      'requiredDuringSchedulingIgnoredDuringExecution'
    ];

  it('makes a term where the template has none', () => {
    expect(required(undefined)).toEqual({ nodeSelectorTerms: [{ matchFields: [pin] }] });
  });

  it('is added to every term, because terms are alternatives', () => {
    const one = { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] };
    const two = { matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['node-2'] }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [one, two] } } };
    expect(required(affinity)).toEqual({
      nodeSelectorTerms: [{ ...one, matchFields: [pin] }, { matchFields: [...two.matchFields, pin] }],
    });
  });

  it('leaves the rest of the affinity as it is', () => {
    const podAntiAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [] };
    expect(pinnedAffinity({ podAntiAffinity }, 'node-1')).toMatchObject({ podAntiAffinity });
  });

  it('does not bypass the scheduler', () => {
    expect(build().spec.template.spec).not.toHaveProperty('nodeName');
  });
});

describe('The name of a Job', () => {
  const parts = ['batch', 'node', 'process', 1] as const;
  it.each<readonly [string, readonly [string, string, string, number]]>([
    ['batch', ['other', 'node', 'process', 1]],
    ['node', ['batch', 'other', 'process', 1]],
    ['process', ['batch', 'node', 'other', 1]],
    ['attempt', ['batch', 'node', 'process', 2]],
  ])('differs by %s', (_, other) => {
    expect(jobName(...other, hash)).not.toBe(jobName(...parts, hash));
  });

  it('is the same for the same work, and fits into a label', () => {
    const name = jobName('b'.repeat(36), 'n'.repeat(36), 'p'.repeat(63), 12, hash);
    expect(name).toBe(jobName('b'.repeat(36), 'n'.repeat(36), 'p'.repeat(63), 12, hash));
    expect(name).toMatch(/^[a-z0-9-]{1,63}$/);
  });
});
