import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { UpgradeBatch } from '../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../api/generated/upgradeplan.ts';
import type { NodeFact } from '../core/facts.ts';
import { CONDITIONS } from '../api/conditions.ts';
import { isProbe } from '../core/baton/series.ts';

/** A node in its turn, and the plan that has claimed it. */
export interface NodeInTurn {
  readonly node: string;
  readonly namespace: string;
  readonly plan: string;
}

/** What metrics are derived from at each scrape: the operator's caches. */
export interface MetricSources {
  readonly inTurn: () => Iterable<NodeInTurn>;
  readonly plans: () => Iterable<UpgradePlan>;
  readonly batches: () => Iterable<UpgradeBatch>;
}

/** Metrics in the text format of Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** Renders the current values of all metrics. */
  text(): Promise<string>;
}

/** The claimed nodes that are in their turn. */
export function* nodesInTurn(claimed: Iterable<{ readonly fact: NodeFact }>): Generator<NodeInTurn> {
  for (const { fact } of claimed) {
    if (fact.turn !== undefined) yield { node: fact.name, namespace: fact.turn.namespace, plan: fact.turn.plan };
  }
}

/** The conditions of a plan that have a metric: only a few, so that a cluster with many plans stays cheap to scrape. */
const REPORTED_CONDITIONS: readonly string[] = [
  CONDITIONS.ready,
  CONDITIONS.stalled,
  CONDITIONS.succeeded,
  CONDITIONS.rolloutStalled,
  CONDITIONS.notificationsDelivered,
];

/**
 * Creates the operator's metrics, which docs/operations.md lists. All of Baton's are gauges that are derived at each scrape: a restart loses
 * nothing, and objects that were deleted disappear.
 */
export function createMetrics(sources: MetricSources): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });

  /** Registers a gauge whose series are rebuilt at each scrape. */
  function gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    values: () => Iterable<{ readonly labels: Record<Label, string>; readonly value: number }>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [register],
      collect() {
        this.reset();
        for (const { labels, value } of values()) this.inc(labels, value);
      },
    });
  }

  gauge('baton_node_upgrading', '1 while a node is in its turn.', ['node', 'namespace', 'plan'], function* () {
    for (const labels of sources.inTurn()) yield { labels: { ...labels }, value: 1 };
  });
  gauge('baton_plan_nodes', "A plan's nodes by outcome in its revision.", ['namespace', 'plan', 'outcome'], function* () {
    for (const { metadata, status } of sources.plans()) {
      const { namespace, name: plan } = metadata;
      for (const [outcome, value] of Object.entries(status?.counts ?? {})) {
        if (typeof value === 'number') yield { labels: { namespace, plan, outcome }, value };
      }
    }
  });
  gauge(
    'baton_plan_condition',
    '1 for the current status of the condition.',
    ['namespace', 'plan', 'type', 'status'],
    function* () {
      for (const { metadata, status } of sources.plans()) {
        const { namespace, name: plan } = metadata;
        for (const condition of status?.conditions ?? []) {
          if (!REPORTED_CONDITIONS.includes(condition.type)) continue;
          yield { labels: { namespace, plan, type: condition.type, status: condition.status }, value: 1 };
        }
      }
    },
  );
  gauge(
    'baton_notifications',
    'Notifications by outcome, in the batches that still exist.',
    ['namespace', 'plan', 'sink', 'outcome', 'reason'],
    function* () {
      for (const { metadata, spec, status } of sources.batches()) {
        for (const receipt of status?.notification?.receipts ?? []) {
          if (isProbe(receipt)) continue;
          const { sink, outcome, reason = '' } = receipt;
          yield { labels: { namespace: metadata.namespace, plan: spec.plan, sink, outcome, reason }, value: 1 };
        }
      }
    },
  );
  return { contentType: register.contentType, text: () => register.metrics() };
}
