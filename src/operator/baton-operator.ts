import { ACTION_REASONS } from '../api/conditions.ts';
import type { UpgradePlan } from '../api/generated/upgradeplan.ts';
import { GROUP, VERSION } from '../api/names.ts';
import type { Hash } from '../core/facts.ts';
import { isAnswered } from '../core/rollout/actions/answered.ts';
import { revisionOf } from '../core/rollout/fleet/revision.ts';
import type { Settings } from '../core/rollout/model/snapshot.ts';
import { failedNow } from '../core/silences/decide-silences.ts';
import { pause } from '../kube/pause.ts';
import { KINDS } from '../kube/resource-path.ts';
import { SafeOperator, type SafeOperatorDeps } from '../kube/safe-operator.ts';
import { WorkQueue, type HandleResult } from '../kube/work-queue.ts';
import type { ApplyDeps } from './apply/apply-ports.ts';
import { applyCommand } from './apply/apply.ts';
import { DaemonSetWatches } from './watch/daemon-set-watches.ts';
import { EvictionMemory } from './gather/eviction-memory.ts';
import { FreezesWatch } from './watch/freezes-watch.ts';
import { GateLoops, type Probes } from './gates/gate-loops.ts';
import { gatherSnapshot } from './gather/gather.ts';
import { IdlePlans } from './idle-plans.ts';
import { nodesInTurn, type MetricSources } from './metrics.ts';
import { createObserver } from './observer.ts';
import { OwnObjects } from './gather/own-objects.ts';
import { planKey } from './plan-key.ts';
import { PlanRelations } from './gather/plan-relations.ts';
import { PlanWatches } from './watch/plan-watches.ts';
import { reconcile } from './reconcile.ts';
import { RefusalMemory } from './gather/refusal-memory.ts';
import type { Silencer } from './silences/alertmanager-silences.ts';
import { SilenceKeeper } from './silences/silence-keeper.ts';
import { SharedSinks } from './gather/shared-sinks.ts';
import { StatusWriter } from './status-writer.ts';
import { PlanValidator } from './validation/validate-plan.ts';
import { createWatches, runWatches, watchesSynced, type Watches } from './watch/watches.ts';

/** What the operator is made from. */
export interface BatonOperatorDeps extends SafeOperatorDeps {
  readonly settings: Settings;
  /** Namespace of the reporters; empty when none are installed. */
  readonly reporterNamespace: string;
  readonly hash: Hash;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  /** Looks at the gates of plans. */
  readonly probes: Probes;
  /** Keeps alerts quiet. */
  readonly silencer: Silencer;
}

/** After a pass, a plan rests for so many times as long as its decision took, at most so long (ms). */
const REST_FACTOR = 4;
const MOST_REST_MS = 1000;

/** The first passes wait so long for the cluster's freezes (ms). */
const FREEZES_WAIT_MS = 5000;

/** How many plans are worked on at once. */
const CONCURRENCY = 4;

/** The operator: watches what decisions look at, and passes over each plan when something about it changed. */
export class BatonOperator extends SafeOperator {
  readonly #deps: BatonOperatorDeps;
  readonly #queue: WorkQueue;
  readonly #own: OwnObjects;
  readonly #idle: IdlePlans;
  readonly #watches: Watches;
  readonly #planWatches: PlanWatches;
  readonly #daemonSets: DaemonSetWatches;
  readonly #freezes: FreezesWatch;
  readonly #relations: PlanRelations;
  readonly #validator: PlanValidator;
  readonly #sharedSinks: SharedSinks;
  readonly #statuses: StatusWriter;
  readonly #refusals: RefusalMemory;
  readonly #evictions: EvictionMemory;
  readonly #gates: GateLoops;
  readonly #silences: SilenceKeeper;
  readonly #applyDeps: ApplyDeps;
  readonly #leaseChanges = new Map<string, number>();
  #watching: Promise<unknown> | undefined;
  #ready = false;

