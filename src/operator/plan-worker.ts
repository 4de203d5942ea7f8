import { ACTION_REASONS } from '../api/conditions.ts';
import type { UpgradePlan } from '../api/generated/upgradeplan.ts';
import type { Log } from '../api/log.ts';
import type { Hash } from '../core/facts.ts';
import { isAnswered } from '../core/rollout/actions/answered.ts';
import { revisionOf } from '../core/rollout/fleet/revision.ts';
import type { PlanSnapshot, Settings } from '../core/rollout/model/snapshot.ts';
import { failedNow } from '../core/silences/decide-silences.ts';
import type { KubeClient, KubeObject } from '../kube/client/client.ts';
import { pause, type Sleep } from '../kube/pause.ts';
import { KINDS } from '../kube/resource-path.ts';
import type { Reflector } from '../kube/watch/reflector.ts';
import type { HandleResult } from '../kube/work-queue.ts';
import type { ApplyDeps } from './apply/apply-ports.ts';
import { applyCommand } from './apply/apply.ts';
import type { GateLoops } from './gates/gate-loops.ts';
import { EvictionMemory } from './gather/eviction-memory.ts';
import { gatherSnapshot, type GatherDeps } from './gather/gather.ts';
import type { OwnObjects } from './gather/own-objects.ts';
import { RejectionMemory } from './gather/rejection-memory.ts';
import { SharedSinks } from './gather/shared-sinks.ts';
import { IdlePlans } from './idle/idle-plans.ts';
import { nodesInTurn } from './metrics.ts';
import { createObserver } from './observer.ts';
import { planKey } from './plan-key.ts';
import { reconcile } from './reconcile.ts';
import type { SilenceKeeper } from './silences/silence-keeper.ts';
import { StatusWriter } from './status-writer.ts';
import { PlanValidator } from './validation/validate-plan.ts';
import type { DaemonSetWatches } from './watch/daemon-set-watches.ts';
import type { FreezesWatch } from './watch/freezes-watch.ts';
import type { PlanWatches } from './watch/plan-watches.ts';
import type { Watches } from './watch/watches.ts';

/** What a {@link PlanWorker} needs. */
export interface PlanWorkerDeps {
  readonly client: KubeClient;
  readonly log: Log;
  readonly settings: Settings;
  readonly hash: Hash;
  readonly now: () => number;
  /** Monotonic clock (ms). */
  readonly monotonic: () => number;
  readonly sleep: Sleep;
  readonly stopSignal: AbortSignal;
  /** The cache of one of Baton's own kinds, by its plural. */
  readonly reflector: (plural: string) => Reflector<KubeObject>;
  readonly own: OwnObjects;
  readonly watches: Watches;
  readonly planWatches: PlanWatches;
  readonly daemonSets: DaemonSetWatches;
  readonly freezes: Pick<FreezesWatch, 'current'>;
  readonly gates: GateLoops;
  readonly silences: SilenceKeeper;
  /** How long a Lease has not changed (ms). */
  readonly leaseUnchangedMs: (key: string) => number;
  readonly enqueueAfter: (key: string, ms: number) => void;
}

/**
 * The pause after a pass over a plan, as a multiple of the duration of its decision, and its maximum (ms). With a large fleet, passes
 * without a pause would leave no time for anything else; changes that arrive meanwhile share the next pass.
 */
const PAUSE_FACTOR = 4;
const MAX_PAUSE_MS = 1000;

/** Handles the keys of the work queue: each is a plan, as `namespace/name`. */
export class PlanWorker {
  readonly #deps: PlanWorkerDeps;
  readonly #idle: IdlePlans;
  readonly #statuses: StatusWriter;
  readonly #evictions: EvictionMemory;
  readonly #gatherDeps: GatherDeps;
  readonly #rejections: RejectionMemory;
  readonly #applyDeps: ApplyDeps;

