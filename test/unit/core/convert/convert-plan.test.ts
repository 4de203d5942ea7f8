import { describe, expect, it } from '@jest/globals';
import { aSucPlan, converted, notesAt, podOf, problemsOf } from './a-plan.ts';

describe('convertPlan', () => {
  it('keeps the name and the images and pauses the plan', () => {
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

  it('passes labels and annotations on as before, except those of the controllers', () => {
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

describe('convertPlan, each field of the spec', () => {
  it.each<{
    readonly field: string;
    readonly spec: object;
    readonly expected: object;
    readonly path: readonly (string | number)[];
    readonly comment: string;
  }>([
    {
      field: 'concurrency',
      spec: { concurrency: 3 },
      expected: { maxUnavailable: 3 },
      path: ['maxUnavailable'],
      comment: 'concurrency: 3',
    },
    {
      field: 'concurrency 0',
      spec: { concurrency: 0 },
      expected: { maxUnavailable: 1 },
      path: ['maxUnavailable'],
      comment: 'the Plan did nothing',
    },
    {
      field: 'no concurrency',
      spec: { concurrency: undefined },
      expected: { maxUnavailable: 1 },
      path: ['maxUnavailable'],
      comment: 'the Plan did nothing',
    },
    {
      field: 'no batches',
      spec: {},
      expected: { batches: [{ size: 1 }, { size: '25%' }] },
      path: ['batches'],
      comment: '{size: 100%} behaves as before',
    },
    {
      field: 'postCompleteDelay',
      spec: { concurrency: 2, postCompleteDelay: '1m30s' },
      expected: { batches: [{ size: 2, soakSeconds: 90 }] },
      path: ['batches'],
      comment: 'postCompleteDelay: 1m30s',
    },
    {
      field: 'channel',
      spec: { version: undefined, channel: 'https://updates.example/stable' },
      expected: { version: 'CHANGE-ME' },
      path: ['version'],
      comment: 'curl -sI https://updates.example/stable',
    },
    {
      field: 'neither version nor channel',
      spec: { version: '' },
      expected: { version: 'CHANGE-ME' },
      path: ['version'],
      comment: 'with the version',
    },
    {
      field: 'version and channel',
      spec: { channel: 'https://updates.example/stable' },
      expected: { version: '12.9' },
      path: ['version'],
      comment: 'channel: https://updates.example/stable had no effect',
    },
    {
      field: 'exclusive',
      spec: { exclusive: true },
      expected: { exclusiveGroup: 'exclusive' },
      path: ['exclusiveGroup'],
      comment: 'exclusive: true',
    },
    {
      field: 'jobActiveDeadlineSecs',
      spec: { jobActiveDeadlineSecs: 900 },
      expected: { processes: [{ timing: { deadlineSeconds: 900 } }] },
      path: ['processes', 0, 'timing'],
      comment: 'jobActiveDeadlineSecs: 900',
    },
    {
      field: 'no limit',
      spec: { jobActiveDeadlineSecs: 0 },
      expected: { processes: [{ timing: { deadlineSeconds: 604_800 } }] },
      path: ['processes', 0, 'timing'],
      comment: 'meant no limit',
    },
    {
      field: 'postCompleteLabels',
      spec: { postCompleteLabels: { done: '1' } },
      expected: {},
      path: ['processes'],
      comment: 'The labels done=1',
    },
    {
      field: 'customNodeLabels',
      spec: { customNodeLabels: { done: '1' } },
      expected: {},
      path: ['processes'],
      comment: 'The labels done=1',
    },
    {
      field: 'window',
      spec: { window: { days: ['sa', 'Sunday'], startTime: '01:30', endTime: '05:00', timeZone: 'Europe/Paris' } },
      expected: { windows: [{ name: 'window', schedule: '30 1 * * 0,6', durationSeconds: 12_600, timeZone: 'Europe/Paris' }] },
      path: ['windows'],
      comment: 'before each',
    },
    {
      field: 'cordon',
      spec: { cordon: true },
      expected: { drain: { mode: 'Cordon' }, processes: [{ disruption: 'Drain' }] },
      path: ['drain', 'mode'],
      comment: 'cordon: true',
    },
  ])('converts $field and comments on the difference', ({ spec, expected, path, comment }) => {
    const conversion = converted(spec);
    expect(conversion.spec).toMatchObject(expected);
    expect(notesAt(conversion.notes, ...path)).toContain(comment);
  });

  it('uses the default for a negative jobActiveDeadlineSecs, as the Plan did', () => {
    expect(converted({ jobActiveDeadlineSecs: -1 }).spec.processes[0]).not.toHaveProperty('timing');
  });

  it('excludes nodes that were opted out by label', () => {
    const out = { key: 'plan.upgrade.cattle.io/os', operator: 'NotIn', values: ['disabled'] };
    const own = { key: 'beta', operator: 'Exists' };
    expect(converted().spec['nodeSelector']).toEqual({ matchLabels: { role: 'worker' }, matchExpressions: [out] });
    expect(converted({ nodeSelector: { matchExpressions: [own] } }).spec['nodeSelector']).toEqual({
      matchExpressions: [own, out],
    });
  });

  it('comments that an empty nodeSelector selects every node', () => {
    expect(notesAt(converted({ nodeSelector: {} }).notes, 'nodeSelector')).toContain('every node');
  });

  it.each<readonly [string, string, object | undefined]>([
    ['rancher/k3s-upgrade', 'v1.33.4+k3s1', { kubeletVersion: '$(BATON_VERSION)' }],
    ['registry.example:5000/rke2-upgrade@sha256:00', 'v1.33.4+rke2r1', { kubeletVersion: '$(BATON_VERSION)' }],
    ['rancher/k3s-upgrade', '', { kubeletVersion: '$(BATON_VERSION)' }],
    ['rancher/k3s-upgrade', 'v1.33.4-k3s1', undefined],
    ['registry.example/not-k3s-upgrade', 'v1.33.4+k3s1', undefined],
  ])('verifies the version of %s at %p by %j', (image, version, verify) => {
    expect(converted({ version, upgrade: { image } }).spec.processes[0].verify).toEqual(verify);
  });

  it.each(['k3s-upgrade', 'rke2-upgrade:v1'])('converts the wait of %s for another Plan to a dependency', (image) => {
    const { spec, notes } = converted({ prepare: { image: `rancher/${image}`, args: ['prepare', 'server-plan'] } });
    expect(spec['dependsOn']).toEqual([{ name: 'server-plan', version: '12.9' }]);
    expect(JSON.stringify(spec)).not.toContain('initContainers');
    expect(notesAt(notes, 'dependsOn')).toContain(`rancher/${image}, which waited for the Plan server-plan`);
  });
});

describe('The problems of a Plan', () => {
  it.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
    ['another kind', { apiVersion: 'v1', kind: 'Namespace' }, 'is not a Plan (apiVersion v1, kind Namespace)'],
    [
      'another group',
      { ...aSucPlan(), apiVersion: 'tuppr.home-operations.com/v1' },
      'accepts only Plans of upgrade.cattle.io/v1',
    ],
    ['nothing', {}, 'is not a Plan (apiVersion nothing, kind nothing)'],
    ['no name', aSucPlan({}, { name: undefined }), 'metadata.name is required'],
    ['a name too long', aSucPlan({}, { name: 'n'.repeat(41) }), 'metadata.name must have at most 40 characters, got 41'],
    ['a field of the root', { ...aSucPlan(), specs: {} }, 'specs is an unknown field'],
    ['a field of the spec', aSucPlan({ concurency: 1 }), 'spec.concurency is an unknown field'],
    ['a field of drain', aSucPlan({ drain: { force: true, timeOut: 1 } }), 'spec.drain.timeOut is an unknown field'],
    ['a field of a container', aSucPlan({ upgrade: { image: 'a', env: [] } }), 'spec.upgrade.env is an unknown field'],
    [
      'a field of a volume',
      aSucPlan({ upgrade: { image: 'a', volumes: [{ name: 'a', source: '/', path: '/' }] } }),
      'spec.upgrade.volumes[0].destination is required',
    ],
    ['another type', aSucPlan({ concurrency: '1' }), 'spec.concurrency must be a whole number, got "1"'],
    ['a list for an object', aSucPlan({ drain: [] }), 'spec.drain must be an object, got a list'],
    ['no selector', aSucPlan({ nodeSelector: undefined }), 'spec.nodeSelector is required'],
    [
      'an operator',
      aSucPlan({ nodeSelector: { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] } }),
      "must be one of In, NotIn, Exists, DoesNotExist, got 'Gt'",
    ],
    [
      'no values',
      aSucPlan({ nodeSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
      'spec.nodeSelector.matchExpressions[0].values is required',
    ],
    [
      'values that do not apply',
      aSucPlan({ nodeSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['1'] }] } }),
      'must not be set with the operator Exists',
    ],
    ['no upgrade', aSucPlan({ upgrade: undefined }), 'spec.upgrade is required'],
    ['no image', aSucPlan({ upgrade: {} }), 'spec.upgrade.image is required'],
    ['a version', aSucPlan({ version: '-x' }), "spec.version must consist of at most 64 letters, digits and . _ + : -, got '-x'"],
    ['a negative concurrency', aSucPlan({ concurrency: -1 }), 'spec.concurrency must be from 0'],
    ['a delay', aSucPlan({ postCompleteDelay: '30' }), "spec.postCompleteDelay must be a duration like 30s, got '30'"],
    [
      'a day',
      aSucPlan({ window: { days: ['someday'], startTime: '1:00', endTime: '2:00' } }),
      "spec.window.days: 'someday' is not a day of the week",
    ],
    [
      'a time of day',
      aSucPlan({ window: { startTime: '25:00', endTime: '2:00' } }),
      "spec.window.startTime must be a time like 15:04, got '25:00'",
    ],
    ['a drain timeout', aSucPlan({ drain: { timeout: true } }), 'spec.drain.timeout must be a duration like 60s'],
  ])('%s', (_what, object, problem) => {
    expect(problemsOf(object).join('\n')).toContain(problem);
  });

  it('are all returned at once', () => {
    expect(problemsOf(aSucPlan({ foo: 1, bar: 2, upgrade: {} }))).toHaveLength(3);
  });
});

describe('The converted Pod template', () => {
  it('has every field of the container', () => {
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

  it('has every Pod field of the Plan', () => {
    const spec = {
      serviceAccountName: 'system-upgrade',
      priorityClassName: 'high',
      imagePullSecrets: [{ name: 'pull' }],
      tolerations: [{ operator: 'Exists' }],
    };
    expect(podOf(spec)).toMatchObject(spec);
  });

  it('mounts the Secrets where the images expect them, in each container', () => {
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
    expect(notesAt(notes, ...template, 'volumes')).toContain('A change of the Secret my.token, b does not upgrade nodes again');
    expect(notesAt(notes, ...template, 'initContainers')).toContain('prepare ran before cordon and drain');
  });
});
