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

/** The live message is changed at most so often (ms). */
const UPDATE_MS = 30_000;

/** What this agent knows of a batch's live messages. */
interface LiveBatch {
  readonly name: string;
  /** What was last told, by sink. */
  readonly told: Map<string, string>;
  /** Sinks that can have none in this agent's life. */
  readonly mute: Set<string>;
}

/**
 * Keeps the live message of the batch that the Lease names up to date, in the sinks that can change one. It is a help for those who watch:
 * what fails is logged and comes again with the next change, for the final message is what counts.
 */
export async function runLiveMessages(ports: DeliverPorts, changed: ChangeSignal, { stop, cut }: DeliverSignals): Promise<void> {
  const { hold, clock, log } = ports;
  let live: LiveBatch | undefined;
  while (!stop.aborted) {
    const { batch } = hold;
    if (batch === undefined || batch === '') {
      await changed.wait(stop);
      continue;
    }
    if (live?.name !== batch) live = { name: batch, told: new Map(), mute: new Set() };
    try {
      await updateAll(live, ports, { stop, cut });
    } catch (error) {
      log.warn('Updating live messages failed', { batch, error });
    }
    await pause(clock.sleep, UPDATE_MS, stop);
  }
}

async function updateAll(live: LiveBatch, ports: DeliverPorts, signals: DeliverSignals): Promise<void> {
  const plan = await ports.plans.read(signals.stop);
  if (plan?.spec.notify?.live !== true) return;
  const { sinks: all } = await readPlanSinks(plan, ports);
  const sinks = all.filter((sink) => sendPolicy(sink) === 'EveryBatch' && !live.mute.has(sink.name));
  const able = sinks.filter((spec) => ports.createSink(spec).updatesInPlace === true);
  await Promise.all(able.map((spec) => ports.turns.take(spec.name, () => update(live, { plan, spec }, ports, signals))));
}

async function update(
  live: LiveBatch,
  { plan, spec }: { readonly plan: UpgradePlan; readonly spec: SinkSpec },
  ports: DeliverPorts,
  { stop, cut }: DeliverSignals,
): Promise<void> {
  const { hold, batches, compose, clock } = ports;
  const baton = await hold.confirm(stop);
  if (baton === undefined || hold.batch !== live.name) return;
  const batch = await batches.read(live.name, stop);
  // Read in this sink's turn: what has settled is told by the final message, and by nothing after it.
  if (batch === undefined || isTrue(batch.status?.conditions, CONDITIONS.settled)) return;
  const key = progressKey(batch);
  if (live.told.get(spec.name) === key) return;

  const notification = await compose({ batch, id: seriesId('live', batch.metadata.uid) }, styleOf(plan, spec), stop);
  const known = liveHandle(batch, spec.name, ports);
  const signal = AbortSignal.any([baton, cut]);
  const options = presentFields({ signal, now: clock.now(), handle: known?.handle });
  const { result } = await sendWithRetry(ports, spec, notification, options);
  keep(live, { batch, sink: spec.name, key, result, known }, ports);
}

/** A sink's live message of a batch, as the Lease or the batch's status has it. */
export function liveHandle(
  batch: UpgradeBatch,
  sink: string,
  { hold }: Pick<DeliverPorts, 'hold'>,
): { readonly handle: string | undefined; readonly number: number } | undefined {
  const receipts = [...(batch.status?.notification?.receipts ?? []), ...hold.receipts];
  const found = newestIn({ series: 'live', batchUid: batch.metadata.uid }, sink, receipts);
  return found === undefined ? undefined : { handle: found.receipt.handle, number: found.number };
}

interface Updated {
  readonly batch: UpgradeBatch;
  readonly sink: string;
  readonly key: string;
  readonly result: SendResult;
  readonly known: ReturnType<typeof liveHandle>;
}

function keep(live: LiveBatch, { batch, sink, key, result, known }: Updated, { hold, config, clock, log }: DeliverPorts): void {
  const { name, uid } = batch.metadata;
  if (result.kind !== 'Delivered') {
    const { reason, message } = result;
    log.warn('Updating a live message failed', { batch: name, sink, reason, problem: message });
    if (result.kind === 'Permanent') live.mute.add(sink);
    return;
  }
  live.told.set(sink, key);
  const { handle } = result;
  // Without a handle it can never be changed, and each change would be a new message.
  if (handle === undefined) live.mute.add(sink);
  if (handle === undefined || handle === known?.handle) return;
  const delivery = { batch: name, batchUid: uid, id: seriesId('live', uid, (known?.number ?? 0) + 1), sink };
  const verdict = { kind: 'Over', outcome: 'Delivered', handle } as const;
  hold.record(makeReceipt(delivery, verdict, { node: config.node, attempts: 1, now: clock.now() }));
}
