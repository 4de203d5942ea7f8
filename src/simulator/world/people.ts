import type { UpgradeActionSpec } from '../../api/generated/upgradeaction.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { ANNOTATIONS } from '../../api/names.ts';
import { findCondition, type Condition } from '../../core/condition.ts';
import { parseObject } from '../../core/json.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { between, weighted } from './chance.ts';
import { ClusterUser, isAnswered, isCordoned, isFree, type OutsiderPorts } from './cluster-user.ts';

const LOOK_MS = 60_000;
/** A person is patient, but not for ever. */
const MAX_HELPS = 100;
const MAX_RETRIES = 2;

/**
 * Starts a person who looks at all plans once a minute and does what their status says; the returned function ends that. Throws within
 * the simulation when a status does not say what to do.
 */
export function startPerson(ports: OutsiderPorts): () => void {
  const person = new Person(new ClusterUser(ports));
  let cancel = ports.setTimer(LOOK_MS, look);
  function look(): void {
    cancel = ports.setTimer(LOOK_MS, look);
    person.look();
  }
  return () => {
    cancel();
  };
}

class Person {
  readonly #user: ClusterUser;
  /** How often plans were helped, by UID. */
  readonly #helps = new Map<string, number>();

  constructor(user: ClusterUser) {
    this.#user = user;
  }

  look(): void {
    for (const plan of this.#user.plans()) {
      const helps = this.#helps.get(plan.metadata.uid) ?? 0;
      if (helps < MAX_HELPS && this.#help(plan)) this.#helps.set(plan.metadata.uid, helps + 1);
    }
  }

  /** Helps a plan that is stuck; returns whether it was. */
  #help(plan: UpgradePlan): boolean {
    const { reason, summary, conditions } = plan.status ?? {};
    if (summary === 'Paused' && plan.spec.paused) return this.#user.editPlan(plan, { paused: false }).ok;
    const message = findCondition(conditions, 'Ready')?.message ?? '';
    if (reason === 'PausedByAction') return this.#resume(plan, message);
    if (reason === 'ApprovalRequired') return this.#approve(plan, message);
    if (reason === 'RollbackApprovalRequired') return this.#answerRollback(plan, message);
    const stalled = findCondition(conditions, 'Stalled');
    return stalled?.status === 'True' && this.#unstall(plan, stalled);
  }