  constructor(deps: BatonOperatorDeps) {
    super(deps);
    this.#deps = deps;
    const touch = (key: string): void => {
      if (this.#ready) this.#queue.add(key);
    };
    this.#queue = new WorkQueue({ ...deps, name: 'plans', concurrency: CONCURRENCY, handle: (key) => this.#pass(key) });
    this.#own = new OwnObjects((plural) => this.reflector(plural));
    const passAfter = (key: string, ms: number): void => this.#queue.addAfter(key, ms);
    this.#idle = new IdlePlans({ ...deps, own: this.#own, passAfter });
    const namespaces = { own: deps.settings.namespace, reporters: deps.reporterNamespace };
    this.#relations = new PlanRelations(() => this.#own.plans());
    this.#watches = createWatches(deps, namespaces, {
      touch,
      groupChanged: (group) => this.#relations.inGroup(group).forEach(touch),
      leaseChanged: (key) => this.#leaseChanges.set(key, deps.monotonic()),
    });
    const planOnNode = (node: string): string | undefined => {
      const turn = this.#watches.claimed.get(node)?.fact.turn;
      return turn === undefined ? undefined : planKey(turn.namespace, turn.plan);
    };
    this.#planWatches = new PlanWatches({ ports: deps, touch, planOnNode, hash: deps.hash });
    this.#daemonSets = new DaemonSetWatches({ ports: deps, touch });
    this.#freezes = new FreezesWatch(deps, deps.settings.namespace, () => {
      for (const key of this.#own.keys()) touch(key);
    });
    this.#validator = new PlanValidator(deps.client, deps.monotonic);
    this.#sharedSinks = new SharedSinks(deps.client, deps.monotonic);
    this.#refusals = new RefusalMemory(deps.monotonic);
    this.#evictions = new EvictionMemory(deps.monotonic);
    this.#gates = new GateLoops({ ...deps, touch });
    this.#silences = new SilenceKeeper(deps);
    this.#statuses = new StatusWriter({
      client: deps.client,
      monotonic: deps.monotonic,
      observePlan: (plan) => this.reflector(KINDS.plans.plural).observe(plan),
      observeBatch: (batch) => this.reflector(KINDS.batches.plural).observe(batch),
    });
    this.#applyDeps = this.#makeApplyDeps();
  }

  /** Whether everything has been listed once, so that decisions see the cluster as it is. */
  get ready(): boolean {
    return this.#ready;
  }

  /** What the operator's metrics are made from. */
  get metricSources(): MetricSources {
    return {
      inTurn: () => nodesInTurn(this.#watches.claimed.values()),
      plans: () => this.#own.plans(),
      batches: () => this.#own.allBatches(),
    };
  }

  /** Starts the watches; passes begin when all have been listed once. */
  protected override async init(): Promise<void> {
    const touch = (object: object): Promise<void> => {
      const { metadata, spec } = object as { metadata: { namespace?: string; name?: string }; spec?: { plan?: string } };
      if (this.#ready) this.#queue.add(planKey(metadata.namespace ?? '', spec?.plan ?? metadata.name ?? ''));
      return Promise.resolve();
    };
    for (const kind of [KINDS.plans, KINDS.batches, KINDS.actions]) {
      await this.watchResource(GROUP, VERSION, kind.plural, async (event) => {
        await touch(event.object);
        if (kind === KINDS.plans) this.#touchRelated(event.object.metadata ?? {});
      });
    }
    this.#watching = Promise.all([runWatches(this.#watches, this.stopSignal), this.#freezes.run(this.stopSignal)]);
    await Promise.all([this.synced(), watchesSynced(this.#watches, this.stopSignal)]);
    // That they cannot be read holds what would start, but neither what runs nor what is to be said.
    await Promise.race([this.#freezes.whenSynced(this.stopSignal), pause(this.#deps.sleep, FREEZES_WAIT_MS, this.stopSignal)]);
    this.#ready = true;
    this.#queue.start();
    for (const key of this.#own.keys()) this.#queue.add(key);
    this.#deps.log.info('Watching', { plans: this.reflector(KINDS.plans.plural).size });
  }

  /** Others may wait for a plan that changed. */
  #touchRelated({ namespace = '', name = '' }: { readonly namespace?: string; readonly name?: string }): void {
    const related = this.#relations.concernedBy(planKey(namespace, name));
    if (this.#ready) for (const key of related) this.#queue.add(key);
  }

  /** Ends in order: no new pass begins, what runs is finished. */
  override async stopped(): Promise<void> {
    await super.stopped();
    this.#planWatches.stop();
    this.#daemonSets.stop();
    await this.#queue.stop();
    await this.#gates.stop();
    await this.#silences.stop();
    await this.#watching;
  }

  async #pass(key: string): Promise<HandleResult> {
    const plan = this.#own.plan(key);
    if (plan === undefined) return this.#withoutPlan(key);
    const seen = this.#idle.fingerprint(key, plan);
    // A late word of the watches that this plan no longer needs must not open them again: that would go on for ever.
    if (await this.#idle.rests(key, plan, seen)) return {};
    const { now, monotonic, hash, log, settings } = this.#deps;
    const result = await reconcile(
      {
        gather: (current) => this.#gather(current),
        apply: (current, command) => applyCommand(this.#applyDeps, current, command),
        wantGates: (current, names) => this.#gates.want(current, names),
        statuses: this.#statuses,
        settings,
        now,
        monotonic,
        hash,
        log,
      },
      plan,
    );
    this.#keepSilences(key, plan);
    if (result.idle) {
      // Idle plans watch no Nodes; a change of the plan, an act or a batch wakes it.
      this.#releaseWatches(key);
      this.#idle.rest(key, plan, seen);
      return {};
    }
    this.#idle.wake(key);
    // What happens meanwhile is looked at together: with a large fleet, passes without a pause would leave no time for anything else.
    await pause(this.#deps.sleep, Math.min(REST_FACTOR * result.decisionMs, MOST_REST_MS), this.stopSignal);
    return { requeueAfterMs: result.requeueAfterMs };
  }

  /** The alerts of nodes in their turn are kept quiet, where the plan asks for it. */
  #keepSilences(key: string, plan: UpgradePlan): void {
    if (plan.spec.notify?.silences === undefined) return;
    const turns = [...nodesInTurn(this.#watches.claimed.values())].filter((turn) => planKey(turn.namespace, turn.plan) === key);
    this.#silences.look({ plan, inTurn: new Set(turns.map((turn) => turn.node)), failed: failedNow(this.#own.batches(key)) });
  }

  #releaseWatches(key: string): void {
    this.#planWatches.release(key);
    this.#daemonSets.release(key);
    this.#gates.release(key);
  }

  #gather(plan: UpgradePlan): ReturnType<typeof gatherSnapshot> {
    const { client, hash, monotonic } = this.#deps;
    const leaseUnchangedMs = (key: string): number => monotonic() - (this.#leaseChanges.get(key) ?? monotonic());
    const deps = {
      client,
      own: this.#own,
      watches: this.#watches,
      planWatches: this.#planWatches,
      daemonSets: this.#daemonSets,
      clusterFreezes: () => this.#freezes.current(),
      leaseUnchangedMs,
      validate: (current: UpgradePlan) => this.#validator.validate(current),
      shareSinks: (current: UpgradePlan) => this.#sharedSinks.share(current),
      revisionOf: (current: UpgradePlan) => revisionOf(current, hash),
      gates: (key: string) => this.#gates.observations(key),
      hash,
    };
    return gatherSnapshot(deps, plan, { evictions: this.#evictions.answers, jobRefusals: this.#refusals.jobRefusals });
  }

  /** A plan that is gone, or never was: its acts are told so. */
  async #withoutPlan(key: string): Promise<HandleResult> {
    this.#releaseWatches(key);
    this.#idle.forget(key);
    for (const action of this.#own.actions(key)) {
      if (isAnswered(action)) continue;
      const message = `there is no UpgradePlan ${action.spec.plan} in the namespace ${action.metadata.namespace}`;
      const answer = { status: 'False', reason: ACTION_REASONS.PlanNotFound, message } as const;
      // An act has no need of the plan itself to be answered.
      const stand = { metadata: action.metadata } as UpgradePlan;
      await applyCommand(this.#applyDeps, stand, { kind: 'AnswerAction', action, answer, why: message });
    }
    return {};
  }

  #makeApplyDeps(): ApplyDeps {
    const { client, now, hash, settings } = this.#deps;
    const observer = createObserver({
      watches: this.#watches,
      planWatches: this.#planWatches,
      reflector: (plural) => this.reflector(plural),
      forgetStatus: (uid) => this.#statuses.forget(uid),
      forgetPlan: (uid) => {
        this.#validator.forget(uid);
        this.#sharedSinks.forget(uid);
      },
    });
    return {
      groupNamespace: settings.namespace,
      client,
      now,
      observer,
      nodes: { client, hash, observe: (node) => observer.node(node) },
      evictions: this.#evictions,
      jobRefused: (name, message) => this.#refusals.jobRefused(name, message),
    };
  }
}
