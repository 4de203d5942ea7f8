import { action, firstProcess, plan, set, type Tree } from './objects.ts';

/** A change that leaves the first process to the node's own updater. */
export function external(fields: Tree): (spec: Tree) => void {
  return (spec) => {
    delete firstProcess(spec)['job'];
    Object.assign(firstProcess(spec), { external: {}, ...fields });
  };
}

/** A change that makes the first process replace the Pods of a DaemonSet. */
export function daemonSet(fields: Tree): (spec: Tree) => void {
  return (spec) => {
    delete firstProcess(spec)['job'];
    Object.assign(firstProcess(spec), { daemonSet: { namespace: 'kube-system', name: 'cni' }, ...fields });
  };
}

/** Wrong objects: what is wrong, the object, and what the API server has to say about it. */
export const WRONG: readonly (readonly [string, object, string])[] = [
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
    'a template without spec',
    plan('w', (spec) => Object.assign(firstProcess(spec), { job: { template: { metadata: {} } } })),
    'must be a PodTemplateSpec with a `spec` that has `containers`',
  ],
  [
    'two processes of one name',
    plan('w', (spec) => Object.assign(spec, { processes: [firstProcess(spec), firstProcess(spec)] })),
    'spec.processes[1]: Duplicate value: {"name":"os"}',
  ],
  [
    'an unknown disruption',
    plan('w', (spec) => Object.assign(firstProcess(spec), { disruption: 'Restart' })),
    'Unsupported value: "Restart": supported values: "None", "Drain", "Reboot"',
  ],
  [
    'a verify that can never hold for long enough',
    plan('w', (spec) => Object.assign(firstProcess(spec), { verify: { stableSeconds: 900 } })),
    '`stableSeconds` must be less than `timeoutSeconds`: it could never hold for so long',
  ],
  [
    'Retry of a process that is not safe to run again',
    plan('w', (spec) => Object.assign(firstProcess(spec), { onOverdue: 'Retry' })),
    '`onOverdue: Retry` needs `rerun: Safe`',
  ],
  [
    'a deadline before the expected time is over',
    plan('w', (spec) => Object.assign(firstProcess(spec), { timing: { expectedSeconds: 3000, toleranceSeconds: 900 } })),
    '`deadlineSeconds` must be at least `expectedSeconds` + `toleranceSeconds`',
  ],
  [
    'a deadline before the reboot is over',
    plan('w', (spec) => Object.assign(firstProcess(spec), { timing: { rebootSeconds: 7200 } })),
    '`deadlineSeconds` must be at least `rebootSeconds`',
  ],
  [
    'a tolerance of nothing',
    plan('w', (spec) => Object.assign(firstProcess(spec), { timing: { toleranceSeconds: 60 } })),
    '`toleranceSeconds` needs `expectedSeconds`',
  ],
  [
    'an unknown drain mode',
    plan('w', set({ drain: { mode: 'Evict' } })),
    'Unsupported value: "Evict": supported values: "Auto", "Cordon", "None"',
  ],
  ['a forced drain of every Pod', plan('w', set({ drain: { force: { podSelector: {} } } })), 'must select by at least one label'],
  [
    'a drain that ignores nothing named',
    plan('w', set({ drain: { ignore: {} } })),
    'spec.drain.ignore.podSelector: Required value',
  ],
  ['a drain in no time', plan('w', set({ drain: { timeoutSeconds: 0 } })), 'should be greater than or equal to 1'],
  [
    'a process that nobody runs',
    plan('w', (spec) => delete firstProcess(spec)['job']),
    'must have exactly one of `job` (Baton runs it), `daemonSet`',
  ],
  [
    'a process that two run',
    plan('w', (spec) => Object.assign(firstProcess(spec), { external: {}, verify: { kernelVersion: '6.*' } })),
    'must have exactly one of `job` (Baton runs it), `daemonSet`',
  ],
  [
    'an external process without verify',
    plan('w', external({})),
    '`external` needs a `verify` that compares a version or a label',
  ],
  [
    'an external process whose verify shows nothing of it',
    plan('w', external({ verify: { daemonSetsReady: true, nodeLabels: {} } })),
    '`external` needs a `verify` that compares a version or a label',
  ],
  [
    'an external process with a socket in its Job',
    plan('w', external({ verify: { nodeLabels: { bmc: '2' } }, report: 'Socket' })),
    '`report: Socket` is for a `job`',
  ],
  [
    'a DaemonSet beside a Job',
    plan('w', (spec) => Object.assign(firstProcess(spec), { daemonSet: { namespace: 'kube-system', name: 'cni' } })),
    'must have exactly one of `job` (Baton runs it), `daemonSet`',
  ],
  [
    'a DaemonSet of no namespace',
    plan('w', daemonSet({ daemonSet: { name: 'cni' } })),
    'spec.processes[0].daemonSet.namespace: Required value',
  ],
  ['a DaemonSet with a socket', plan('w', daemonSet({ report: 'Socket' })), '`report: Socket` is for a `job`: of a `daemonSet`'],
  [
    'a DaemonSet that reboots the host',
    plan('w', daemonSet({ disruption: 'Reboot' })),
    '`daemonSet` replaces a Pod, which reboots no host: `disruption` must be None or Drain',
  ],
  ...[{ rebootSeconds: 60 }, { silenceSeconds: 60 }, { tasks: [{ name: 'a', expectedSeconds: 60 }] }].map(
    (timing) =>
      [
        `a DaemonSet of which reports are awaited (${Object.keys(timing).join('')})`,
        plan('w', daemonSet({ timing })),
        'are about what a process reports, and a `daemonSet` reports nothing',
      ] as const,
  ),
  [
    'a relative sink URL',
    plan('w', set({ notify: { sinks: [{ name: 'ops', webhook: { url: 'hooks.example/x' } }] } })),
    "must be an absolute URL that begins with 'https://' or 'http://'",
  ],
  [
    'a password in a sink URL',
    plan('w', set({ notify: { sinks: [{ name: 'ops', webhook: { url: 'https://a:b@hooks.example/x' } }] } })),
    'must not carry a user name, a password or a fragment',
  ],
  ['a sink of no kind', plan('w', set({ notify: { sinks: [{ name: 'ops' }] } })), 'must have exactly one of `webhook`'],
  [
    'a sink of two kinds',
    plan(
      'w',
      set({
        notify: {
          sinks: [{ name: 'ops', webhook: { url: 'https://a.example/x' }, alertmanager: { url: 'http://b.example' } }],
        },
      }),
    ),
    'must have exactly one of `webhook`',
  ],
  [
    'a Slack app without a channel',
    sink({ slack: { tokenSecretRef: { name: 'slack', key: 'token' } } }),
    '`channel` and `tokenSecretRef` go together',
  ],
  [
    'a Slack app that is an incoming webhook too',
    sink({
      slack: {
        channel: '#upgrades',
        tokenSecretRef: { name: 'slack', key: 'token' },
        webhookUrlSecretRef: { name: 'slack', key: 'url' },
      },
    }),
    'needs exactly one of `tokenSecretRef` (with `channel`) and `webhookUrlSecretRef`',
  ],
  ['a sink of Teams without its webhook', sink({ teams: {} }), 'webhookUrlSecretRef: Required value'],
  ['a webhook without a URL', sink({ webhook: {} }), 'needs exactly one of `url` and `urlSecretRef`'],
  [
    'a webhook with two URLs',
    sink({ webhook: { url: 'https://hooks.example/', urlSecretRef: { name: 'ops', key: 'url' } } }),
    'needs exactly one of `url` and `urlSecretRef`',
  ],
  [
    'a previous signing secret alone',
    sink({ webhook: { url: 'https://hooks.example/', previousSigningSecretRef: { name: 'ops', key: 'old' } } }),
    '`previousSigningSecretRef` needs `signingSecretRef`',
  ],
  [
    'a proxy with a password in the plan',
    sink({ webhook: { url: 'https://hooks.example/' }, connection: { proxyUrl: 'http://anna:secret@proxy.example:3128' } }),
    'must not carry a user name, a password or a fragment',
  ],
  [
    'a content type without a template that could make it',
    plan(
      'w',
      set({ notify: { sinks: [{ name: 'ops', webhook: { url: 'https://hooks.example/', contentType: 'text/plain' } }] } }),
    ),
    '`webhook.contentType` needs a `template`',
  ],
  [
    'silences that would keep more quiet than the node',
    plan(
      'w',
      set({ notify: { silences: { alertmanager: { url: 'http://am:9093' }, matchers: [{ name: 'job', value: 'x' }] } } }),
    ),
    'one of the matchers must have $(BATON_NODE) in its value',
  ],
  [
    'a connection of a mail sink',
    plan(
      'w',
      set({
        notify: {
          sinks: [
            {
              name: 'mail',
              connection: { timeoutSeconds: 5 },
              email: { to: ['a@b.example'], from: 'c@d.example', smtpSecretRef: { name: 's' } },
            },
          ],
        },
      }),
    ),
    '`connection` is for sinks that speak HTTP',
  ],
  [
    'a mail to two addresses in one',
    plan(
      'w',
      set({
        notify: {
          sinks: [
            { name: 'mail', email: { to: ['a@b.example, x@y.example'], from: 'c@d.example', smtpSecretRef: { name: 's' } } },
          ],
        },
      }),
    ),
    'spec.notify.sinks[0].email.to[0] in body should match',
  ],
  [
    'two sinks of one name',
    plan(
      'w',
      set({ notify: { sinks: ['a', 'b'].map((path) => ({ name: 'ops', webhook: { url: `https://hooks.example/${path}` } })) } }),
    ),
    'spec.notify.sinks[1]: Duplicate value: {"name":"ops"}',
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

/** A plan with one sink. */
function sink(spec: Tree): Tree {
  return plan('w', set({ notify: { sinks: [{ name: 'ops', ...spec }] } }));
}
