import type { Sink as SinkSpec } from '../../api/generated/upgradeplan.ts';
import { makeReceipt } from '../../core/baton/attempt.ts';
import { judgeProbe, probeId, type ProbeVerdict } from '../../core/baton/probe.ts';
import { isProbe } from '../../core/baton/series.ts';
import { pause } from '../../kube/pause.ts';
import type { Sink } from '../../notify/sink.ts';
import type { LeaseHold } from '../lease-hold.ts';
import { readPlanSinks } from './plan-sinks.ts';
import type { AgentPorts } from '../ports.ts';

/** Interval at which sinks that could not be reached or are new in the plan are probed (ms). */
const REPROBE_DELAY_MS = 5 * 60_000;
/** Delay after the plan, its shared sinks or the batch could not be read (ms). */
const RETRY_DELAY_MS = 30_000;

/** What probes depend on. */
export interface ProbePorts extends Pick<
  AgentPorts,
  'batches' | 'plans' | 'sharedSinks' | 'createSink' | 'clock' | 'random' | 'log' | 'config'
> {
  readonly hold: LeaseHold;
}

/**
 * Checks that the plan's sinks can be reached from this node before there is anything to send: each sink once, and again while it cannot
 * be reached. Probes and deliveries do not wait for each other. A result is recorded when it differs from the last one.
 *
 * @param signal aborted when this agent no longer sends the batch's notifications.
 */
export async function probeSinks(batch: string, ports: ProbePorts, signal: AbortSignal): Promise<void> {
  const done = new Set<string>();
  while (!signal.aborted) {
    const isComplete = await probeRemaining(batch, done, ports, signal);
    await pause(ports.clock.sleep, isComplete ? REPROBE_DELAY_MS : RETRY_DELAY_MS, signal);
  }
}

/**
 * Probes the sinks that are not done.
 *
 * @param done the specs of the finished sinks as JSON, so that a changed sink is probed again.
 * @returns whether the result of every sink is known.
 */
async function probeRemaining(batch: string, done: Set<string>, ports: ProbePorts, signal: AbortSignal): Promise<boolean> {
  try {
    const plan = await ports.plans.read(signal);
    if (plan === undefined) return true;
    const { sinks, problem } = await readPlanSinks(plan, ports);
    const rest = sinks.filter((spec) => !done.has(JSON.stringify(spec)));
    const results = await Promise.all(rest.map((spec) => probeSink(batch, spec, ports, signal)));
    for (const [position, spec] of rest.entries()) if (results[position] === 'Done') done.add(JSON.stringify(spec));
    return problem === undefined && !results.includes('Unknown');
  } catch (error) {
    if (!signal.aborted) ports.log.warn('Reading the sinks to probe failed', { batch, error });
    return false;
  }
}

/** Probes one sink. `Unknown`: the probe was interrupted or its result could not be recorded. */
async function probeSink(
  batch: string,
  spec: SinkSpec,
  ports: ProbePorts,
  signal: AbortSignal,
): Promise<'Done' | 'Failed' | 'Unknown'> {
  const { clock, log, random } = ports;
  try {
    const sink = ports.createSink(spec);
    const began = clock.monotonic();
    for (let attempts = 1; !signal.aborted; attempts++) {
      if (sink.probe === undefined || hasDeliveryReceipt(spec.name, ports)) return 'Done';
      const result = await sink.probe({ signal, now: clock.now() });
      const verdict = judgeProbe(result, { attempts, elapsedMs: clock.monotonic() - began }, random());
      if (verdict.kind === 'Final') {
        await record(batch, { sink: spec.name, verdict, attempts }, ports, signal);
        return verdict.outcome === 'Reached' ? 'Done' : 'Failed';
      }
      await pause(clock.sleep, verdict.afterMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) log.warn('Probing a sink failed', { batch, sink: spec.name, error });
  }
  return 'Unknown';
}

/** Whether this agent has the result of a delivery to the sink, which says more than a probe. */
function hasDeliveryReceipt(sink: Sink['name'], { hold, config }: ProbePorts): boolean {
  return hold.receipts.some((receipt) => receipt.sink === sink && receipt.node === config.node && !isProbe(receipt));
}

interface ProbeResult {
  readonly sink: string;
  readonly verdict: Exclude<ProbeVerdict, { kind: 'Retry' }>;
  readonly attempts: number;
}

async function record(
  batch: string,
  { sink, verdict, attempts }: ProbeResult,
  ports: ProbePorts,
  signal: AbortSignal,
): Promise<void> {
  const { hold, batches, clock, log, config } = ports;
  const found = await batches.read(batch, signal);
  if (found === undefined || signal.aborted || hasDeliveryReceipt(sink, ports)) return;
  const { node } = config;
  const batchUid = found.metadata.uid;
  const known = [...batches.probes(), ...(found.status?.notification?.receipts ?? []), ...hold.receipts];
  const id = probeId(verdict, { batchUid, sink, node }, known);
  if (id === undefined) return;
  hold.record(makeReceipt({ batch, batchUid, id, sink }, verdict, { node, attempts, now: clock.now() }));
  if (verdict.outcome === 'Reached') log.info('Reached a sink again', { batch, sink });
  else log.error('Reaching a sink failed', { batch, sink, reason: verdict.reason, problem: verdict.message });
}
