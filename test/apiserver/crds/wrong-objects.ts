import { action, plan, set } from './objects.ts';
import { WRONG_PROCESSES } from './wrong-processes.ts';
import { WRONG_SINKS } from './wrong-sinks.ts';

/** Wrong objects: what is wrong, the object, and what the API server has to say about it. */
export const WRONG: readonly (readonly [string, object, string])[] = [
  ...WRONG_PROCESSES,
  ...WRONG_SINKS,
  [
    'no nodeSelector',
    plan('w', (spec) => delete spec['nodeSelector']),
    '`nodeSelector` must select by at least one label; set `allNodes: true`',
  ],
  ['an empty nodeSelector', plan('w', set({ nodeSelector: {} })), '`nodeSelector` must select by at least one label'],
  ['both selectors', plan('w', set({ allNodes: true })), '`nodeSelector` must not be set together with `allNodes: true`'],
  [
    'batch size 0',
    plan('w', set({ batches: [{ size: 0 }] })),
    'spec.batches[0].size: Invalid value: 0: spec.batches[0].size in body should be greater than or equal to 1',
  ],
  [
    'batch size 150%',
    plan('w', set({ batches: [{ size: '150%' }] })),
    "spec.batches[0].size in body should match '^([1-9][0-9]?|100)%$'",
  ],
  [
    'batch size "5"',
    plan('w', set({ batches: [{ size: '5' }] })),
    "spec.batches[0].size in body should match '^([1-9][0-9]?|100)%$'",
  ],
  ['no batches', plan('w', set({ batches: [] })), 'spec.batches in body should have at least 1 items'],
  ['maxUnavailable 0', plan('w', set({ maxUnavailable: 0 })), 'spec.maxUnavailable in body should be greater than or equal to 1'],
  ['maxUnavailable 0%', plan('w', set({ maxUnavailable: '0%' })), 'spec.maxUnavailable in body should match'],
  [
    'maxFailed -1',
    plan('w', set({ failure: { maxFailed: -1 } })),
    'spec.failure.maxFailed in body should be greater than or equal to 0',
  ],
  ['an unknown field', plan('w', set({ maxUnavailble: 2 })), 'strict decoding error: unknown field "spec.maxUnavailble"'],
  ['no version', plan('w', (spec) => delete spec['version']), 'spec.version: Required value'],
  ['a version with a blank', plan('w', set({ version: '12 9' })), 'spec.version in body should match'],
  [
    'a window with a schedule of four fields',
    plan('w', set({ windows: [{ name: 'n', schedule: '0 22 * *', durationSeconds: 3600, timeZone: 'UTC' }] })),
    "spec.windows[0].schedule in body should match '^\\S+( +\\S+){4}$'",
  ],
  [
    'a window without a zone',
    plan('w', set({ windows: [{ name: 'n', schedule: '0 22 * * *', durationSeconds: 3600 }] })),
    'spec.windows[0].timeZone: Required value',
  ],
  [
    'a window of a second',
    plan('w', set({ windows: [{ name: 'n', schedule: '0 22 * * *', durationSeconds: 1, timeZone: 'UTC' }] })),
    'spec.windows[0].durationSeconds in body should be greater than or equal to 60',
  ],
  [
    'a freeze that ends before it begins',
    plan('w', set({ freezes: [{ name: 'f', from: '2027-01-04T00:00:00Z', to: '2026-12-20T00:00:00Z' }] })),
    '`to` must be after `from`',
  ],
  [
    'a dependency on itself',
    plan('w', set({ dependsOn: [{ name: 'w', version: '1' }] })),
    '`spec.dependsOn` must not name the plan itself',
  ],
  [
    'a dependency without a version',
    plan('w', set({ dependsOn: [{ name: 'other' }] })),
    'spec.dependsOn[0].version: Required value',
  ],
  [
    'a group that is no label',
    plan('w', set({ exclusiveGroup: 'Disruptive Plans' })),
    "spec.exclusiveGroup in body should match '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'",
  ],
  [
    'a freeze of days',
    plan('w', set({ freezes: [{ name: 'f', from: '2026-12-20', to: '2027-01-04' }] })),
    'spec.freezes[0].from in body must be of type date-time',
  ],
  ['no processes', plan('w', set({ processes: [] })), 'spec.processes in body should have at least 1 items'],
  [
    'an unknown drain mode',
    plan('w', set({ drain: { mode: 'Evict' } })),
    'Unsupported value: "Evict": supported values: "Auto", "Cordon", "None"',
  ],
  [
    'a drain that ignores nothing named',
    plan('w', set({ drain: { ignore: {} } })),
    'spec.drain.ignore.podSelector: Required value',
  ],
  [
    'operator In without values',
    plan('w', set({ nodeSelector: { matchExpressions: [{ key: 'role', operator: 'In' }] } })),
    "`values` must be set for the operators 'In' and 'NotIn'",
  ],
  ['a name of 41 characters', plan('w'.repeat(41), () => undefined), '`metadata.name` must have at most 40 characters'],
  [
    'an unknown approval',
    plan('w', set({ batches: [{ size: 1, approval: 'After' }] })),
    'Unsupported value: "After": supported values: "None", "BeforeStart", "BeforeNext"',
  ],
  ...['Abort', 'Approve', 'Pause', 'Resume', 'Retry', 'Rollback', 'Skip'].map((name): [string, object, string] => [
    `${name} for no rollout`,
    action({ plan: 'os', action: name, ...(name === 'Skip' ? { nodes: ['n'] } : {}) }),
    name === 'Approve' ? '`batch` must name the UpgradeBatch' : '`batch` or `revision` must say which rollout',
  ]),
  [
    'a gate of no kind',
    plan('w', set({ gates: [{ name: 'g' }] })),
    'a gate must have exactly one of `prometheus`, `http`, `object` and `job`',
  ],
  [
    'a gate of two kinds',
    plan('w', set({ gates: [{ name: 'g', http: { url: 'https://a.example/' }, job: { template: { spec: {} } } }] })),
    'a gate must have exactly one of `prometheus`, `http`, `object` and `job`',
  ],
  ['two gates of one name', plan('w', set({ gates: [gate({}), gate({})] })), 'spec.gates[1]: Duplicate value: {"name":"g"}'],
  [
    'a Prometheus gate without a limit',
    plan('w', set({ gates: [{ name: 'g', prometheus: { address: 'http://prometheus:9090', query: 'up' } }] })),
    '`max` or `min` must be set',
  ],
  [
    'a limit that is no decimal',
    plan('w', set({ gates: [{ name: 'g', prometheus: { address: 'http://prometheus:9090', query: 'up', max: '1e3' } }] })),
    'spec.gates[0].prometheus.max in body should match',
  ],
  [
    'a gate with a password in its URL',
    plan('w', set({ gates: [gate({ url: 'https://anna:secret@a.example/' })] })),
    'must not carry a user name, a password or a fragment',
  ],
  [
    'an object gate with neither name nor selector',
    plan('w', set({ gates: [{ name: 'g', object: { apiVersion: 'v1', kind: 'Node', expression: 'true' } }] })),
    'exactly one of `name` and `labelSelector` must be set',
  ],
  [
    'an act for a batch and a revision',
    action({ plan: 'os', action: 'Pause', batch: 'os-1', revision: 'aaaa' }),
    '`batch` and `revision` must not be set together',
  ],
  ['Approve by revision', action({ plan: 'os', action: 'Approve', revision: 'aaaa' }), '`batch` must name the UpgradeBatch'],
  ['Release without nodes', action({ plan: 'os', action: 'Release' }), '`nodes` must name the nodes'],
  ['Skip without nodes', action({ plan: 'os', action: 'Skip', batch: 'os-1' }), '`nodes` must name the nodes'],
  [
    'Release for a batch',
    action({ plan: 'os', action: 'Release', nodes: ['n'], batch: 'os-1' }),
    "`batch` and `revision` must not be set when `action` is 'Release'",
  ],
  ['Pause of nodes', action({ plan: 'os', action: 'Pause', batch: 'os-1', nodes: ['n'] }), '`nodes` must not be set unless'],
  [
    'a budget for a Pause',
    action({ plan: 'os', action: 'Pause', batch: 'os-1', maxFailed: 3 }),
    '`maxFailed` must not be set unless',
  ],
  [
    'a budget for a Resume by revision',
    action({ plan: 'os', action: 'Resume', revision: 'aaaa', maxFailed: 3 }),
    '`maxFailed` must not be set unless',
  ],
  ['a revision of three characters', action({ plan: 'os', action: 'Pause', revision: 'aaa' }), 'spec.revision'],
  [
    'an unknown action',
    action({ plan: 'os', action: 'Explode' }),
    'Unsupported value: "Explode": supported values: "Abort", "Approve", "Pause", "Release", "Resume", "Retry", "Rollback", "Skip"',
  ],
];

function gate(http: object): object {
  return { name: 'g', http: { url: 'https://a.example/', ...http } };
}
