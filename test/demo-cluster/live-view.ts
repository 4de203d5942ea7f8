import type { NodeRecord, UpgradeBatch } from '../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../src/api/generated/upgradeplan.ts';
import { ANNOTATIONS, LABELS } from '../../src/api/names.ts';
import { findCondition, type Event, type Lease } from '../support/kubernetes-objects.ts';
import type { Play } from './play.ts';

/** The objects of a rollout at one moment. */
export interface Moment {
  readonly plan: UpgradePlan | undefined;
  /** By index. */
  readonly batches: readonly UpgradeBatch[];
  readonly lease: Lease | undefined;
  /** The reports, in the order in which they were made. */
  readonly reports: readonly Event[];
}

/** Nothing yet. */
export const beforehand: Moment = { plan: undefined, batches: [], lease: undefined, reports: [] };

/** Reads everything that the view shows. */
export async function observe({ kubectl, plan }: Play): Promise<Moment> {
  const { name = 'os', namespace } = plan;
  const selector = `${LABELS.plan}=${name}`;
  const [current, batches, lease, events] = await Promise.all([
    kubectl.get<UpgradePlan>('upgradeplan', name, namespace),
    kubectl.list<UpgradeBatch>('upgradebatch', namespace, selector),
    kubectl.get<Lease>('lease', `${name}-agent`, namespace),
    kubectl.list<Event>('events.v1.events.k8s.io', namespace, selector),
  ]);
  return {
    plan: current,
    batches: [...batches].sort((one, other) => one.spec.index - other.spec.index),
    lease,
    reports: [...events].sort((one, other) => one.metadata.creationTimestamp.localeCompare(other.metadata.creationTimestamp)),
  };
}

function recordLine(before: NodeRecord | undefined, now: NodeRecord): string | undefined {
  if (before?.state === now.state && before.processes?.length === now.processes?.length) return undefined;
  const process = now.state === 'Upgrading' ? now.processes?.at(-1)?.name : undefined;
  const why = [now.reason, now.message].filter((text) => text !== undefined && text !== '').join(': ');
  return `node    ${now.name.padEnd(8)} ${now.state}${process === undefined ? '' : ` (${process})`}${why === '' ? '' : `, ${why}`}`;
}

function recordLines(before: UpgradeBatch | undefined, now: UpgradeBatch): (string | undefined)[] {
  const earlier = before?.status?.nodes ?? [];
  return (now.status?.nodes ?? []).map((record) =>
    recordLine(
      earlier.find((candidate) => candidate.name === record.name),
      record,
    ),
  );
}

function conditionLine(before: UpgradeBatch | undefined, now: UpgradeBatch, type: string): string | undefined {
  const condition = findCondition(now, type);
  const isNew = condition?.status === 'True' && findCondition(before, type)?.status !== 'True';
  return isNew ? `batch   ${now.metadata.name} is ${type}: ${condition.message ?? ''}` : undefined;
}

function batchLines(before: UpgradeBatch | undefined, now: UpgradeBatch): (string | undefined)[] {
  const nodes = now.spec.nodes.map((node) => node.name).join(', ');
  return [
    before === undefined ? `batch   ${now.metadata.name} begins: ${nodes}` : undefined,
    ...recordLines(before, now),
    conditionLine(before, now, 'Settled'),
    conditionLine(before, now, 'Notified'),
  ];
}

function batonLine(before: Lease | undefined, now: Lease | undefined): string | undefined {
  const [earlier = '', holder = ''] = [before?.spec.holderIdentity, now?.spec.holderIdentity];
  if (holder === earlier) return undefined;
  return `baton   ${earlier === '' ? 'goes to' : `${earlier} →`} ${holder} (transition ${now?.spec.leaseTransitions ?? 0})`;
}

function planLine(plan: UpgradePlan | undefined): string | undefined {
  const { progress = '', summary, reason = '' } = plan?.status ?? {};
  return summary === undefined ? undefined : `plan    ${progress} ${summary} ${reason}`;
}

function reportLine(report: Event): string {
  const progress = report.metadata.annotations?.[ANNOTATIONS.progress];
  const measure = progress === undefined ? '' : ` ${progress} %`;
  // The note begins with node and process.
  return `report  ${report.reason}${measure} ${report.note ?? ''}`;
}

/** What has changed from one moment to the next, a line each. */
export function describeChanges(before: Moment, now: Moment): string[] {
  const known = new Set(before.reports.map((report) => report.metadata.uid));
  const plan = planLine(now.plan);
  const lines = [
    ...now.batches.flatMap((batch) =>
      batchLines(
        before.batches.find((earlier) => earlier.metadata.uid === batch.metadata.uid),
        batch,
      ),
    ),
    batonLine(before.lease, now.lease),
    ...now.reports.filter((report) => !known.has(report.metadata.uid)).map(reportLine),
    plan === planLine(before.plan) ? undefined : plan,
  ];
  return lines.filter((line) => line !== undefined);
}
