import { parse, parseAllDocuments, stringify } from 'yaml';
import type { UpgradeAction } from '../../../../../src/api/generated/upgradeaction.ts';
import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import { findCondition } from '../../../../../src/core/condition.ts';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import type { KubeObject } from '../../../../../src/kube/kube-object.ts';
import type { Outcome } from '../../../../../src/simulator/cluster/cluster-client.ts';
import { Simulation, type RunningOperator, type SimulationOptions } from '../../../../../src/simulator/simulation.ts';
import type { ChooseBehavior } from '../../../../../src/simulator/world/behavior.ts';
import { Gates } from '../../../../../src/simulator/world/gates.ts';
import type { HostSpec } from '../../../../../src/simulator/world/host.ts';
import { workloads, type WorkloadsPorts } from '../../../../../src/simulator/world/workloads.ts';

/** A Monday morning. */
export const START = Date.UTC(2026, 5, 1, 9);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const NAMESPACE = 'fleet';

const API = '/apis/baton.dev/v1alpha1';
const NODES = '/api/v1/nodes';

/** What a scenario starts with. */
export interface StageOptions extends Partial<
  Pick<
    SimulationOptions,
    'mutate' | 'onExchange' | 'network' | 'clockOffsetMs' | 'pullImage' | 'operatorEnv' | 'onLog' | 'seed' | 'heartbeats'
  >
> {
  /** Hosts, or how many with the label `role: worker`. */
  readonly hosts: number | readonly HostSpec[];
  /** How upgrades go; by default each succeeds after a minute. */
  readonly upgrades?: ChooseBehavior;
  readonly services?: WorkloadsPorts['chooseService'];
  readonly sidecars?: WorkloadsPorts['chooseSidecar'];
}

/** `count` workers, named `node-1` and so on. */
export function workers(count: number): readonly HostSpec[] {
  return Array.from({ length: count }, (_, index) => ({ name: `node-${index + 1}`, labels: { role: 'worker' } }));
}

/** A simulated cluster with an operator, and what scenarios ask it. */
export class Stage {
  readonly simulation: Simulation;
  readonly gates: Gates;
  #operator: RunningOperator;
  #actions = 0;

  private constructor(simulation: Simulation, gates: Gates) {
    this.simulation = simulation;
    this.gates = gates;
    this.#operator = simulation.startOperator();
  }

  /** The operator that was started last. */
  get operator(): RunningOperator {
    return this.#operator;
  }

  /** Kills the operator, as SIGKILL does, and starts another one. */
  restartOperator(): void {
    this.#operator.process.kill();
    this.#operator = this.simulation.startOperator();
  }

  /** Boots the hosts and starts the operator. */
  static async open({ hosts, upgrades, services, sidecars, seed = 1, ...options }: StageOptions): Promise<Stage> {
    const created: { gates?: Gates } = {};
    const simulation: Simulation = new Simulation({
      ...{ seed, start: START, heartbeats: 'Changes', ...options },
      hosts: typeof hosts === 'number' ? workers(hosts) : hosts,
      workload: ({ client, hosts: all, time: { now, setTimer } }) =>
        workloads({
          ...{ seed, client, hosts: all, now, setTimer },
          gates: (created.gates ??= new Gates(now)),
          choose: upgrades ?? (() => ({ kind: 'Succeeds', ms: MINUTE })),
          ...(services === undefined ? {} : { chooseService: services }),
          ...(sidecars === undefined ? {} : { chooseSidecar: sidecars }),
        }),
    });
    created.gates ??= new Gates(simulation.time.now);
    simulation.client.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    await simulation.boot();
    return new Stage(simulation, created.gates);
  }

  /** Applies objects in YAML as kubectl does; those without a namespace go to `fleet`. Throws when the API server refuses one. */
  apply(yaml: string): void {
    for (const document of parseAllDocuments(yaml)) {
      const object = document.toJS() as KubeObject;
      const metadata = { namespace: NAMESPACE, ...object.metadata };
      const outcome = this.simulation.apply({ ...object, metadata });
      if (!outcome.ok) throw new Error(outcome.message);
    }
  }

