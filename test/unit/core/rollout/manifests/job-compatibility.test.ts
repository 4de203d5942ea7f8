import { describe, expect, it } from '@jest/globals';
import type { BatchProcess } from '../../../../../src/api/generated/upgradebatch.ts';
import { JOB_ENVIRONMENT } from '../../../../../src/api/names.ts';
import { buildJob } from '../../../../../src/core/rollout/manifests/job.ts';
import { revisionOf } from '../../../../../src/core/rollout/fleet/revision.ts';
import { aNode } from '../support/facts.ts';
import { aBatch, aPlan, hash } from '../support/objects.ts';

interface Container {
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly volumeMounts: readonly object[];
  readonly securityContext?: object;
}

interface Job {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: Readonly<Record<string, unknown>> & {
        readonly containers: readonly [Container];
        readonly initContainers: readonly [Container];
        readonly volumes: readonly object[];
        readonly affinity: { readonly podAntiAffinity: object; readonly nodeAffinity: object };
      };
    };
  };
}

interface Case {
  readonly container?: object;
  readonly pod?: object;
  readonly version?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly compatibility?: 'SystemUpgradeController' | undefined;
}

function build({ container = {}, pod = {}, version = 'v1.31.4+k3s1', labels = {}, ...rest }: Case = {}): Job {
  const spec = {
    initContainers: [{ name: 'prepare', image: 'registry.example/prepare', args: ['prepare'] }],
    containers: [{ name: 'upgrade', image: 'registry.example/upgrade', env: [{ name: 'OWN', value: 'kept' }], ...container }],
    ...pod,
  };
  const process: BatchProcess = {
    name: 'os',
    disruption: 'Drain',
    report: 'None',
    deadlineSeconds: 900,
    template: { spec },
    ...('compatibility' in rest && rest.compatibility === undefined ? {} : { compatibility: 'SystemUpgradeController' }),
  };
  const batch = aBatch(['node-1']);
  return buildJob({
    namespace: 'fleet',
    batch: { ...batch, spec: { ...batch.spec, version } },
    process,
    node: aNode('node-1', { labels }),
    attempt: 1,
    fromVersion: '',
    hash,
  }) as unknown as Job;
}

const podOf = (of: Case = {}): Job['spec']['template']['spec'] => build(of).spec.template.spec;
const upgrade = (of: Case = {}): Container => podOf(of).containers[0];

