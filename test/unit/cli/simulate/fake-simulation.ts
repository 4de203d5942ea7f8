import type { NodeRecord, UpgradeBatch, UpgradeBatchStatus } from '../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan, UpgradePlanStatus } from '../../../../src/api/generated/upgradeplan.ts';
import type { ApplyResult, ReceivedMessage, Simulation, SimulationEvent } from '../../../../src/cli/simulate/simulation-port.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';

/** When the fake simulations start: a Monday. */
export const START = Date.parse('2026-01-05T08:00:00Z');

/** What happens at one moment of a fake simulation. */
export interface FakeStep {
  readonly afterSeconds: number;
  readonly event?: Omit<SimulationEvent, 'time'>;
  readonly message?: Omit<ReceivedMessage, 'time'>;
  /** The objects from then on. */
  readonly plans?: readonly UpgradePlan[];
  readonly batches?: readonly UpgradeBatch[];
  readonly hostsDown?: number;
  /** The step happens only so long after an UpgradeAction was applied, instead of after the start. */
  readonly onAction?: true;
}

/** A simulation that follows a script. */
export class FakeSimulation implements Simulation {
  readonly start = START;
  readonly events: SimulationEvent[] = [];
  readonly messages: ReceivedMessage[] = [];
  readonly applied: KubeObject[] = [];
  readonly requests = { total: 1234, byVerb: { patch: 1000, get: 234 }, byUser: { operator: 1200, agent: 34 }, perNode: 205.67 };
  readonly api = {
    handle: (): never => {
      throw new Error('nothing is served');
    },
  };
  hostsDown = { now: 0, peak: 0 };
  readonly #script: FakeStep[];
  readonly #answer: (object: KubeObject) => Partial<ApplyResult>;
  #now = START;
  #plans: readonly UpgradePlan[];
  #batches: readonly UpgradeBatch[] = [];
  #acted: number | undefined;

  constructor(
    script: readonly FakeStep[],
    {
      plans = [aPlan()],
      answer = () => ({}),
    }: { plans?: readonly UpgradePlan[]; answer?: (object: KubeObject) => Partial<ApplyResult> } = {},
  ) {
    this.#script = [...script];
    this.#plans = plans;
    this.#answer = answer;
  }

  readonly now = (): number => this.#now;

  apply(objects: readonly KubeObject[]): readonly ApplyResult[] {
    this.applied.push(...objects);
    if (objects.some(({ kind }) => kind === 'UpgradeAction')) this.#acted = this.#now;
    return objects.map((object) => ({ ok: true, code: 201, message: '', warnings: [], ...this.#answer(object) }));
  }

  list(path: string): readonly KubeObject[] {
    return (path.endsWith('upgradeplans') ? this.#plans : this.#batches) as unknown as readonly KubeObject[];
  }

  /** Time goes on by itself in steps of a minute. */
  async run({ until, limitMs }: { until: (simulation: Simulation) => boolean; limitMs: number }): Promise<void> {
    const limit = this.#now + limitMs;
    while (!until(this) && this.#now < limit) {
      await Promise.resolve();
      const next = this.#script[0];
      const due = next === undefined ? undefined : this.#due(next);
      const minute = this.#now + 60_000;
      this.#now = Math.min(limit, due === undefined ? minute : Math.min(minute, due));
      if (next !== undefined && due !== undefined && due <= this.#now) {
        this.#script.shift();
        this.#perform(next);
      }
    }
  }

  #due({ afterSeconds, onAction }: FakeStep): number | undefined {
    const from = onAction === true ? this.#acted : START;
    return from === undefined ? undefined : from + afterSeconds * 1000;
  }

  #perform({ event, message, plans, batches, hostsDown }: FakeStep): void {
    if (event !== undefined) this.events.push({ time: this.#now, ...event });
    if (message !== undefined) this.messages.push({ time: this.#now, ...message });
    this.#plans = plans ?? this.#plans;
    this.#batches = batches ?? this.#batches;
    if (hostsDown !== undefined) this.hostsDown = { now: hostsDown, peak: Math.max(hostsDown, this.hostsDown.peak) };
  }
}

/** A plan as the API server stores it. */
export function aPlan(
  status: UpgradePlanStatus = {},
  { name = 'os', spec = {} }: { name?: string; spec?: Partial<UpgradePlan['spec']> } = {},
): UpgradePlan {
  return {
    apiVersion: 'baton.dev/v1alpha1',
    kind: 'UpgradePlan',
    metadata: { name, namespace: 'fleet' },
    spec: {
      version: '12.9',
      nodeSelector: { matchLabels: { role: 'worker' } },
      maxUnavailable: 1,
      batches: [{ size: 1 }, { size: '25%' }],
      processes: [{ name: 'os', job: { template: { spec: {} } } }],
      ...spec,
    },
    status,
  } as unknown as UpgradePlan;
}

/** The status of a plan that waits for an approval. */
export const AWAITS_APPROVAL: UpgradePlanStatus = {
  summary: 'Paused',
  reason: 'ApprovalRequired',
  progress: '1/6',
  batch: 'os-7f3c-1',
  conditions: [condition('Stalled', 'ApprovalRequired', 'os-7f3c-1 waits for approval before the next batch')],
};

/** A batch with its records. */
export function aBatch(index: number, nodes: readonly NodeRecord[], status: Partial<UpgradeBatchStatus> = {}): UpgradeBatch {
  return {
    metadata: { name: `os-7f3c-${index}`, namespace: 'fleet' },
    spec: { plan: 'os', index, nodes: nodes.map(({ name }) => ({ name })) },
    status: { nodes, conditions: [condition('Notified', 'Delivered', '')], ...status },
  } as unknown as UpgradeBatch;
}

/** Records of nodes in one state. */
export function records(state: NodeRecord['state'], ...names: readonly string[]): readonly NodeRecord[] {
  return names.map((name) => ({ name, state }));
}

function condition(type: string, reason: string, message: string): NonNullable<UpgradePlanStatus['conditions']>[number] {
  return { type, status: 'True', reason, message, lastTransitionTime: '2026-01-05T08:00:00Z' };
}

/** A message whose text has two lines. */
export function aMessage(batch: string): Omit<ReceivedMessage, 'time'> {
  const notification = {
    kind: 'BatchSettled',
    batch: { name: batch },
    text: `✅ os 12.9 · ${batch} · no action\n1/1 upgraded in 6 min`,
  };
  return {
    sink: 'ops',
    senderNode: 'node-1',
    notification: notification as unknown as ReceivedMessage['notification'],
    body: JSON.stringify(notification),
    contentType: 'application/json',
  };
}
