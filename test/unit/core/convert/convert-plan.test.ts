import { describe, expect, it } from '@jest/globals';
import { aSucPlan, converted, notesAt, podOf, problemsOf } from './a-plan.ts';

describe('A Plan of system-upgrade-controller becomes an UpgradePlan', () => {
  it('of the same name, paused, with its images run as over there', () => {
    const { plan, spec } = converted();
    expect(plan).toMatchObject({
      apiVersion: 'baton.dev/v1alpha1',
      kind: 'UpgradePlan',
      metadata: { name: 'os', namespace: 'system-upgrade' },
    });
    expect(spec).toMatchObject({
      version: '12.9',
      paused: true,
      processes: [
        {
          name: 'upgrade',
          job: {
            compatibility: 'SystemUpgradeController',
            template: { spec: { containers: [{ name: 'upgrade', image: 'registry.example/os-upgrade' }] } },
          },
        },
      ],
    });
  });

  it('passes labels and annotations on as before, and leaves those of the controllers behind', () => {
    const { plan, spec, notes } = converted(
      {},
      {
        labels: { team: 'os', 'objectset.rio.cattle.io/hash': '1' },
        annotations: {
          'upgrade.cattle.io/digest': 'spec.upgrade.envs',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
        },
        uid: 'u',
        resourceVersion: '7',
        creationTimestamp: null,
      },
    );
    expect(plan['metadata']).toEqual({ name: 'os', namespace: 'system-upgrade', labels: { team: 'os' } });
    expect(spec.processes[0].job.template.metadata).toEqual({ labels: { team: 'os' } });
    expect(notesAt(notes)).toContain('objectset.rio.cattle.io/hash');
    expect(notesAt(notes)).toContain('upgrade.cattle.io/digest (spec.upgrade.envs)');
  });
});

