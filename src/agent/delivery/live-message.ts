import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { Sink as SinkSpec, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { makeReceipt } from '../../core/baton/attempt.ts';
import { newestIn, seriesId } from '../../core/baton/series.ts';
import { CONDITIONS } from '../../api/conditions.ts';
import { isTrue } from '../../core/condition.ts';
import { progressKey } from '../../core/notification/consolidation/consolidate-progress.ts';
import { sendPolicy } from '../../core/sinks/sink-kinds.ts';
import { styleOf } from '../../core/notification/text/message-style.ts';
import type { SendResult } from '../../core/notification/model/send-result.ts';
import { presentFields } from '../../core/present-fields.ts';
import { pause } from '../../kube/pause.ts';
import type { ChangeSignal } from '../change-signal.ts';
import type { DeliverPorts, DeliverSignals } from './deliver-ports.ts';
import { readPlanSinks } from './plan-sinks.ts';
import { sendWithRetry } from './send-with-retry.ts';

/** Minimum interval between two updates of the live message (ms). */
const MIN_UPDATE_INTERVAL_MS = 30_000;

/** This agent's state of a batch's live messages. */
interface LiveBatch {
  readonly name: string;
  /** The progress that was last sent, by sink. */
  readonly shown: Map<string, string>;
  /** Sinks that get no live message from this agent. */
  readonly excludedSinks: Set<string>;
}

/**
 * Keeps the live message of the Lease's batch up to date in the sinks that can update a message. A failed update is logged and repeated
 * only with the next change, because the final message is what counts.
 */
export async function runLiveMessages(
  ports: DeliverPorts,
  changed: ChangeSignal,
  { stop, abortSends }: DeliverSignals,
): Promise<void> {
  const { hold, clock, log } = ports;
  let live: LiveBatch | undefined;
  while (!stop.aborted) {
    const { batch } = hold;
    if (batch === undefined || batch === '') {
      await changed.wait(stop);
      continue;
    }
    if (live?.name !== batch) live = { name: batch, shown: new Map(), excludedSinks: new Set() };
    try {
      await updateAll(live, ports, { stop, abortSends });
    } catch (error) {
      log.warn('Updating live messages failed', { batch, error });
    }
    await pause(clock.sleep, MIN_UPDATE_INTERVAL_MS, stop);
  }
}

async function updateAll(live: LiveBatch, ports: DeliverPorts, signals: DeliverSignals): Promise<void> {
  const plan = await ports.plans.read(signals.stop);
  if (plan?.spec.notify?.live !== true) return;
  const { sinks: all } = await readPlanSinks(plan, ports);
  const sinks = all.filter((sink) => sendPolicy(sink) === 'EveryBatch' && !live.excludedSinks.has(sink.name));
  const able = sinks.filter((spec) => ports.createSink(spec).updatesInPlace === true);
  await Promise.all(able.map((spec) => ports.sinkLock.run(spec.name, () => update(live, { plan, spec }, ports, signals))));
}

async function update(
  live: LiveBatch,
  { plan, spec }: { readonly plan: UpgradePlan; readonly spec: SinkSpec },
  ports: DeliverPorts,
  { stop, abortSends }: DeliverSignals,
): Promise<void> {
  const { hold, batches, compose, clock } = ports;
  const baton = await hold.confirm(stop);
  if (baton === undefined || hold.batch !== live.name) return;
  const batch = await batches.read(live.name, stop);
  // The batch is read under the sink's lock: once it has settled, nothing may follow the final message.
  if (batch === undefined || isTrue(batch.status?.conditions, CONDITIONS.settled)) return;
  const key = progressKey(batch);
  if (live.shown.get(spec.name) === key) return;

  const notification = await compose({ batch, id: seriesId('live', batch.metadata.uid) }, styleOf(plan, spec), stop);
  const known = liveHandle(batch, spec.name, ports);
  const signal = AbortSignal.any([baton, abortSends]);
  const options = presentFields({ signal, now: clock.now(), handle: known?.handle });
  const { result } = await sendWithRetry(ports, spec, notification, options);
  recordResult(live, { batch, sink: spec.name, key, result, known }, ports);
}

/** The sink's live message of a batch, from the batch's status or the Lease. */
export function liveHandle(
  batch: UpgradeBatch,
  sink: string,
  { hold }: Pick<DeliverPorts, 'hold'>,
): { readonly handle: string | undefined; readonly number: number } | undefined {
  const receipts = [...(batch.status?.notification?.receipts ?? []), ...hold.receipts];
  const found = newestIn({ series: 'live', batchUid: batch.metadata.uid }, sink, receipts);
  return found === undefined ? undefined : { handle: found.receipt.handle, number: found.number };
}

interface UpdateResult {
  readonly batch: UpgradeBatch;
  readonly sink: string;
  readonly key: string;
  readonly result: SendResult;
  readonly known: ReturnType<typeof liveHandle>;
}

function recordResult(
  live: LiveBatch,
  { batch, sink, key, result, known }: UpdateResult,
  { hold, config, clock, log }: DeliverPorts,
): void {
  const { name, uid } = batch.metadata;
  if (result.kind !== 'Delivered') {
    const { reason, message } = result;
    log.warn('Updating a live message failed', { batch: name, sink, reason, problem: message });
    if (result.kind === 'Permanent') live.excludedSinks.add(sink);
    return;
  }
  live.shown.set(sink, key);
  const { handle } = result;
  // Without a handle the message cannot be updated: each change would be a new message.
  if (handle === undefined) live.excludedSinks.add(sink);
  if (handle === undefined || handle === known?.handle) return;
  const delivery = { batch: name, batchUid: uid, id: seriesId('live', uid, (known?.number ?? 0) + 1), sink };
  const verdict = { kind: 'Final', outcome: 'Delivered', handle } as const;
  hold.record(makeReceipt(delivery, verdict, { node: config.node, attempts: 1, now: clock.now() }));
}
