import type { UpgradePlan, Sink as SinkSpec } from '../../api/generated/upgradeplan.ts';
import { consolidate } from '../../core/notification/consolidation/consolidate.ts';
import { styleOf } from '../../core/notification/text/message-style.ts';
import type { Notification } from '../../core/notification/model/notification.ts';
import { sampleBatch } from '../../core/notification/consolidation/sample-batch.ts';
import type { Instant } from '../../core/facts.ts';
import { cutToBytes } from '../../core/text.ts';
import type { Sink } from '../../notify/sink.ts';
import { startDeadline } from '../../timers/deadline.ts';
import type { SetTimer } from '../../timers/timer.ts';

/** What to test. */
export interface SinkTestInput {
  readonly plan: UpgradePlan;
  /** Name of a sink; empty for all sinks. */
  readonly sink: string;
  readonly cluster: string;
  readonly createSink: (spec: SinkSpec) => Sink;
  readonly now: Instant;
  /** Measures the timeouts. */
  readonly setTimer: SetTimer;
  /** Makes the id of the sample unique. */
  readonly random: () => number;
}

/** The result of sending the sample to one sink. */
export interface SinkTestResult {
  readonly sink: string;
  readonly outcome: 'Delivered' | 'Failed';
  readonly reason?: string;
  readonly message?: string;
}

/** Timeout of one sink (ms). */
const SEND_TIMEOUT_MS = 30_000;
/** Maximum size of a result's message in bytes: the results of ten sinks fit into the 4,096 bytes of a termination message. */
const MAX_MESSAGE_BYTES = 256;

/** Sends a sample to all sinks at the same time, once. */
export async function testSinks({
  plan,
  sink,
  cluster,
  createSink,
  now,
  setTimer,
  random,
}: SinkTestInput): Promise<readonly SinkTestResult[]> {
  const sinks = (plan.spec.notify?.sinks ?? []).filter(({ name }) => sink === '' || name === sink);
  const id = Math.floor(random() * 1e9);
  return Promise.all(
    sinks.map(async (spec): Promise<SinkTestResult> => {
      const notification = sampleNotification(plan, { cluster, now, id, spec });
      const deadline = startDeadline(SEND_TIMEOUT_MS, undefined, setTimer);
      const result = await createSink(spec).send(notification, { signal: deadline.signal, now });
      deadline.cancelTimer();
      if (result.kind === 'Delivered') {
        const { reason, message } = result.remark ?? {};
        return {
          sink: spec.name,
          outcome: 'Delivered',
          ...(reason === undefined ? {} : { reason, message: cutMessage(message) }),
        };
      }
      return { sink: spec.name, outcome: 'Failed', reason: result.reason, message: cutMessage(result.message) };
    }),
  );
}

function cutMessage(message = ''): string {
  return cutToBytes(message, MAX_MESSAGE_BYTES);
}

interface Sample {
  readonly cluster: string;
  readonly now: Instant;
  readonly id: number;
  readonly spec: SinkSpec;
}

/** A notification whose kind and first line say that it is a test. */
function sampleNotification(plan: UpgradePlan, { cluster, now, id, spec }: Sample): Notification {
  const batch = sampleBatch(plan, now);
  const notification = consolidate({
    batch: { ...batch, metadata: { ...batch.metadata, uid: `${batch.metadata.uid.slice(0, -9)}${String(id).padStart(9, '0')}` } },
    reports: [],
    cluster,
    agent: { node: 'test', pod: 'test' },
    ...styleOf(plan, spec),
  });
  return { ...notification, kind: 'Test', text: `TEST, nothing of this has happened\n${notification.text}` };
}