describe('Each field of its spec', () => {
  it.each<readonly [string, object, object, readonly (string | number)[], string]>([
    ['concurrency', { concurrency: 3 }, { maxUnavailable: 3 }, ['maxUnavailable'], 'concurrency: 3'],
    ['concurrency of nothing', { concurrency: 0 }, { maxUnavailable: 1 }, ['maxUnavailable'], 'never have done anything'],
    ['no concurrency', { concurrency: undefined }, { maxUnavailable: 1 }, ['maxUnavailable'], 'never have done anything'],
    ['no batches', {}, { batches: [{ size: 1 }, { size: '25%' }] }, ['batches'], '{size: 100%} would be as before'],
    [
      'postCompleteDelay',
      { concurrency: 2, postCompleteDelay: '1m30s' },
      { batches: [{ size: 2, soakSeconds: 90 }] },
      ['batches'],
      'postCompleteDelay: 1m30s',
    ],
    [
      'channel',
      { version: undefined, channel: 'https://updates.example/stable' },
      { version: 'CHANGE-ME' },
      ['version'],
      'curl -sI https://updates.example/stable',
    ],
    ['neither version nor channel', { version: '' }, { version: 'CHANGE-ME' }, ['version'], 'write the version here'],
    [
      'version and channel',
      { channel: 'https://updates.example/stable' },
      { version: '12.9' },
      ['version'],
      'channel: https://updates.example/stable was not followed',
    ],
    ['exclusive', { exclusive: true }, { exclusiveGroup: 'exclusive' }, ['exclusiveGroup'], 'exclusive: true'],
    [
      'jobActiveDeadlineSecs',
      { jobActiveDeadlineSecs: 900 },
      { processes: [{ timing: { deadlineSeconds: 900 } }] },
      ['processes', 0, 'timing'],
      'jobActiveDeadlineSecs: 900',
    ],
    [
      'no limit',
      { jobActiveDeadlineSecs: 0 },
      { processes: [{ timing: { deadlineSeconds: 604_800 } }] },
      ['processes', 0, 'timing'],
      'was no limit',
    ],
    ['postCompleteLabels', { postCompleteLabels: { done: '1' } }, {}, ['processes'], 'the labels done=1'],
    ['customNodeLabels', { customNodeLabels: { done: '1' } }, {}, ['processes'], 'the labels done=1'],
    [
      'window',
      { window: { days: ['sa', 'Sunday'], startTime: '01:30', endTime: '05:00', timeZone: 'Europe/Paris' } },
      { windows: [{ name: 'window', schedule: '30 1 * * 0,6', durationSeconds: 12_600, timeZone: 'Europe/Paris' }] },
      ['windows'],
      'before each',
    ],
    [
      'cordon',
      { cordon: true },
      { drain: { mode: 'Cordon' }, processes: [{ disruption: 'Drain' }] },
      ['drain', 'mode'],
      'cordon: true',
    ],
  ])('%s is mapped, with a comment where it differs', (_what, spec, expected, path, comment) => {
    const conversion = converted(spec);
    expect(conversion.spec).toMatchObject(expected);
    expect(notesAt(conversion.notes, ...path)).toContain(comment);
  });

  it('jobActiveDeadlineSecs that is negative is the default, here as there', () => {
    expect(converted({ jobActiveDeadlineSecs: -1 }).spec.processes[0]).not.toHaveProperty('timing');
  });

  it('nodeSelector keeps nodes out that were opted out by label', () => {
    const out = { key: 'plan.upgrade.cattle.io/os', operator: 'NotIn', values: ['disabled'] };
    const own = { key: 'beta', operator: 'Exists' };
    expect(converted().spec['nodeSelector']).toEqual({ matchLabels: { role: 'worker' }, matchExpressions: [out] });
    expect(converted({ nodeSelector: { matchExpressions: [own] } }).spec['nodeSelector']).toEqual({
      matchExpressions: [own, out],
    });
  });

  it('an empty nodeSelector says that it chooses every node', () => {
    expect(notesAt(converted({ nodeSelector: {} }).notes, 'nodeSelector')).toContain('every node');
  });

  it.each<readonly [string, string, object | undefined]>([
    ['rancher/k3s-upgrade', 'v1.33.4+k3s1', { kubeletVersion: '$(BATON_VERSION)' }],
    ['registry.example:5000/rke2-upgrade@sha256:00', 'v1.33.4+rke2r1', { kubeletVersion: '$(BATON_VERSION)' }],
    ['rancher/k3s-upgrade', '', { kubeletVersion: '$(BATON_VERSION)' }],
    ['rancher/k3s-upgrade', 'v1.33.4-k3s1', undefined],
    ['registry.example/not-k3s-upgrade', 'v1.33.4+k3s1', undefined],
  ])('of %s at %p, the version is verified by %j', (image, version, verify) => {
    expect(converted({ version, upgrade: { image } }).spec.processes[0].verify).toEqual(verify);
  });

  it.each(['k3s-upgrade', 'rke2-upgrade:v1'])('the wait of %s for another Plan becomes a dependency', (image) => {
    const { spec, notes } = converted({ prepare: { image: `rancher/${image}`, args: ['prepare', 'server-plan'] } });
    expect(spec['dependsOn']).toEqual([{ name: 'server-plan', version: '12.9' }]);
    expect(JSON.stringify(spec)).not.toContain('initContainers');
    expect(notesAt(notes, 'dependsOn')).toContain(`rancher/${image}, which waited for the Plan server-plan`);
  });
});