  /** Creates an UpgradeAction for the plan `os` unless the spec names another. */
  act(spec: object, name = `action-${(this.#actions += 1)}`): Outcome {
    const metadata = { namespace: NAMESPACE, name };
    const action = { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradeAction', metadata, spec: { plan: 'os', ...spec } };
    return this.simulation.client.create(`${API}/namespaces/${NAMESPACE}/upgradeactions`, action);
  }

  /** Waits until an UpgradeAction is answered, and returns status and reason of the answer, such as `True Done`. */
  async answer(name: string): Promise<string> {
    const read = (): string | undefined => {
      const action = this.simulation.client.get(`${API}/namespaces/${NAMESPACE}/upgradeactions/${name}`);
      const applied = findCondition((action as unknown as UpgradeAction | undefined)?.status?.conditions, 'Applied');
      return applied === undefined || applied.status === 'Unknown' ? undefined : `${applied.status} ${applied.reason}`;
    };
    await this.until(`${name} is answered`, () => read() !== undefined);
    return read() ?? '';
  }

  /** Merges into the spec of a plan. */
  edit(spec: object, plan = 'os'): void {
    const outcome = this.simulation.client.mergePatch(`${API}/namespaces/${NAMESPACE}/upgradeplans/${plan}`, { spec });
    if (!outcome.ok) throw new Error(outcome.message);
  }

  /** Lets time pass (ms). */
  async pass(milliseconds: number): Promise<void> {
    await this.simulation.run({ limit: this.simulation.time.now() + milliseconds });
  }

  /** Runs until something holds. Throws when it does not within the time (ms; two hours by default). */
  async until(what: string, holds: () => boolean, withinMs = 2 * HOUR): Promise<void> {
    const { time, server } = this.simulation;
    let version = -1;
    // What a scenario waits for is stored.
    const look = (): boolean => {
      if (server.version === version) return false;
      version = server.version;
      return holds();
    };
    const end = await this.simulation.run({ until: look, limit: time.now() + withinMs });
    if (end !== 'Until' && !holds()) throw new Error(`waited ${withinMs / MINUTE} min in vain: ${what}`);
  }

  plan(name = 'os'): UpgradePlan {
    const plan = this.simulation.client.get(`${API}/namespaces/${NAMESPACE}/upgradeplans/${name}`);
    if (plan === undefined) throw new Error(`the plan ${name} does not exist`);
    return plan as unknown as UpgradePlan;
  }

  /** In the order of their indexes. */
  batches(): readonly UpgradeBatch[] {
    const batches = this.list(`${API}/upgradebatches`) as unknown as readonly UpgradeBatch[];
    return batches.toSorted((left, right) => left.spec.index - right.spec.index);
  }

  /** The newest record of a node, of all plans or of one. */
  record(node: string, plan?: string): NodeRecord | undefined {
    return this.batches()
      .filter(({ spec }) => plan === undefined || spec.plan === plan)
      .flatMap(({ status }) => (status?.nodes ?? []).filter(({ name }) => name === node))
      .at(-1);
  }

  node(name: string): KubeObject | undefined {
    return this.simulation.client.get(`${NODES}/${name}`);
  }

  /** The nodes that carry a claim. */
  claimed(): readonly string[] {
    return this.list(NODES)
      .filter(({ metadata }) => metadata.labels?.['baton.dev/claim'] !== undefined)
      .map(({ metadata }) => metadata.name ?? '');
  }

  /** Upgrade Jobs, in the order of their creation. */
  jobs(): readonly KubeObject[] {
    const jobs = this.list('/apis/batch/v1/jobs');
    return jobs.toSorted((left, right) =>
      (left.metadata.creationTimestamp ?? '').localeCompare(right.metadata.creationTimestamp ?? ''),
    );
  }

  condition(
    type: string,
    plan = 'os',
  ): { readonly status: string; readonly reason: string; readonly message: string } | undefined {
    return this.plan(plan).status?.conditions?.find((condition) => condition.type === type);
  }

  /** What receivers accepted. */
  notifications(): readonly Notification[] {
    return this.simulation.messages.flatMap(({ notification, accepted }) =>
      notification !== undefined && accepted ? [notification] : [],
    );
  }

  list(path: string): readonly KubeObject[] {
    return this.simulation.client.list(path);
  }
}

/** A plan for all workers with one process; `spec`, as YAML, replaces fields of its spec. */
export function planYaml(spec = '', container = '', name = 'os'): string {
  const plan = parse(`
apiVersion: baton.dev/v1alpha1
kind: UpgradePlan
metadata: {name: ${name}}
spec:
  version: '12.9'
  nodeSelector: {matchLabels: {role: worker}}
  batches: [{size: 1}]
  prePull: None
  podPlacement: Anywhere
  notify: {sinks: [{name: ops, webhook: {url: 'https://hooks.example/ops'}}]}
  processes:
    - name: os
      job:
        template:
          spec:
            restartPolicy: Never
            containers: [{name: upgrade, image: 'registry.example/os:1'${container}}]
`) as { readonly spec: object };
  return stringify({ ...plan, spec: { ...plan.spec, ...(parse(spec) as object | null) } });
}