  constructor(deps: PlanWorkerDeps) {
    const { client, monotonic, hash, settings, reflector } = deps;
    const validator = new PlanValidator(client, monotonic);
    const sharedSinks = new SharedSinks(client, monotonic);
    const rejections = new RejectionMemory(monotonic);
    const evictions = new EvictionMemory(monotonic);
    const statuses = new StatusWriter({
      client,
      monotonic,
      observePlan: (plan) => reflector(KINDS.plans.plural).observe(plan),
      observeBatch: (batch) => reflector(KINDS.batches.plural).observe(batch),
    });
    const observer = createObserver({
      ...deps,
      forgetStatus: (uid) => statuses.forget(uid),
      forgetPlan: (uid) => {
        validator.forget(uid);
        sharedSinks.forget(uid);
      },
    });
    this.#deps = deps;
    this.#idle = new IdlePlans(deps);
    this.#statuses = statuses;
    this.#evictions = evictions;
    this.#rejections = rejections;
    this.#gatherDeps = {
      ...deps,
      clusterFreezes: () => deps.freezes.current(),
      validate: (plan) => validator.validate(plan),
      shareSinks: (plan) => sharedSinks.share(plan),
      revisionOf: (plan) => revisionOf(plan, hash),
      gates: (key) => deps.gates.observations(key),
    };
    this.#applyDeps = {
      groupNamespace: settings.namespace,
      client,
      now: deps.now,
      observer,
      nodes: { client, hash, observe: (node) => observer.node(node) },
      evictions,
      jobRejected: (name, message) => rejections.jobRejected(name, message),
    };
  }

  /** Makes one pass over a plan, unless the plan is idle. */
  async handle(key: string): Promise<HandleResult> {
    const { own, sleep, stopSignal } = this.#deps;
    const plan = own.plan(key);
    if (plan === undefined) return this.#handleMissingPlan(key);
    const fingerprint = this.#idle.fingerprint(key, plan);
    // A late event of the watches that an idle plan has closed must not open them again: that would never end.
    if (await this.#idle.isStillIdle(key, plan, fingerprint)) return {};
    const result = await reconcile(
      {
        ...this.#deps,
        gather: (current) => this.#gather(current),
        apply: (current, command) => applyCommand(this.#applyDeps, current, command),
        setWantedGates: (current, names) => this.#deps.gates.setWanted(current, names),
        statuses: this.#statuses,
      },
      plan,
    );
    this.#updateSilences(key, plan);
    if (result.idle) {
      // An idle plan watches no Nodes. A change of the plan, of an action or of a batch ends that.
      this.#releaseWatches(key);
      this.#idle.markIdle(key, plan, fingerprint);
      return {};
    }
    this.#idle.markActive(key);
    await pause(sleep, Math.min(PAUSE_FACTOR * result.decisionMs, MAX_PAUSE_MS), stopSignal);
    return { requeueAfterMs: result.requeueAfterMs };
  }

  #gather(plan: UpgradePlan): Promise<PlanSnapshot | undefined> {
    const answers = { evictions: this.#evictions.answers, jobRejections: this.#rejections.jobRejections };
    return gatherSnapshot(this.#gatherDeps, plan, answers);
  }

  /** Silences the alerts of nodes in their turn, if the plan asks for it. */
  #updateSilences(key: string, plan: UpgradePlan): void {
    if (plan.spec.notify?.silences === undefined) return;
    const { own, silences, watches } = this.#deps;
    const turns = [...nodesInTurn(watches.claimed.values())].filter((turn) => planKey(turn.namespace, turn.plan) === key);
    silences.update({ plan, inTurn: new Set(turns.map((turn) => turn.node)), failed: failedNow(own.batches(key)) });
  }

  #releaseWatches(key: string): void {
    this.#deps.planWatches.release(key);
    this.#deps.daemonSets.release(key);
    this.#deps.gates.release(key);
  }

  /** Rejects the actions of a plan that was deleted or never existed. */
  async #handleMissingPlan(key: string): Promise<HandleResult> {
    this.#releaseWatches(key);
    this.#idle.forget(key);
    for (const action of this.#deps.own.actions(key)) {
      if (isAnswered(action)) continue;
      const { plan: name } = action.spec;
      const message = `there is no UpgradePlan ${name} in namespace ${action.metadata.namespace}; create another UpgradeAction with the right spec.plan`;
      const answer = { status: 'False', reason: ACTION_REASONS.PlanNotFound, message } as const;
      // The command needs the namespace of the plan only.
      const stub = { metadata: action.metadata } as UpgradePlan;
      await applyCommand(this.#applyDeps, stub, { kind: 'AnswerAction', action, answer, why: message });
    }
    return {};
  }
}