describe('compatibility: SystemUpgradeController', () => {
  it('gives every container the environment of system-upgrade-controller, around its own variables', () => {
    const { containers, initContainers } = podOf();
    const before = [...JOB_ENVIRONMENT, 'SYSTEM_UPGRADE_NODE_NAME', 'SYSTEM_UPGRADE_POD_NAME', 'SYSTEM_UPGRADE_POD_UID'];
    const after = ['SYSTEM_UPGRADE_PLAN_NAME', 'SYSTEM_UPGRADE_PLAN_LATEST_HASH', 'SYSTEM_UPGRADE_PLAN_LATEST_VERSION'];
    expect(containers[0].env.map(({ name }) => name)).toEqual([...before, 'OWN', ...after]);
    expect(initContainers[0].env.map(({ name }) => name)).toEqual([...before, ...after]);
  });

  it.each([
    ['SYSTEM_UPGRADE_NODE_NAME', { valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    ['SYSTEM_UPGRADE_POD_NAME', { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    ['SYSTEM_UPGRADE_POD_UID', { valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } }],
    ['SYSTEM_UPGRADE_PLAN_NAME', { value: 'os' }],
    ['SYSTEM_UPGRADE_PLAN_LATEST_HASH', { value: aBatch(['node-1']).spec.revision }],
    ['SYSTEM_UPGRADE_PLAN_LATEST_VERSION', { value: 'v1.31.4-k3s1' }],
  ])('says in %s what the images expect there', (name, value) => {
    expect(upgrade().env).toContainEqual({ name, ...value });
  });

  it("mounts the host's root, writable, and what the Pod is", () => {
    for (const container of [podOf().containers[0], podOf().initContainers[0]]) {
      expect(container.volumeMounts).toEqual([
        { name: 'host-root', mountPath: '/host' },
        { name: 'pod-info', mountPath: '/run/system-upgrade/pod', readOnly: true },
      ]);
    }
    expect(podOf().volumes).toEqual([
      { name: 'host-root', hostPath: { path: '/', type: 'Directory' } },
      {
        name: 'pod-info',
        downwardAPI: {
          defaultMode: 420,
          items: [
            { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
            { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } },
          ],
        },
      },
    ]);
  });

  it("runs in the host's namespaces, the upgrade container privileged, the prepare container not", () => {
    expect(podOf()).toMatchObject({ hostIPC: true, hostPID: true, hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' });
    expect(upgrade().securityContext).toEqual({ privileged: true, capabilities: { add: ['SYS_BOOT'] } });
    expect(podOf().initContainers[0]).not.toHaveProperty('securityContext');
  });

  it('leaves what the template says itself', () => {
    const container = {
      securityContext: { privileged: false },
      imagePullPolicy: 'Always',
      volumeMounts: [{ name: 'root', mountPath: '/host', readOnly: true }],
    };
    const pod = { hostNetwork: false, dnsPolicy: 'Default', volumes: [{ name: 'host-root', emptyDir: {} }] };
    expect(podOf({ pod })).toMatchObject({ hostNetwork: false, dnsPolicy: 'Default', hostPID: true });
    expect(podOf({ pod }).volumes.map((volume) => Object.keys(volume))).toEqual([
      ['name', 'emptyDir'],
      ['name', 'downwardAPI'],
    ]);
    expect(upgrade({ container })).toMatchObject({ securityContext: { privileged: false }, imagePullPolicy: 'Always' });
    expect(upgrade({ container }).volumeMounts.filter((mount) => 'mountPath' in mount && mount.mountPath === '/host')).toEqual([
      { name: 'root', mountPath: '/host', readOnly: true },
    ]);
  });

  it.each([
    ['rancher/k3s-upgrade', 'rancher/k3s-upgrade:v1.31.4-k3s1'],
    ['registry.example:5000/os', 'registry.example:5000/os:v1.31.4-k3s1'],
    ['registry.example:5000/os:7', 'registry.example:5000/os:7'],
    ['registry.example/os@sha256:00', 'registry.example/os@sha256:00'],
    ['registry.example/os:$(BATON_VERSION)', 'registry.example/os:v1.31.4+k3s1'],
  ])('runs the image %s as %s', (image, expected) => {
    expect(upgrade({ container: { image } }).image).toBe(expected);
  });

  it('is pulled as over there, only where it is missing', () => {
    expect(upgrade().imagePullPolicy).toBe('IfNotPresent');
  });

  it('labels the Job and its Pod', () => {
    const labels = {
      'upgrade.cattle.io/controller': 'baton',
      'upgrade.cattle.io/exclusive': 'true',
      'upgrade.cattle.io/node': 'node-1',
      'upgrade.cattle.io/plan': 'os',
      'upgrade.cattle.io/version': 'v1.31.4-k3s1',
      'plan.upgrade.cattle.io/os': aBatch(['node-1']).spec.revision,
    };
    expect(build().metadata.labels).toMatchObject(labels);
    expect(build().spec.template.metadata.labels).toMatchObject(labels);
    expect(build().metadata.labels['baton.dev/plan']).toBe('os');
  });

  it.each<{ readonly title: string; readonly of: Case; readonly key: string; readonly value: string }>([
    {
      title: 'the hostname label of the node',
      of: { labels: { 'kubernetes.io/hostname': 'host-7' } },
      key: 'upgrade.cattle.io/node',
      value: 'host-7',
    },
    { title: 'a version that a label cannot have', of: { version: 'v1:2+x' }, key: 'upgrade.cattle.io/version', value: 'v1-2-x' },
    {
      title: 'a version cut at 63 characters',
      of: { version: `${'1'.repeat(62)}.5` },
      key: 'upgrade.cattle.io/version',
      value: '1'.repeat(62),
    },
  ])('labels with $title', ({ of, key, value }) => {
    expect(build(of).metadata.labels[key]).toBe(value);
  });

  it("waits for the other controller's Job of the same plan on the node", () => {
    const own = { labelSelector: { matchLabels: { app: 'x' } }, topologyKey: 'zone' };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [own] } };
    const other = {
      labelSelector: { matchExpressions: [{ key: 'upgrade.cattle.io/plan', operator: 'In', values: ['os'] }] },
      topologyKey: 'kubernetes.io/hostname',
    };
    expect(podOf({ pod: { affinity } }).affinity.podAntiAffinity).toEqual({
      requiredDuringSchedulingIgnoredDuringExecution: [own, other],
    });
    expect(podOf().affinity.nodeAffinity).toBeDefined();
  });

  it('does nothing of all this unless asked', () => {
    expect(JSON.stringify(build({ compatibility: undefined }))).not.toMatch(/cattle|SYSTEM_UPGRADE|host-root|privileged|hostPID/);
  });
});

it('makes another revision when it is set, and none where it was never set', () => {
  const plan = aPlan();
  const [first, ...others] = plan.spec.processes;
  const compatible = { ...first!, job: { ...first!.job!, compatibility: 'SystemUpgradeController' as const } };
  expect(revisionOf({ ...plan, spec: { ...plan.spec, processes: [compatible, ...others] } }, hash)).not.toBe(
    revisionOf(plan, hash),
  );
  // What was done before the field existed stays done.
  expect(revisionOf(plan, (text) => text)).not.toContain('compatibility');
});
