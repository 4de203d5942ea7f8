import { finalReceipts } from '../../../../../src/core/baton/deliveries.ts';
import type { UpgradeAction } from '../../../../../src/api/generated/upgradeaction.ts';
import type { Receipt, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { ChangeFreeze, Sink, UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import type { JobFact, NodeFact, PodFact, ReportFact } from '../../../../../src/core/facts.ts';
import { revisionOf } from '../../../../../src/core/rollout/fleet/revision.ts';
import type { SiblingPlan, GroupFact, LeaseFact } from '../../../../../src/core/rollout/model/facts.ts';
import type { StoredDaemonSet } from './daemon-sets.ts';
import { hash, START } from '../support/objects.ts';
import { Random } from './random.ts';
import { Timeline } from './timeline.ts';

/** What is true of a host, whether or not anybody has noticed. */
export interface Host {
  /** The machine runs and its kubelet answers. */
  alive: boolean;
  /** Somebody other than Baton wants it cordoned. */
  cordonedByAdmin: boolean;
  /** Version of the upgrade that ran on it last, whatever came of it. */
  version: string | undefined;
  /** Annotations for autoscalers that it had before Baton came. */
  readonly kept: readonly string[];
}

/** A notification that a sink has received. */
export interface Delivery {
  readonly id: string;
  readonly sink: string;
  readonly node: string;
  readonly at: number;
}

/** The Lease as the API server has it, with the instant of its last change. */
export type StoredLease = Omit<LeaseFact, 'unchangedMs'> & { readonly changedAt: number };

/** A sink, as the outside world makes it. */
export interface SinkWeather {
  /** Until when it does not answer. */
  downUntil: number;
  /** It refuses everything for good. */
  readonly refuses: boolean;
}

/** An in-memory cluster: everything that the API server stores, and the truth about the hosts behind it. */
export class World {
  readonly random: Random;
  readonly time = new Timeline(START);
  readonly nodes = new Map<string, NodeFact>();
  readonly hosts = new Map<string, Host>();
  readonly jobs = new Map<string, JobFact>();
  /** Pods by UID: of applications, upgrades and agents. */
  readonly pods = new Map<string, PodFact>();
  readonly batches = new Map<string, UpgradeBatch>();
  readonly actions = new Map<string, UpgradeAction>();
  readonly sinks = new Map<string, SinkWeather>();
  /** What the ConfigMap has by which plans share sinks; undefined while there is none. */
  sharedSinks: readonly Sink[] | undefined = [];
  /** Sinks whose Secrets an agent's Pod mounts, by UID of the Pod. */
  readonly mounted = new Map<string, ReadonlySet<string>>();
  /** Pods whose eviction a PodDisruptionBudget refuses, and until when. */
  readonly budgets = new Map<string, number>();
  /** Gates that are open in truth, whether or not anybody has looked. */
  readonly openGates = new Set<string>();
  readonly reports: ReportFact[] = [];
  readonly deliveries: Delivery[] = [];
  /** The DaemonSet that a plan may name. */
  daemonSet: StoredDaemonSet | undefined;
  /** Freezes that every plan obeys. */
  freezes: readonly ChangeFreeze[] = [];
  /** Other plans of the namespace, by name. */
  readonly siblings = new Map<string, SiblingPlan>();
  /** Exclusive groups that are taken. */
  groups: readonly GroupFact[] = [];
  /** Work that was really done: `<batch uid>/<node uid>/<process>`. */
  readonly upgraded = new Set<string>();
  plan: UpgradePlan | undefined;
  lease: StoredLease | undefined;
  namespaceTerminating = false;
  /** Something changed that a watch would tell the operator. */
  dirty = true;
  /** When anything but a renewal last changed. */
  changedAt = START;
  readonly transcript: string[] = [];
  readonly #verbose: boolean;
  #serial = 0;
  #revision: { readonly spec: UpgradePlan['spec']; readonly hash: string } | undefined;

  constructor(seed: number, verbose = false) {
    this.random = new Random(seed);
    this.#verbose = verbose;
  }

  get now(): number {
    return this.time.now;
  }

  /** A name or UID that nothing had before. */
  fresh(prefix: string): string {
    this.#serial += 1;
    return `${prefix}-${this.#serial}`;
  }

  /** Writes a line of the transcript, when somebody wants to read it. */
  say(line: () => string): void {
    if (!this.#verbose) return;
    const seconds = Math.round((this.now - START) / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    this.transcript.push(`${clock.padStart(7)}  ${line()}`);
  }

  /** Notes a change. */
  touch(): void {
    this.dirty = true;
    this.changedAt = this.now;
  }

  /** Changes a Node; nothing happens when it is gone. */
  setNode(name: string, changes: Partial<NodeFact>): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    this.nodes.set(name, { ...node, ...changes, resourceVersion: this.fresh('rv') });
    this.touch();
  }

  setJob(name: string, changes: Partial<JobFact>): void {
    const job = this.jobs.get(name);
    if (job === undefined) return;
    this.jobs.set(name, { ...job, ...changes });
    this.touch();
  }

  setPod(uid: string, changes: Partial<PodFact>): void {
    const pod = this.pods.get(uid);
    if (pod === undefined) return;
    this.pods.set(uid, { ...pod, ...changes });
    this.touch();
  }

  setLease(changes: Partial<StoredLease>, news = true): void {
    if (this.lease === undefined) return;
    this.lease = { ...this.lease, ...changes, resourceVersion: this.fresh('rv'), changedAt: this.now };
    if (news) this.touch();
  }

  /** Changes the plan as a person does: a new generation when its spec changes. */
  editPlan(spec: Partial<UpgradePlan['spec']>): void {
    if (this.plan === undefined) return;
    const { metadata } = this.plan;
    this.plan = {
      ...this.plan,
      metadata: { ...metadata, generation: metadata.generation + 1, resourceVersion: this.fresh('rv') },
      spec: { ...this.plan.spec, ...spec },
    };
    this.touch();
  }

  /** Asks for the plan's deletion. */
  deletePlan(): void {
    if (this.plan === undefined || this.plan.metadata.deletionTimestamp !== undefined) return;
    const deletionTimestamp = new Date(this.now).toISOString();
    this.plan = { ...this.plan, metadata: { ...this.plan.metadata, deletionTimestamp, resourceVersion: this.fresh('rv') } };
    this.touch();
  }

  isAlive(node: string): boolean {
    return this.nodes.has(node) && this.hosts.get(node)?.alive === true;
  }

  /** The plan's revision; computed again only when its spec is another one. */
  revision(): string {
    if (this.plan === undefined) return '';
    if (this.#revision?.spec !== this.plan.spec) this.#revision = { spec: this.plan.spec, hash: revisionOf(this.plan, hash) };
    return this.#revision.hash;
  }

  /** Receipts of a batch's final message, copied or not. */
  receiptsOf(batch: UpgradeBatch): readonly Receipt[] {
    const copied = finalReceipts(batch.status?.notification);
    const onLease = (this.lease?.receipts ?? []).filter((receipt) => receipt.id === `${batch.metadata.uid}/1`);
    return [...copied, ...onLease.filter((receipt) => !copied.some((other) => other.sink === receipt.sink))];
  }
}
