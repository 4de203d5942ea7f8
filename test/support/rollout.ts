import type { UpgradeBatch } from '../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../src/api/generated/upgradeplan.ts';
import { LABELS } from '../../src/api/names.ts';
import { finalReceipts } from '../../src/core/baton/deliveries.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { batonNamespace } from './installation.ts';
import type { Kubectl } from './kubectl.ts';
import type { Event, Lease } from './kubernetes-objects.ts';

/** The name that plans of the tests have unless they say otherwise. */
export const planName = 'os';

/** A plan with what the operator made for it, at one moment. */
export interface Rollout {
  readonly plan: UpgradePlan | undefined;
  /** By index. */
  readonly batches: readonly UpgradeBatch[];
  readonly lease: Lease | undefined;
}

/** Reads a rollout. */
export async function readRollout(kubectl: Kubectl, namespace: string, name = planName): Promise<Rollout> {
  const [plan, batches, lease] = await Promise.all([
    kubectl.get<UpgradePlan>('upgradeplan', name, namespace),
    kubectl.list<UpgradeBatch>('upgradebatch', namespace, `${LABELS.plan}=${name}`),
    kubectl.get<Lease>('lease', `${name}-agent`, namespace),
  ]);
  return { plan, batches: [...batches].sort((one, other) => one.spec.index - other.spec.index), lease };
}

/** The reports of a plan's nodes, in the order in which the API server got them. */
export async function readReports(kubectl: Kubectl, namespace: string, name = planName): Promise<readonly Event[]> {
  const events = await kubectl.list<Event>('events.v1.events.k8s.io', namespace, `${LABELS.plan}=${name}`);
  return [...events].sort((one, other) => one.metadata.creationTimestamp.localeCompare(other.metadata.creationTimestamp));
}

/** One line a batch, for messages of tests that gave up. */
export function describeRollout({ plan, batches, lease }: Rollout): string {
  const status = plan?.status;
  const lines = batches.map((batch) => {
    const nodes = batch.status?.nodes?.map(
      (node) => `${node.name} ${node.state}${node.reason === undefined ? '' : ` (${node.reason}: ${node.message ?? ''})`}`,
    );
    const conditions = batch.status?.conditions?.map(
      (condition) => `${condition.type}=${condition.status} ${condition.reason}: ${condition.message}`,
    );
    return `${batch.metadata.name}: ${nodes?.join(', ') ?? 'no records'}; ${conditions?.join('; ') ?? ''}`;
  });
  const conditions = status?.conditions?.map(
    (condition) => `${condition.type}=${condition.status} ${condition.reason}: ${condition.message}`,
  );
  return [
    `plan: ${status?.summary ?? 'no status'} ${status?.reason ?? ''} ${status?.progress ?? ''}; ${conditions?.join('; ') ?? ''}`,
    `lease: held by ${lease?.spec.holderIdentity ?? 'nobody'}, renewed ${lease?.spec.renewTime ?? 'never'}`,
    ...lines,
  ].join('\n');
}

/** What a test waits for in a rollout. */
export interface RolloutWait {
  readonly namespace: string;
  readonly name?: string;
  /** Completes "gave up waiting for …". */
  readonly what: string;
  readonly timeoutMs?: number;
  readonly until: (rollout: Rollout) => boolean;
}

/** Waits for a rollout to be somewhere; when it does not get there, the error says where it is and what the operator said last. */
export async function waitForRollout(kubectl: Kubectl, wait: RolloutWait): Promise<Rollout> {
  let last: Rollout | undefined;
  try {
    return await waitFor(
      async () => {
        last = await readRollout(kubectl, wait.namespace, wait.name);
        return wait.until(last) ? last : undefined;
      },
      { what: wait.what, timeoutMs: wait.timeoutMs ?? 120_000, intervalMs: 300 },
    );
  } catch (cause) {
    const log = await kubectl.attempt(['logs', '--namespace', batonNamespace, 'deployment/baton-operator', '--tail=25']);
    const where = last === undefined ? 'it could not be read' : describeRollout(last);
    throw new Error(`${(cause as Error).message}\n${where}\n${log.stdout}${log.stderr}`, { cause });
  }
}

/** True when the plan has ended well and the final message of each batch has gone out. */
export function hasSucceeded({ plan, batches }: Rollout): boolean {
  const delivered = batches.every(({ status }) =>
    finalReceipts(status?.notification).some((receipt) => receipt.outcome === 'Delivered'),
  );
  return plan?.status?.summary === 'Succeeded' && batches.length > 0 && delivered;
}