  /** Repairs, and does what the message says. */
  #unstall(plan: UpgradePlan, { reason, message }: Condition): boolean {
    const { random } = this.#user.ports;
    this.#repair();
    if (reason === 'SomeFailed' || (reason === 'RolledBack' && random() < 0.3)) this.#retry(plan);
    else this.#release(plan);
    if (reason !== 'BudgetExceeded') return true;
    const batch = /Resume for (?<batch>[^\s;:]+)/.exec(message)?.groups?.['batch'];
    const raised = random() < 0.3 ? { maxFailed: between(random, 0, 5) } : {};
    if (batch !== undefined) this.#ask(plan, { action: 'Resume', batch, ...raised });
    return true;
  }

  #resume(plan: UpgradePlan, message: string): boolean {
    const { batch, revision } = /Resume for (?:revision (?<revision>[0-9a-f]+)|(?<batch>[^:;\s]+))/.exec(message)?.groups ?? {};
    if (batch !== undefined) this.#ask(plan, { action: 'Resume', batch });
    else if (revision !== undefined) this.#ask(plan, { action: 'Resume', revision });
    return true;
  }

  /** Approves what the plan's message names. */
  #approve(plan: UpgradePlan, message: string): boolean {
    const batch = /action: Approve, batch: (?<batch>[^}]+)}/.exec(message)?.groups?.['batch'];
    if (batch === undefined) throw new Error(`${plan.metadata.name} does not say what to approve: ${message}`);
    this.#ask(plan, { action: 'Approve', batch });
    return true;
  }

  /** Lets the rollback begin that the plan's message names, or lets the rollout continue all the same. */
  #answerRollback(plan: UpgradePlan, message: string): boolean {
    const named = /action: Rollback, (?:batch: (?<batch>[^}]+)|revision: (?<revision>[^}]+))}/.exec(message)?.groups ?? {};
    const newest = /a Resume for (?<newest>[^;\s]+)/.exec(message)?.groups?.['newest'];
    const { batch, revision } = named;
    if (newest === undefined || (batch === undefined && revision === undefined)) {
      throw new Error(`${plan.metadata.name} does not say what to roll back: ${message}`);
    }
    if (this.#user.actions(plan).some((action) => !isAnswered(action))) return true;
    const action = weighted(this.#user.ports.random, [
      ['Rollback', 5],
      ['Approve', 3],
      ['Resume', 2],
    ] as const);
    if (action !== 'Rollback') this.#user.act(plan, { action, batch: newest });
    else this.#user.act(plan, { action, ...(batch === undefined ? { revision: revision ?? '' } : { batch }) });
    return true;
  }

  /** Requests an action, unless one of this kind is still unanswered. */
  #ask(plan: UpgradePlan, spec: Omit<UpgradeActionSpec, 'plan' | 'requestedBy'>): void {
    const open = this.#user.actions(plan).some((action) => action.spec.action === spec.action && !isAnswered(action));
    if (!open) this.#user.act(plan, spec);
  }

  /** Lets failed nodes be tried again, once or twice; then it only releases them. */
  #retry(plan: UpgradePlan): void {
    const retries = this.#user.actions(plan).filter(({ spec }) => spec.action === 'Retry');
    const revision = plan.status?.revision?.slice(0, 6) ?? '';
    if (retries.length >= MAX_RETRIES || revision === '') this.#release(plan);
    else this.#ask(plan, { action: 'Retry', revision });
  }

  #release(plan: UpgradePlan): void {
    const nodes = this.#user.nodes().flatMap(({ metadata: { name = '', annotations = {} } }) => {
      const quarantine = parseObject(annotations[ANNOTATIONS.quarantine]);
      return quarantine?.['planUid'] === plan.metadata.uid ? [name] : [];
    });
    if (nodes.length > 0) this.#ask(plan, { action: 'Release', nodes });
  }

  /** Switches hosts on, makes room on disks, uncordons free nodes, and removes budgets that let nothing go. */
  #repair(): void {
    const { hosts, client } = this.#user.ports;
    for (const { name, diskFull, connected } of hosts.all) {
      hosts.powerOn(name);
      if (diskFull) hosts.setDiskFull(name, false);
      if (!connected) hosts.partition(name, false);
      hosts.startKubelet(name);
    }
    for (const node of this.#user.nodes()) {
      if (isFree(node) && isCordoned(node)) this.#user.cordon(node.metadata.name ?? '', false);
    }
    for (const { metadata } of client.list(resourcePath(KINDS.podDisruptionBudgets))) {
      const { namespace = '', name = '' } = metadata;
      client.delete(resourcePath(KINDS.podDisruptionBudgets, { namespace, name }));
    }
  }
}

/** Somebody who has seen something: an action at any time, for the batch that is the newest then. */
export function actAtRandom(user: ClusterUser, plan: UpgradePlan): void {
  const { random } = user.ports;
  const revision = plan.status?.revision ?? '';
  const newest = user.batches(plan).findLast(({ spec }) => spec.revision === revision);
  const scope = newest === undefined ? { revision: revision.slice(0, 6) } : { batch: newest.metadata.name };
  const nodes = user.nodes().map(({ metadata }) => metadata.name ?? '');
  const some = nodes.filter(() => random() < 0.2).slice(0, 3);
  const action = weighted(random, [
    ['Pause', 4],
    ['Skip', 4],
    ['Retry', 3],
    ['Rollback', 3],
    ['Abort', 1],
  ] as const);
  if (revision === '') return;
  if (action === 'Rollback' && random() < 0.4) user.act(plan, { action, revision: revision.slice(0, 8) });
  else if (action !== 'Skip') user.act(plan, { action, ...scope });
  else if (some.length > 0) user.act(plan, { action, nodes: some, ...scope });
}