describe('What is wrong with a Plan', () => {
  it.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
    ['another kind', { apiVersion: 'v1', kind: 'Namespace' }, 'is no Plan (apiVersion v1, kind Namespace)'],
    ['another group', { ...aSucPlan(), apiVersion: 'tuppr.home-operations.com/v1' }, 'takes Plans of upgrade.cattle.io/v1 alone'],
    ['nothing', {}, 'is no Plan (apiVersion nothing, kind nothing)'],
    ['no name', aSucPlan({}, { name: undefined }), 'metadata.name is missing'],
    ['a name too long', aSucPlan({}, { name: 'n'.repeat(41) }), 'metadata.name has 41 characters'],
    ['a field of the root', { ...aSucPlan(), specs: {} }, 'specs is no field that baton convert knows'],
    ['a field of the spec', aSucPlan({ concurency: 1 }), 'spec.concurency is no field that baton convert knows'],
    ['a field of drain', aSucPlan({ drain: { force: true, timeOut: 1 } }), 'spec.drain.timeOut is no field'],
    ['a field of a container', aSucPlan({ upgrade: { image: 'a', env: [] } }), 'spec.upgrade.env is no field'],
    [
      'a field of a volume',
      aSucPlan({ upgrade: { image: 'a', volumes: [{ name: 'a', source: '/', path: '/' }] } }),
      'spec.upgrade.volumes[0].destination is missing',
    ],
    ['another type', aSucPlan({ concurrency: '1' }), 'spec.concurrency must be a whole number, but is "1"'],
    ['a list for an object', aSucPlan({ drain: [] }), 'spec.drain must be an object, but is a list'],
    ['no selector', aSucPlan({ nodeSelector: undefined }), 'spec.nodeSelector is missing'],
    [
      'an operator',
      aSucPlan({ nodeSelector: { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] } }),
      "must be one of In, NotIn, Exists, DoesNotExist, but is 'Gt'",
    ],
    [
      'no values',
      aSucPlan({ nodeSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
      'spec.nodeSelector.matchExpressions[0].values is missing',
    ],
    [
      'values that do not belong',
      aSucPlan({ nodeSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['1'] }] } }),
      'must not be set with the operator Exists',
    ],
    ['no upgrade', aSucPlan({ upgrade: undefined }), 'spec.upgrade is missing'],
    ['no image', aSucPlan({ upgrade: {} }), 'spec.upgrade.image is missing'],
    ['a version', aSucPlan({ version: '-x' }), "spec.version '-x' is no version"],
    ['a negative concurrency', aSucPlan({ concurrency: -1 }), 'spec.concurrency must be from 0'],
    ['a delay', aSucPlan({ postCompleteDelay: '30' }), "spec.postCompleteDelay must be a time like 30s, but is '30'"],
    [
      'a day',
      aSucPlan({ window: { days: ['someday'], startTime: '1:00', endTime: '2:00' } }),
      "spec.window.days: 'someday' is no day of the week",
    ],
    [
      'a time of day',
      aSucPlan({ window: { startTime: '25:00', endTime: '2:00' } }),
      "spec.window.startTime must be a time like 15:04, but is '25:00'",
    ],
    ['a drain timeout', aSucPlan({ drain: { timeout: true } }), 'spec.drain.timeout must be a time like 60s'],
  ])('%s', (_what, object, problem) => {
    expect(problemsOf(object).join('\n')).toContain(problem);
  });

  it('is told at once, not one by one', () => {
    expect(problemsOf(aSucPlan({ foo: 1, bar: 2, upgrade: {} }))).toHaveLength(3);
  });
});

describe('Its Pod', () => {
  it('has everything that a container said', () => {
    const upgrade = {
      image: 'a',
      command: ['x'],
      args: ['y'],
      envs: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
      envFrom: [{ secretRef: { name: 's' } }],
      volumes: [{ name: 'etc', source: '/etc', destination: '/x' }],
      securityContext: { privileged: false },
    };
    expect(podOf({ upgrade })).toMatchObject({
      volumes: [{ name: 'etc', hostPath: { path: '/etc' } }],
      containers: [
        {
          ...{ name: 'upgrade', image: 'a', command: ['x'], args: ['y'], env: upgrade.envs, envFrom: upgrade.envFrom },
          ...{ securityContext: { privileged: false }, volumeMounts: [{ name: 'etc', mountPath: '/x' }] },
        },
      ],
    });
  });

  it('has everything that the Plan said of it', () => {
    const spec = {
      serviceAccountName: 'system-upgrade',
      priorityClassName: 'high',
      imagePullSecrets: [{ name: 'pull' }],
      tolerations: [{ operator: 'Exists' }],
    };
    expect(podOf(spec)).toMatchObject(spec);
  });

  it('has Secrets where the images look for them, in each container', () => {
    const secrets = [
      { name: 'my.token' },
      { name: 'b', path: 'sub', defaultMode: 256 },
      { name: 'c', path: '/etc/c', ignoreUpdates: true },
    ];
    const pod = podOf({ secrets, prepare: { image: 'b', args: ['wait'] } });
    expect(pod['volumes']).toEqual([
      { name: 'secret-0-my-token', secret: { secretName: 'my.token' } },
      { name: 'secret-1-b', secret: { secretName: 'b', defaultMode: 256 } },
      { name: 'secret-2-c', secret: { secretName: 'c', optional: true } },
    ]);
    const volumeMounts = [
      { name: 'secret-0-my-token', mountPath: '/run/system-upgrade/secrets/my.token', readOnly: true },
      { name: 'secret-1-b', mountPath: '/run/system-upgrade/secrets/sub', readOnly: true },
      { name: 'secret-2-c', mountPath: '/etc/c', readOnly: true },
    ];
    expect(pod).toMatchObject({ initContainers: [{ name: 'prepare', volumeMounts }], containers: [{ volumeMounts }] });
    const template = ['processes', 0, 'job', 'template', 'spec'] as const;
    const { notes } = converted({ secrets, prepare: { image: 'b' } });
    expect(notesAt(notes, ...template, 'volumes')).toContain('A change of the Secret my.token, b does not run nodes again');
    expect(notesAt(notes, ...template, 'initContainers')).toContain('prepare ran before cordon and drain');
  });
});
