import type { KubeObject } from '../../src/kube/kube-object.ts';
import { seededRandom } from '../../src/simulator/time/random.ts';
import type { ChooseBehavior } from '../../src/simulator/world/behavior.ts';
import { chooseByScript, chooseByShares } from '../../src/simulator/world/choose-behavior.ts';
import type { HostSpec } from '../../src/simulator/world/host.ts';
import { randomScenario } from './random-scenario.ts';

/** What is simulated, before anything goes wrong. */
export interface Scenario {
  readonly name: string;
  readonly hosts: readonly HostSpec[];
  /** What is applied, in this order, once the operator is ready. */
  readonly objects: readonly KubeObject[];
  /** What the upgrades come to. */
  readonly choose: ChooseBehavior;
  /** Names of the plans' sinks; each posts to `https://receivers.example/<name>`. */
  readonly sinks: readonly string[];
}

/** The namespace of all plans. */
export const NAMESPACE = 'fleet';
/** When runs begin: a Monday morning. */
export const START = Date.UTC(2026, 5, 1, 9);

/** Where the receiver of a sink listens. */
export function receiverUrl(sink: string): string {
  return `https://receivers.example/${sink}`;
}

export function workers(count: number): readonly HostSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `node-${index + 1}`,
    labels: { role: 'worker' },
    zone: `zone-${'abc'[index % 3] ?? 'a'}`,
  }));
}

/** An UpgradePlan that runs one Job on each worker. */
export function plan(name: string, spec: Readonly<Record<string, unknown>>): KubeObject {
  const template = { spec: { containers: [{ name: 'upgrade', image: `${name}:$(BATON_VERSION)` }] } };
  return {
    apiVersion: 'baton.dev/v1alpha1',
    kind: 'UpgradePlan',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      version: '2.0',
      nodeSelector: { matchLabels: { role: 'worker' } },
      batches: [{ size: 1 }, { size: 2 }],
      processes: [{ name, job: { template }, timing: { deadlineSeconds: 600 } }],
      ...spec,
    },
  };
}

/** Sinks that post JSON. */
export function webhooks(...names: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
  return names.map((name) => ({ name, webhook: { url: receiverUrl(name) } }));
}

/** An application with Pods that can be evicted. */
export function application(replicas: number): readonly KubeObject[] {
  const labels = { app: 'web' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } },
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web', namespace: 'web' },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
      },
    },
  ];
}

const GOOD: ChooseBehavior = chooseByShares({ durations: new Map(), defaultMs: 30_000, rebootMs: 40_000, fail: 0, hang: 0 });
const FLEET: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };

/** The runs that systematic faults are injected into. */
export const REFERENCES: readonly Scenario[] = [
  {
    name: 'plain',
    hosts: workers(4),
    objects: [FLEET, ...application(4), plan('os', { notify: { sinks: webhooks('ops') } })],
    choose: GOOD,
    sinks: ['ops'],
  },
  {
    name: 'rollback',
    hosts: workers(4),
    objects: [
      FLEET,
      plan('os', {
        failure: { maxFailed: 0, then: 'Rollback', rollback: { scope: 'Plan', approval: 'None' } },
        notify: { sinks: webhooks('ops') },
        processes: [
          {
            name: 'os',
            timing: { deadlineSeconds: 600 },
            verify: { kernelVersion: '$(BATON_VERSION)-*', timeoutSeconds: 120 },
            job: {
              template: { spec: { containers: [{ name: 'upgrade', image: 'os:$(BATON_VERSION)' }] } },
              rollback: { template: { spec: { containers: [{ name: 'back', image: 'os:$(BATON_FROM_VERSION)' }] } } },
            },
          },
        ],
      }),
    ],
    // The third node that is upgraded fails.
    choose: failing(['node-3']),
    sinks: ['ops'],
  },
  {
    name: 'two-plans',
    hosts: workers(3),
    objects: [
      FLEET,
      plan('firmware', { exclusiveGroup: 'all', notify: { sinks: webhooks('ops') } }),
      plan('os', {
        exclusiveGroup: 'all',
        dependsOn: [{ name: 'firmware', version: '2.0' }],
        windows: [{ name: 'morning', schedule: '15 9 * * *', durationSeconds: 14_400, timeZone: 'UTC' }],
        notify: { sinks: webhooks('ops') },
      }),
    ],
    choose: GOOD,
    sinks: ['ops'],
  },
];

/** The smallest run in which messages of two nodes meet. */
const TWO_NODES: Scenario = {
  name: 'two-nodes',
  hosts: workers(2),
  objects: [FLEET, plan('os', { batches: [{ size: 2 }], maxUnavailable: 2, notify: { sinks: webhooks('ops') } })],
  choose: GOOD,
  sinks: ['ops'],
};

function failing(hosts: readonly string[]): ChooseBehavior {
  return chooseByScript(
    ({ host, isRollback }) => (hosts.includes(host) && !isRollback ? { kind: 'Fails', ms: 20_000 } : undefined),
    GOOD,
  );
}

/** A scenario by its name: a reference, or `random`, which the seed decides. */
export function scenarioNamed(name: string, seed: number): Scenario {
  const reference = [...REFERENCES, TWO_NODES].find((each) => each.name === name);
  if (reference !== undefined) return reference;
  if (name === 'random') return randomScenario(seededRandom(seed));
  throw new Error(`there is no scenario ${name}`);
}
