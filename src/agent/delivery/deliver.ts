import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { Sink as SinkSpec, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { backoffMs } from '../../core/backoff.ts';
import { DELIVERY_BACKOFF, judgeAttempt, makeReceipt, type Verdict } from '../../core/baton/attempt.ts';
import { outboxEntries, type Delivery } from '../../core/baton/deliveries.ts';
import { hasReceipt } from '../../core/baton/lease.ts';
import { styleOf } from '../../core/notification/text/message-style.ts';
import type { SendResult } from '../../core/notification/model/send-result.ts';
import { sharedSinksKeys } from '../../core/sinks/shared-sinks.ts';
import { pause } from '../../kube/pause.ts';
import { presentFields } from '../../core/present-fields.ts';
import type { DeliverPorts, DeliverSignals } from './deliver-ports.ts';
import { liveHandle } from './live-message.ts';
import { sendWithRetry } from './send-with-retry.ts';

/** Maximum ConfigMap propagation delay (ms). Until it has passed, a sink that the mounted ConfigMap lacks may be a new one. */
const MAX_CONFIG_MAP_DELAY_MS = 3 * 60_000;

/** The result of one attempt. */
type Attempt =
  /** The agent is stopping. */
  | { readonly kind: 'Stopped' }
  /** Nothing is left to do: the message was delivered or given up, or the batch was deleted. */
  | { readonly kind: 'Closed' }
  /** The message could not be prepared. Nothing was sent. */
  | { readonly kind: 'Unready'; readonly problem: string; readonly error?: unknown }
  /** The plan no longer names the sink. Nothing was sent. */
  | { readonly kind: 'SinkRemoved' }
  | { readonly kind: 'Sent'; readonly result: SendResult; readonly timedOut: boolean };

const SINK_REMOVED: Verdict = {
  kind: 'Final',
  outcome: 'Failed',
  reason: NOTIFY_REASONS.SinkRemoved,
  message: 'the sink was removed from the plan before the notification was delivered',
};

/**
 * Sends one notification to one sink and retries until there is a receipt. Each attempt first renews the Lease and reads the batch and the
 * plan again, so that a slow agent does not send what another agent has already sent.
 */
export async function deliver(delivery: Delivery, ports: DeliverPorts, signals: DeliverSignals): Promise<void> {
  const { clock, random, log, hold, config } = ports;
  const { batch, sink } = delivery;
  const began = clock.monotonic();
  let attempts = 0;
  let failures = 0;

  function logVerdict(verdict: Extract<Verdict, { kind: 'Final' }>): void {
    const fields = { batch, sink, id: delivery.id, attempts };
    if (verdict.outcome === 'Failed') {
      log.error('Giving up on a notification', { ...fields, reason: verdict.reason, problem: verdict.message });
    } else if (verdict.remark !== undefined) {
      log.warn('Delivered a notification with a problem', { ...fields, ...verdict.remark });
    } else {
      log.info('Delivered a notification', fields);
    }
  }

  function judge(attempt: Extract<Attempt, { kind: 'Sent' }>): Verdict {
    attempts += 1;
    return judgeAttempt(attempt.result, { attempts, timedOut: attempt.timedOut, elapsedMs: clock.monotonic() - began }, random());
  }

  while (!signals.stop.aborted) {
    const attempt = await ports.sinkLock.run(sink, () => attemptOnce(delivery, ports, signals, clock.monotonic() - began));
    if (attempt.kind === 'Stopped' || attempt.kind === 'Closed') return;
    if (attempt.kind === 'Unready') {
      failures += 1;
      log.warn('Preparing a notification failed', { batch, sink, problem: attempt.problem, error: attempt.error });
      await pause(clock.sleep, backoffMs(failures, DELIVERY_BACKOFF, random()), signals.stop);
      continue;
    }
    failures = 0;
    const verdict = attempt.kind === 'Sent' ? judge(attempt) : SINK_REMOVED;
    if (verdict.kind === 'Final') {
      hold.record(makeReceipt(delivery, verdict, { node: config.node, attempts, now: clock.now() }));
      logVerdict(verdict);
      return;
    }
    log.warn('Sending a notification failed', { batch, sink, attempts, afterMs: verdict.afterMs, ...problemFields(attempt) });
    await pause(clock.sleep, verdict.afterMs, signals.stop);
  }
}

function problemFields(attempt: Attempt): object {
  return attempt.kind === 'Sent' && attempt.result.kind !== 'Delivered'
    ? { reason: attempt.result.reason, problem: attempt.result.message }
    : {};
}

async function attemptOnce(
  delivery: Delivery,
  ports: DeliverPorts,
  { stop, abortSends }: DeliverSignals,
  elapsedMs: number,
): Promise<Attempt> {
  const { hold, batches, plans, compose, clock } = ports;
  const baton = await hold.confirm(stop);
  if (baton === undefined) return { kind: 'Stopped' };
  if (hasReceipt(hold.receipts, delivery)) return { kind: 'Closed' };
  try {
    const batch = await batches.read(delivery.batch, stop);
    if (batch === undefined || !isOpen(batch, delivery)) return { kind: 'Closed' };

    const plan = await plans.read(stop);
    if (plan === undefined) return { kind: 'Unready', problem: 'the plan was deleted, so its sinks are not known' };
    const found = await findSink(plan, delivery.sink, { sharedSinks: ports.sharedSinks, elapsedMs });
    if (found.kind !== 'Found') return found;
    const { spec } = found;

    const notification = await compose({ batch, id: delivery.id }, styleOf(plan, spec), stop);
    if (baton.aborted) return { kind: 'Unready', problem: 'the baton was lost while the notification was being prepared' };
    if (stop.aborted) return { kind: 'Stopped' };
    const handle = liveHandle(batch, spec.name, ports)?.handle;
    const signal = AbortSignal.any([baton, abortSends]);
    const options = presentFields({ signal, now: clock.now(), handle });
    return { kind: 'Sent', ...(await sendWithRetry(ports, spec, notification, options)) };
  } catch (error) {
    if (stop.aborted) return { kind: 'Stopped' };
    return { kind: 'Unready', problem: 'reading from the API server failed, or the sink threw an error', error };
  }
}

/** Whether the batch's outbox still has the message for this sink. */
function isOpen(batch: UpgradeBatch, { batchUid, id, sink }: Delivery): boolean {
  return batch.metadata.uid === batchUid && outboxEntries(batch).some((entry) => entry.id === id && entry.sinks.includes(sink));
}

type FoundSink =
  { readonly kind: 'Found'; readonly spec: SinkSpec } | Extract<Attempt, { readonly kind: 'Unready' | 'SinkRemoved' }>;

/** Finds one of the plan's own or shared sinks. A missing sink was removed, unless a ConfigMap is not mounted or up to date yet. */
async function findSink(
  plan: UpgradePlan,
  name: string,
  { sharedSinks, elapsedMs }: Pick<DeliverPorts, 'sharedSinks'> & { readonly elapsedMs: number },
): Promise<FoundSink> {
  const own = plan.spec.notify?.sinks?.find((sink) => sink.name === name);
  if (own !== undefined) return { kind: 'Found', spec: own };
  if (sharedSinksKeys(plan).length === 0) return { kind: 'SinkRemoved' };
  const { sinks, problem } = await sharedSinks.read(plan);
  const shared = sinks.find((sink) => sink.name === name);
  if (shared !== undefined) return { kind: 'Found', spec: shared };
  if (problem !== undefined) return { kind: 'Unready', problem };
  if (elapsedMs < MAX_CONFIG_MAP_DELAY_MS)
    return { kind: 'Unready', problem: 'the shared sinks do not contain the sink; the mounted ConfigMap may be out of date' };
  return { kind: 'SinkRemoved' };
}
