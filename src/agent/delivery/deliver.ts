import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { Sink as SinkSpec, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { backoffMs, judgeAttempt, makeReceipt, type Verdict } from '../../core/baton/attempt.ts';
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

/** The kubelet brings what changed in a ConfigMap within so long (ms): until then, a sink that is not in it may be a new one. */
const KUBELET_MS = 3 * 60_000;

/** What one try came to. */
type Try =
  /** The agent stops. */
  | { readonly kind: 'Stopped' }
  /** Nothing is left to do: somebody has delivered it, or it was given up, or the batch is gone. */
  | { readonly kind: 'Closed' }
  /** The cluster did not tell what is needed. Nothing was sent. */
  | { readonly kind: 'Unready'; readonly problem: string; readonly error?: unknown }
  /** The plan does not name the sink any more. Nothing was sent. */
  | { readonly kind: 'SinkRemoved' }
  | { readonly kind: 'Sent'; readonly result: SendResult; readonly unanswered: boolean };

const SINK_REMOVED: Verdict = {
  kind: 'Over',
  outcome: 'Failed',
  reason: NOTIFY_REASONS.SinkRemoved,
  message: 'the sink was removed from the plan before it had taken the notification',
};

/**
 * Sends one notification to one sink, as often as it takes, until there is a receipt. Each try first renews the Lease and looks at the
 * batch and the plan as they are then, so that an agent that was slow does not send what another has sent.
 */
export async function deliver(delivery: Delivery, ports: DeliverPorts, signals: DeliverSignals): Promise<void> {
  const { clock, random, log, hold, config } = ports;
  const { batch, sink } = delivery;
  const began = clock.monotonic();
  let attempts = 0;
  let failures = 0;

  function tellVerdict(verdict: Extract<Verdict, { kind: 'Over' }>): void {
    const fields = { batch, sink, id: delivery.id, attempts };
    if (verdict.outcome === 'Failed') {
      log.error('Giving a notification up', { ...fields, reason: verdict.reason, problem: verdict.message });
    } else if (verdict.remark !== undefined) {
      log.warn('Delivered notification, but not as it should be', { ...fields, ...verdict.remark });
    } else {
      log.info('Delivered notification', fields);
    }
  }

  function judge(tried: Extract<Try, { kind: 'Sent' }>): Verdict {
    attempts += 1;
    return judgeAttempt(tried.result, { attempts, unanswered: tried.unanswered, elapsedMs: clock.monotonic() - began }, random());
  }

  while (!signals.stop.aborted) {
    const tried = await ports.turns.take(sink, () => tryOnce(delivery, ports, signals, clock.monotonic() - began));
    if (tried.kind === 'Stopped' || tried.kind === 'Closed') return;
    if (tried.kind === 'Unready') {
      failures += 1;
      log.warn('Preparing notification failed', { batch, sink, problem: tried.problem, error: tried.error });
      await pause(clock.sleep, backoffMs(failures, random()), signals.stop);
      continue;
    }
    failures = 0;
    const verdict = tried.kind === 'Sent' ? judge(tried) : SINK_REMOVED;
    if (verdict.kind === 'Over') {
      hold.record(makeReceipt(delivery, verdict, { node: config.node, attempts, now: clock.now() }));
      tellVerdict(verdict);
      return;
    }
    log.warn('Sending notification failed', { batch, sink, attempts, afterMs: verdict.afterMs, ...problemOf(tried) });
    await pause(clock.sleep, verdict.afterMs, signals.stop);
  }
}

function problemOf(tried: Try): object {
  return tried.kind === 'Sent' && tried.result.kind !== 'Delivered'
    ? { reason: tried.result.reason, problem: tried.result.message }
    : {};
}

async function tryOnce(delivery: Delivery, ports: DeliverPorts, { stop, cut }: DeliverSignals, elapsedMs: number): Promise<Try> {
  const { hold, batches, plans, compose, clock } = ports;
  const baton = await hold.confirm(stop);
  if (baton === undefined) return { kind: 'Stopped' };
  if (hasReceipt(hold.receipts, delivery)) return { kind: 'Closed' };
  try {
    const batch = await batches.read(delivery.batch, stop);
    if (batch === undefined || !isOpen(batch, delivery)) return { kind: 'Closed' };

    const plan = await plans.read(stop);
    if (plan === undefined) return { kind: 'Unready', problem: 'the plan is gone, and with it the addresses of its sinks' };
    const found = await findSink(plan, delivery.sink, { sharedSinks: ports.sharedSinks, elapsedMs });
    if (found.kind !== 'Found') return found;
    const { spec } = found;

    const notification = await compose({ batch, id: delivery.id }, styleOf(plan, spec), stop);
    if (baton.aborted) return { kind: 'Unready', problem: 'the baton was lost while the notification was made' };
    if (stop.aborted) return { kind: 'Stopped' };
    const handle = liveHandle(batch, spec.name, ports)?.handle;
    const signal = AbortSignal.any([baton, cut]);
    const options = presentFields({ signal, now: clock.now(), handle });
    return { kind: 'Sent', ...(await sendWithRetry(ports, spec, notification, options)) };
  } catch (error) {
    if (stop.aborted) return { kind: 'Stopped' };
    return { kind: 'Unready', problem: 'the API server did not tell what is needed, or the sink broke its contract', error };
  }
}

/** Whether the batch still has the message for the sink in its outbox. */
function isOpen(batch: UpgradeBatch, { batchUid, id, sink }: Delivery): boolean {
  return batch.metadata.uid === batchUid && outboxEntries(batch).some((entry) => entry.id === id && entry.sinks.includes(sink));
}

type FoundSink = { readonly kind: 'Found'; readonly spec: SinkSpec } | Extract<Try, { readonly kind: 'Unready' | 'SinkRemoved' }>;

/** A sink of the plan's own, or one that it shares. One that is in neither was removed, unless the ConfigMaps are not all there yet. */
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
  if (elapsedMs < KUBELET_MS) return { kind: 'Unready', problem: 'the shared sinks do not have it, or the kubelet is behind' };
  return { kind: 'SinkRemoved' };
}
