import { GROUP, VERSION } from '../api/names.ts';
import type { Hash } from '../core/facts.ts';
import type { Settings } from '../core/rollout/model/snapshot.ts';
import { pause, type SetTimer } from '../kube/pause.ts';
import { KINDS } from '../kube/resource-path.ts';
import { SafeOperator, type SafeOperatorDeps } from '../kube/safe-operator.ts';
import { WorkQueue } from '../kube/work-queue.ts';
import { GateLoops, type Probes } from './gates/gate-loops.ts';
import { OwnObjects } from './gather/own-objects.ts';
import { PlanRelations } from './gather/plan-relations.ts';
import { nodesInTurn, type MetricSources } from './metrics.ts';
import { planKey } from './plan-key.ts';
import { PlanWorker } from './plan-worker.ts';
import type { Silencer } from './silences/alertmanager-silences.ts';
import { SilenceKeeper } from './silences/silence-keeper.ts';
import { DaemonSetWatches } from './watch/daemon-set-watches.ts';
import { FreezesWatch } from './watch/freezes-watch.ts';
import { PlanWatches } from './watch/plan-watches.ts';
import { createWatches, runWatches, watchesSynced, type Watches } from './watch/watches.ts';

/** What a {@link BatonOperator} needs. */
export interface BatonOperatorDeps extends SafeOperatorDeps {
  readonly settings: Settings;
  /** Namespace of the reporters; empty when none are installed. */
  readonly reporterNamespace: string;
  readonly hash: Hash;
  /** Monotonic clock (ms). */
  readonly monotonic: () => number;
  readonly setTimer: SetTimer;
  /** Evaluate the gates of plans, one for each kind. */
  readonly probes: Probes;
  /** Creates and lifts silences for alerts. */
  readonly silencer: Silencer;
}

/** How long the first passes wait for the cluster's freezes (ms). */
const FREEZES_WAIT_MS = 5000;

/** Maximum number of plans that are handled at the same time. */
const CONCURRENCY = 4;

/** The operator: watches the cluster, and enqueues a plan for the {@link PlanWorker} when something that concerns it has changed. */
export class BatonOperator extends SafeOperator {
  readonly #deps: BatonOperatorDeps;
  readonly #queue: WorkQueue;
  readonly #own: OwnObjects;
  readonly #watches: Watches;
  readonly #planWatches: PlanWatches;
  readonly #daemonSets: DaemonSetWatches;
  readonly #freezes: FreezesWatch;
  readonly #relations: PlanRelations;
  readonly #gates: GateLoops;
  readonly #silences: SilenceKeeper;
  /** When each Lease last changed (ms, monotonic). */
  readonly #leaseChanges = new Map<string, number>();
  #watching: Promise<unknown> | undefined;
  #ready = false;

  constructor(deps: BatonOperatorDeps) {
    super(deps);
    this.#deps = deps;
    const { settings, monotonic } = deps;
    const enqueue = (key: string): void => {
      if (this.#ready) this.#queue.add(key);
    };
    this.#own = new OwnObjects((plural) => this.reflector(plural));
    this.#relations = new PlanRelations(() => this.#own.plans());
    const namespaces = { own: settings.namespace, reporters: deps.reporterNamespace };
    this.#watches = createWatches(deps, namespaces, {
      enqueue,
      groupChanged: (group) => this.#relations.inGroup(group).forEach(enqueue),
      leaseChanged: (key) => this.#leaseChanges.set(key, monotonic()),
    });
    const planOnNode = (node: string): string | undefined => {
      const turn = this.#watches.claimed.get(node)?.fact.turn;
      return turn === undefined ? undefined : planKey(turn.namespace, turn.plan);
    };
    this.#planWatches = new PlanWatches({ ports: deps, enqueue, planOnNode, hash: deps.hash });
    this.#daemonSets = new DaemonSetWatches({ ports: deps, enqueue });
    this.#freezes = new FreezesWatch(deps, settings.namespace, () => {
      for (const key of this.#own.keys()) enqueue(key);
    });
    this.#gates = new GateLoops({ ...deps, enqueue });
    this.#silences = new SilenceKeeper(deps);
    const worker = new PlanWorker({
      ...deps,
      stopSignal: this.stopSignal,
      reflector: (plural) => this.reflector(plural),
      own: this.#own,
      watches: this.#watches,
      planWatches: this.#planWatches,
      daemonSets: this.#daemonSets,
      freezes: this.#freezes,
      gates: this.#gates,
      silences: this.#silences,
      leaseUnchangedMs: (key) => monotonic() - (this.#leaseChanges.get(key) ?? monotonic()),
      enqueueAfter: (key, ms) => this.#queue.addAfter(key, ms),
    });
    this.#queue = new WorkQueue({ ...deps, name: 'plans', concurrency: CONCURRENCY, handle: (key) => worker.handle(key) });
  }

  /** Whether all caches have synced. Before that, decisions would see only a part of the cluster. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The caches that the operator's metrics are derived from. */
  get metricSources(): MetricSources {
    return {
      inTurn: () => nodesInTurn(this.#watches.claimed.values()),
      plans: () => this.#own.plans(),
      batches: () => this.#own.allBatches(),
    };
  }

  /** Starts the watches, and the passes once all watches have synced. */
  protected override async init(): Promise<void> {
    const enqueuePlanOf = (object: object): void => {
      const { metadata, spec } = object as { metadata: { namespace?: string; name?: string }; spec?: { plan?: string } };
      if (this.#ready) this.#queue.add(planKey(metadata.namespace ?? '', spec?.plan ?? metadata.name ?? ''));
    };
    for (const kind of [KINDS.plans, KINDS.batches, KINDS.actions]) {
      await this.watchResource(GROUP, VERSION, kind.plural, (event) => {
        enqueuePlanOf(event.object);
        if (kind === KINDS.plans) this.#enqueueRelated(event.object.metadata ?? {});
        return Promise.resolve();
      });
    }
    this.#watching = Promise.all([runWatches(this.#watches, this.stopSignal), this.#freezes.run(this.stopSignal)]);
    await Promise.all([this.synced(), watchesSynced(this.#watches, this.stopSignal)]);
    // Unreadable freezes hold new starts only. What is under way, and its notifications, must not wait for them.
    await Promise.race([this.#freezes.whenSynced(this.stopSignal), pause(this.#deps.sleep, FREEZES_WAIT_MS, this.stopSignal)]);
    this.#ready = true;
    this.#queue.start();
    for (const key of this.#own.keys()) this.#queue.add(key);
    this.#deps.log.info('All caches have synced', { plans: this.reflector(KINDS.plans.plural).size });
  }

  /** Enqueues the plans that may wait for a plan that has changed. */
  #enqueueRelated({ namespace = '', name = '' }: { readonly namespace?: string; readonly name?: string }): void {
    const related = this.#relations.affectedBy(planKey(namespace, name));
    if (this.#ready) for (const key of related) this.#queue.add(key);
  }

  /** Resolves after {@link stop}, once the passes under way have finished. No new pass begins. */
  override async stopped(): Promise<void> {
    await super.stopped();
    this.#planWatches.stop();
    this.#daemonSets.stop();
    await this.#queue.stop();
    await this.#gates.stop();
    await this.#silences.stop();
    await this.#watching;
  }
}
