import { firstProcess, plan, set, type Tree } from './objects.ts';

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

/** Plans with a wrong process: what is wrong, the plan, and what the API server has to say about it. */
export const WRONG_PROCESSES: readonly (readonly [string, object, string])[] = [
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
    '`stableSeconds` must be less than `timeoutSeconds`: otherwise the process could never be verified',
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
  ['a forced drain of every Pod', plan('w', set({ drain: { force: { podSelector: {} } } })), 'must select by at least one label'],
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
  ['a DaemonSet with a socket', plan('w', daemonSet({ report: 'Socket' })), '`report: Socket` is for a `job`: for a `daemonSet`'],
  [
    'a DaemonSet that reboots the host',
    plan('w', daemonSet({ disruption: 'Reboot' })),
    '`daemonSet` replaces a Pod and does not reboot the host: `disruption` must be None or Drain',
  ],
  ...[{ rebootSeconds: 60 }, { silenceSeconds: 60 }, { tasks: [{ name: 'a', expectedSeconds: 60 }] }].map(
    (timing) =>
      [
        `a DaemonSet of which reports are awaited (${Object.keys(timing).join('')})`,
        plan('w', daemonSet({ timing })),
        'are about what a process reports, and a `daemonSet` reports nothing',
      ] as const,
  ),
];
