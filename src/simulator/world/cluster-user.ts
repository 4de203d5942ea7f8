import type { UpgradeAction, UpgradeActionSpec } from '../../api/generated/upgradeaction.ts';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { API_VERSION, ANNOTATIONS, LABELS } from '../../api/names.ts';
import { asObject, asObjects, type Json } from '../../core/json.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { SetTimer } from '../../kube/pause.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { ClusterClient, Outcome } from '../cluster/cluster-client.ts';
import type { Hosts } from './hosts.ts';

/** What people and programs outside of Baton work with. */
export interface OutsiderPorts {
  readonly client: ClusterClient;
  readonly hosts: Hosts;
  /** The true time, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly setTimer: SetTimer;
  readonly random: () => number;
  /** Called with a sentence about everything that they do. */
  readonly onEvent?: (sentence: string) => void;
}

/** Whether a Node is neither claimed nor quarantined. */
export function isFree({ metadata: { labels = {}, annotations = {} } }: KubeObject): boolean {
  return labels[LABELS.claim] === undefined && annotations[ANNOTATIONS.quarantine] === undefined;
}

/** Whether a Node is cordoned. */
export function isCordoned(node: KubeObject): boolean {
  return asObject(node['spec'])['unschedulable'] === true;
}

/** Whether a Node is Ready. */
export function isReady(node: KubeObject): boolean {
  const conditions = asObjects(asObject(node['status'])['conditions']);
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Somebody with kubectl. Reads and writes only through the API, and may be rejected like everybody. */
export class ClusterUser {
  readonly ports: OutsiderPorts;
  #serial = 0;

  constructor(ports: OutsiderPorts) {
    this.ports = ports;
  }

  plans(): readonly UpgradePlan[] {
    return this.ports.client.list(resourcePath(KINDS.plans)) as unknown as readonly UpgradePlan[];
  }

  /** The batches of a plan, the oldest first. */
  batches({ metadata }: UpgradePlan): readonly UpgradeBatch[] {
    const path = resourcePath(KINDS.batches, { namespace: metadata.namespace });
    const all = this.ports.client.list(path) as unknown as readonly UpgradeBatch[];
    return all.filter(({ spec }) => spec.planUid === metadata.uid).toSorted((a, b) => a.spec.index - b.spec.index);
  }

  /** The actions for a plan. */
  actions({ metadata }: UpgradePlan): readonly UpgradeAction[] {
    const path = resourcePath(KINDS.actions, { namespace: metadata.namespace });
    const all = this.ports.client.list(path) as unknown as readonly UpgradeAction[];
    return all.filter(({ spec }) => spec.plan === metadata.name);
  }

  nodes(): readonly KubeObject[] {
    return this.ports.client.list(resourcePath(KINDS.nodes));
  }

  node(name: string): KubeObject | undefined {
    return this.ports.client.get(resourcePath(KINDS.nodes, { name }));
  }

  patchNode(name: string, patch: object): Outcome {
    return this.ports.client.mergePatch(resourcePath(KINDS.nodes, { name }), patch);
  }

  cordon(name: string, unschedulable: boolean): Outcome {
    return this.patchNode(name, { spec: { unschedulable: unschedulable ? true : null } });
  }

  /** Changes the spec of a plan, as a JSON merge patch. */
  editPlan({ metadata: { namespace, name } }: UpgradePlan, spec: Json): Outcome {
    return this.ports.client.mergePatch(resourcePath(KINDS.plans, { namespace, name }), { spec });
  }

  /** Creates an UpgradeAction. */
  act({ metadata: { namespace, name } }: UpgradePlan, spec: Omit<UpgradeActionSpec, 'plan' | 'requestedBy'>): Outcome {
    this.#serial += 1;
    const object = {
      apiVersion: API_VERSION,
      kind: 'UpgradeAction',
      metadata: { generateName: `${spec.action.toLowerCase()}-`, namespace },
      spec: { plan: name, ...spec },
    };
    const outcome = this.ports.client.create(resourcePath(KINDS.actions, { namespace }), object);
    const about = [spec.batch, spec.revision, ...(spec.nodes ?? [])].filter((text) => text !== undefined).join(', ');
    this.say(
      `somebody creates an UpgradeAction ${spec.action} for ${name}: ${about}${outcome.ok ? '' : ` (${outcome.message})`}`,
    );
    return outcome;
  }

  /** A name that this user has not given before. */
  fresh(prefix: string): string {
    this.#serial += 1;
    return `${prefix}-${this.#serial}`;
  }

  say(sentence: string): void {
    this.ports.onEvent?.(sentence);
  }

  later(milliseconds: number, run: () => void): void {
    this.ports.setTimer(milliseconds, run);
  }
}

/** Whether an action has been answered. */
export function isAnswered({ status }: UpgradeAction): boolean {
  return (status?.conditions ?? []).some(({ type }) => type === 'Applied');
}
