import type { NodeRecord } from '../../api/generated/upgradebatch.ts';
import { secondsBetween } from '../../core/duration.ts';
import { toRfc3339 } from '../../core/text.ts';
import { keyOf, planMessage, type PlanState, type RolloutState } from './rollout-state.ts';
import type { RequestCounts, Simulation } from './simulation-port.ts';
import type { Verdict } from './verdict.ts';

/** What a simulation shows about the plans. */
export interface Summary {
  readonly result: Verdict['kind'];
  readonly seed: number;
  /** RFC 3339. */
  readonly startTime: string;
  /** RFC 3339. */
  readonly endTime: string;
  /** Virtual time. */
  readonly seconds: number;
  readonly nodes: number;
  readonly plans: readonly PlanSummary[];
  /** How many hosts were down at once. */
  readonly peakHostsDown: number;
  readonly failures: readonly NodeFailure[];
  /** The number of messages that arrived, by sink. */
  readonly messages: Readonly<Record<string, number>>;
  readonly requests: RequestCounts;
}

/** The end of one plan. */
export interface PlanSummary {
  /** `namespace/name`. */
  readonly plan: string;
  readonly version: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** `34/60`. */
  readonly progress: string;
  readonly batches: number;
  readonly maxUnavailable: number | string;
  /** From the first turn to the last outcome; absent if no node had its turn. */
  readonly seconds?: number;
  /** How long it waited, by reason. */
  readonly waits: readonly { readonly reason: string; readonly seconds: number }[];
}

/** A node whose upgrade failed. */
export interface NodeFailure {
  readonly node: string;
  readonly batch: string;
  readonly reason: string;
  readonly message: string;
  readonly quarantined: boolean;
  /** Whether it succeeded in a later batch. */
  readonly recovered: boolean;
}

/** What is known when a simulation has ended. */
export interface SimulationEnd {
  readonly simulation: Pick<Simulation, 'now' | 'start' | 'hostsDown' | 'messages' | 'requests'>;
  readonly state: RolloutState;
  readonly verdict: Verdict;
  readonly seed: number;
  readonly nodes: number;
}

/** Summarizes a simulation that has ended. */
export function summarize({ simulation, state, verdict, seed, nodes }: SimulationEnd): Summary {
  const end = simulation.now();
  const messages: Record<string, number> = {};
  for (const { sink } of simulation.messages) messages[sink] = (messages[sink] ?? 0) + 1;
  return {
    result: verdict.kind,
    seed,
    startTime: toRfc3339(simulation.start),
    endTime: toRfc3339(end),
    seconds: Math.round((end - simulation.start) / 1000),
    nodes,
    plans: state.plans.map(planSummary),
    peakHostsDown: simulation.hostsDown.peak,
    failures: state.plans.flatMap(failuresOf),
    messages,
    requests: simulation.requests,
  };
}

function planSummary({ plan, batches }: PlanState): PlanSummary {
  const { status, spec } = plan;
  const settled = batches.map((batch) => batch.status?.settledTime).filter((time) => time !== undefined);
  const seconds = secondsBetween(batches[0]?.status?.startTime, settled.at(-1));
  return {
    plan: keyOf(plan),
    version: spec.version,
    status: status?.summary ?? 'Unknown',
    reason: status?.reason ?? '',
    message: planMessage(plan),
    progress: status?.progress ?? '',
    batches: batches.length,
    maxUnavailable: spec.maxUnavailable,
    ...(seconds === undefined ? {} : { seconds }),
    waits: status?.waits ?? [],
  };
}

function failuresOf({ batches }: PlanState): readonly NodeFailure[] {
  const last = new Map(batches.flatMap(({ status }) => (status?.nodes ?? []).map(({ name, state }) => [name, state])));
  return batches.flatMap(({ metadata, status }) =>
    (status?.nodes ?? [])
      .filter(({ state }) => state === 'Failed')
      .map((record) => failure(metadata.name, record, last.get(record.name) === 'Succeeded')),
  );
}

function failure(batch: string, { name, reason = '', message = '', quarantined }: NodeRecord, recovered: boolean): NodeFailure {
  return { node: name, batch, reason, message, quarantined: quarantined === true, recovered };
}
