import { action, firstProcess, plan, set, type Tree } from './objects.ts';
import { rollbackPlan, WAY_BACK } from './rollbacks.ts';
import { SINKS } from './sinks.ts';
import { daemonSet, external } from './wrong-processes.ts';

const VERIFY = {
  kernelVersion: '$(BATON_VERSION)*',
  osImage: 'Debian*',
  kubeletVersion: 'v1.*',
  containerRuntimeVersion: 'containerd://*',
  nodeLabels: { 'bmc.example/version': '$(BATON_VERSION)' },
  daemonSetsReady: true,
  stableSeconds: 60,
  timeoutSeconds: 300,
  job: { template: { spec: { containers: [] } } },
};

/** Objects that the API accepts: what is special about each, and the object. */
export const RIGHT: readonly (readonly [string, Tree])[] = [
  ['all nodes', plan('right-all', (spec) => Object.assign(spec, { nodeSelector: undefined, allNodes: true }))],
  [
    'windows and freezes',
    plan(
      'right-when',
      set({
        windows: [{ name: 'nights', schedule: '0 22 * * 1-5', durationSeconds: 21600, timeZone: 'America/New_York' }],
        freezes: [{ name: 'year-end', from: '2026-12-20T00:00:00Z', to: '2027-01-04T00:00:00+01:00', reason: 'change freeze' }],
      }),
    ),
  ],
  [
    'percentages and counts',
    plan(
      'right-percent',
      set({ maxUnavailable: '10%', failure: { maxFailed: '2%' }, batches: [{ size: '100%', maxFailed: '0%' }] }),
    ),
  ],
  ['a name of 40 characters', plan('w'.repeat(40), () => undefined)],
  ['everything that can be verified', plan('right-verify', (spec) => Object.assign(firstProcess(spec), { verify: VERIFY }))],
  [
    'every way of draining',
    plan(
      'right-drain',
      set({
        drain: {
          mode: 'Auto',
          timeoutSeconds: 900,
          ignore: { podSelector: { matchLabels: { 'baton.dev/drain': 'ignore' } } },
          waitFor: { podSelector: { matchLabels: { job: 'batch' } } },
          force: { podSelector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] } },
          unmanagedPods: 'Delete',
        },
      }),
    ),
  ],
  ['an external process', plan('right-external', external({ verify: { nodeLabels: { 'bmc.example/version': '2.9' } } }))],
  ['sinks of every kind, reached in every way', plan('right-sinks', set({ notify: { sinks: SINKS } }))],
  [
    'a DaemonSet',
    plan('right-daemonset', daemonSet({ disruption: 'None', timing: { expectedSeconds: 60, deadlineSeconds: 300 } })),
  ],
  ['a process that can be rolled back', rollbackPlan('right-way-back', WAY_BACK)],
  ['a policy that rolls back, and asks first', rollbackPlan('right-rollback', WAY_BACK, {})],
  ['a policy that rolls everything back', rollbackPlan('right-rollback-all', WAY_BACK, { scope: 'Plan', approval: 'None' })],
  ['no sinks', plan('right-silent', (spec) => delete spec['notify'])],
  ['a soak and an approval', plan('right-soak', set({ batches: [{ size: 1, soakSeconds: 600, approval: 'BeforeNext' }] }))],
  [
    'gates of every kind',
    plan(
      'right-gates',
      set({
        gates: [
          {
            name: 'a',
            forSeconds: 120,
            prometheus: { address: 'https://prometheus:9090', query: 'up', max: '-0.5', credential: 'c' },
          },
          { name: 'b', when: 'BeforeNode', http: { url: 'https://status.example/ready', expectStatus: 204 } },
          { name: 'c', object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop', expression: 'true' } },
          { name: 'd', job: { template: { spec: { containers: [] } } } },
        ],
      }),
    ),
  ],
  [
    'approving a batch',
    { ...action({ plan: 'os', action: 'Approve', batch: 'os-1' }), metadata: { name: 'right-approve', namespace: 'fleet' } },
  ],
  ['resuming a paused plan', action({ plan: 'os', action: 'Resume', batch: 'os-1' })],
  ['resuming with another budget', action({ plan: 'os', action: 'Resume', batch: 'os-1', maxFailed: '10%' })],
  ['pausing by revision', action({ plan: 'os', action: 'Pause', revision: '7f3c' })],
  ['trying all again that failed', action({ plan: 'os', action: 'Retry', revision: '7f3c' })],
  ['leaving out a node', action({ plan: 'os', action: 'Skip', batch: 'os-1', nodes: ['n'] })],
  ['rolling back a batch', action({ plan: 'os', action: 'Rollback', batch: 'os-1' })],
  ['rolling back all that a revision has changed', action({ plan: 'os', action: 'Rollback', revision: '7f3c' })],
  ['ending a rollout', action({ plan: 'os', action: 'Abort', batch: 'os-1' })],
];
