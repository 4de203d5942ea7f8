import type { Sink as SinkSpec } from '../../api/generated/upgradeplan.ts';
import { makeReceipt } from '../../core/baton/attempt.ts';
import { judgeProbe, probeId, type ProbeVerdict } from '../../core/baton/probe.ts';
import { isProbe } from '../../core/baton/series.ts';
import { pause } from '../../kube/pause.ts';
import type { Sink } from '../../notify/sink.ts';
import type { LeaseHold } from '../lease-hold.ts';
import { readPlanSinks } from './plan-sinks.ts';
import type { AgentPorts } from '../ports.ts';

/** A sink that could not be reached, or is new in the plan, is looked at so long after (ms). */
const AGAIN_MS = 5 * 60_000;
/** The plan, its shared sinks or the API server were not to be read: soon again (ms). */
const RETRY_MS = 30_000;

/** What probes work with. */
export interface ProbePorts extends Pick<
  AgentPorts,
  'batches' | 'plans' | 'sharedSinks' | 'createSink' | 'clock' | 'random' | 'log' | 'config'
> {
  readonly hold: LeaseHold;
}

/**
 * Looks whether the plan's sinks can be reached from this node, before there is anything to tell: each once, and again while it cannot be.
 * It waits for no delivery, and no delivery waits for it. What it finds out goes on record when it is news.
 *
 * @param signal aborted when this agent no longer speaks for the batch.
 */
export async function probeSinks(batch: string, ports: ProbePorts, signal: AbortSignal): Promise<void> {
  const done = new Set<string>();
  while (!signal.aborted) {
    const isWhole = await probeRest(batch, done, ports, signal);
    await pause(ports.clock.sleep, isWhole ? AGAIN_MS : RETRY_MS, signal);
  }
}

/**
 * Probes the sinks that are not done.
 *
 * @param done sinks as the plan describes them: one that is described otherwise is another one.
 * @returns whether the end of all of them is known.
 */
async function probeRest(batch: string, done: Set<string>, ports: ProbePorts, signal: AbortSignal): Promise<boolean> {
  try {
    const plan = await ports.plans.read(signal);
    if (plan === undefined) return true;
    const { sinks, problem } = await readPlanSinks(plan, ports);
    const rest = sinks.filter((spec) => !done.has(JSON.stringify(spec)));
    const ends = await Promise.all(rest.map((spec) => probeSink(batch, spec, ports, signal)));
    for (const [position, spec] of rest.entries()) if (ends[position] === 'Done') done.add(JSON.stringify(spec));
    return problem === undefined && !ends.includes('Unknown');
  } catch (error) {
    if (!signal.aborted) ports.log.warn('Reading the sinks to probe failed', { batch, error });
    return false;
  }
}

/** `Unknown` where it could not be found out, or not be put on record. */
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
      if (sink.probe === undefined || hasSpoken(spec.name, ports)) return 'Done';
      const result = await sink.probe({ signal, now: clock.now() });
      const verdict = judgeProbe(result, { attempts, elapsedMs: clock.monotonic() - began }, random());
      if (verdict.kind === 'Over') {
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

/** Whether the sink has had its say in a delivery by this agent, which tells more than any probe. */
function hasSpoken(sink: Sink['name'], { hold, config }: ProbePorts): boolean {
  return hold.receipts.some((receipt) => receipt.sink === sink && receipt.node === config.node && !isProbe(receipt));
}

interface Probed {
  readonly sink: string;
  readonly verdict: Exclude<ProbeVerdict, { kind: 'Again' }>;
  readonly attempts: number;
}

async function record(batch: string, { sink, verdict, attempts }: Probed, ports: ProbePorts, signal: AbortSignal): Promise<void> {
  const { hold, batches, clock, log, config } = ports;
  const found = await batches.read(batch, signal);
  if (found === undefined || signal.aborted || hasSpoken(sink, ports)) return;
  const { node } = config;
  const batchUid = found.metadata.uid;
  const known = [...batches.probes(), ...(found.status?.notification?.receipts ?? []), ...hold.receipts];
  const id = probeId(verdict, { batchUid, sink, node }, known);
  if (id === undefined) return;
  hold.record(makeReceipt({ batch, batchUid, id, sink }, verdict, { node, attempts, now: clock.now() }));
  if (verdict.outcome === 'Reached') log.info('A sink can be reached again', { batch, sink });
  else log.error('A sink cannot be reached', { batch, sink, reason: verdict.reason, problem: verdict.message });
}
