// What the cases about tables show.

export const CONTAINERS = [
  { name: 'first', image: 'busybox' },
  { name: 'second', image: 'nginx' },
];
const TIME = '2026-01-01T00:00:00Z';
const LATER = '2026-01-01T00:07:30Z';

export const PODS: Readonly<Record<string, { readonly spec?: object; readonly status: object }>> = {
  'is running': {
    spec: { readinessGates: [{ conditionType: 'a.b/gate' }], nodeName: 'node-1' },
    status: {
      phase: 'Running',
      podIPs: [{ ip: '10.0.0.1' }],
      podIP: '10.0.0.1',
      conditions: [{ type: 'a.b/gate', status: 'True' }],
      containerStatuses: [
        { name: 'first', ready: true, state: { running: { startedAt: TIME } }, restartCount: 2 },
        { name: 'second', ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } }, restartCount: 1 },
      ],
    },
  },
  'has succeeded': {
    status: {
      phase: 'Succeeded',
      containerStatuses: [
        { name: 'first', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
        { name: 'second', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
      ],
    },
  },
  'has failed': {
    status: {
      phase: 'Failed',
      containerStatuses: [
        { name: 'first', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
        { name: 'second', state: { terminated: { exitCode: 3, reason: 'Error' } } },
      ],
    },
  },
  'ended by a signal': {
    status: { phase: 'Failed', containerStatuses: [{ name: 'first', state: { terminated: { signal: 9, exitCode: 137 } } }] },
  },
  'was evicted': { status: { phase: 'Failed', reason: 'Evicted', message: 'out of memory' } },
  initializes: {
    spec: { initContainers: [{ name: 'init', image: 'busybox' }] },
    status: {
      phase: 'Pending',
      conditions: [{ type: 'Initialized', status: 'False' }],
      initContainerStatuses: [{ name: 'init', state: { running: { startedAt: TIME } } }],
      containerStatuses: [{ name: 'first', state: { waiting: { reason: 'PodInitializing' } } }],
    },
  },
  'fails to initialize': {
    spec: { initContainers: [{ name: 'init', image: 'busybox' }] },
    status: {
      phase: 'Pending',
      conditions: [{ type: 'Initialized', status: 'False' }],
      initContainerStatuses: [{ name: 'init', restartCount: 4, state: { terminated: { exitCode: 2 } } }],
    },
  },
  'is half done': {
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        { name: 'first', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
        { name: 'second', ready: true, state: { running: { startedAt: TIME } } },
      ],
    },
  },
  'has a sidecar': {
    spec: { initContainers: [{ name: 'side', image: 'busybox', restartPolicy: 'Always' }] },
    status: {
      phase: 'Running',
      initContainerStatuses: [
        { name: 'side', ready: true, started: true, restartCount: 1, state: { running: { startedAt: TIME } } },
      ],
      containerStatuses: [{ name: 'first', ready: true, state: { running: { startedAt: TIME } } }],
    },
  },
};

export const JOBS: Readonly<Record<string, { readonly spec?: object; readonly status?: object }>> = {
  'has just been made': {},
  'has several completions': { spec: { completions: 3, parallelism: 2 } },
  'has no number of completions': { spec: { parallelism: 2 } },
  'is suspended': { spec: { suspend: true }, status: { conditions: [{ type: 'Suspended', status: 'True' }] } },
  'is complete': {
    status: {
      startTime: TIME,
      completionTime: LATER,
      succeeded: 1,
      conditions: [
        { type: 'SuccessCriteriaMet', status: 'True' },
        { type: 'Complete', status: 'True' },
      ],
    },
  },
  'is about to fail': { status: { startTime: TIME, conditions: [{ type: 'FailureTarget', status: 'True' }] } },
};

export const SELECTED = {
  selector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'In', values: ['y', 'x'] }] },
  template: { metadata: { labels: { a: 'b', c: 'x' } }, spec: { containers: CONTAINERS, nodeSelector: { z: '1', b: '2' } } },
};

export const EVENTS: Readonly<Record<string, object>> = {
  plain: {
    involvedObject: { kind: 'Pod', name: 'p' },
    message: ' text\n',
    source: { component: 'kubelet', host: 'n' },
    count: 3,
  },
  repeated: {
    involvedObject: { kind: 'UpgradePlan', name: 'p', fieldPath: 'spec' },
    reportingComponent: 'baton.dev/operator',
    reportingInstance: 'operator-1',
    action: 'Roll',
    eventTime: '2026-11-29T16:36:39.000000Z',
    series: { count: 5, lastObservedTime: '2026-11-29T16:36:39.000000Z' },
  },
};

export const BATCH = {
  apiVersion: 'baton.dev/v1alpha1',
  kind: 'UpgradeBatch',
  metadata: { name: 'b' },
  spec: {
    ...{ plan: 'p', planUid: 'u', revision: 'abc', version: '1', index: 1, step: 0, planNodes: 1 },
    nodes: [{ name: 'n', uid: 'u', processes: ['os'] }],
    processes: [{ name: 'os', disruption: 'None', report: 'None', deadlineSeconds: 60 }],
  },
};

export const BATCH_STATUS = {
  summary: { nodes: 3, succeeded: 2, failed: 1, overdue: 0 },
  agent: 'node-1',
  conditions: [{ type: 'Notified', status: 'True', reason: 'R', message: 'm', lastTransitionTime: TIME }],
};
