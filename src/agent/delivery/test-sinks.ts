import type { UpgradePlan, Sink as SinkSpec } from '../../api/generated/upgradeplan.ts';
import { consolidate } from '../../core/notification/consolidation/consolidate.ts';
import { styleOf } from '../../core/notification/text/message-style.ts';
import type { Notification } from '../../core/notification/model/notification.ts';
import { sampleBatch } from '../../core/notification/consolidation/sample-batch.ts';
import type { Instant } from '../../core/facts.ts';
import { cutToBytes } from '../../core/text.ts';
import type { Sink } from '../../notify/sink.ts';

/** What is tried. */
export interface SinkTestInput {
  readonly plan: UpgradePlan;
  /** Name of the one sink; empty for all of them. */
  readonly sink: string;
  readonly cluster: string;
  readonly createSink: (spec: SinkSpec) => Sink;
  readonly now: Instant;
  /** Makes the id of the sample unlike that of any other. */
  readonly random: () => number;
}

/** What became of the sample at one sink. */
export interface SinkTestResult {
  readonly sink: string;
  readonly outcome: 'Delivered' | 'Failed';
  readonly reason?: string;
  readonly message?: string;
}

/** For one sink (ms). */
const TEST_MS = 30_000;
/** Ten sinks with such messages fit into the 4,096 bytes that Kubernetes keeps of a container's last words. */
const MESSAGE_BYTES = 256;

/** Sends a sample to each sink, once and at the same time. */
export async function testSinks({
  plan,
  sink,
  cluster,
  createSink,
  now,
  random,
}: SinkTestInput): Promise<readonly SinkTestResult[]> {
  const sinks = (plan.spec.notify?.sinks ?? []).filter(({ name }) => sink === '' || name === sink);
  const id = Math.floor(random() * 1e9);
  return Promise.all(
    sinks.map(async (spec): Promise<SinkTestResult> => {
      const notification = sample(plan, { cluster, now, id, spec });
      const result = await createSink(spec).send(notification, { signal: AbortSignal.timeout(TEST_MS), now });
      if (result.kind === 'Delivered') {
        const { reason, message } = result.remark ?? {};
        return { sink: spec.name, outcome: 'Delivered', ...(reason === undefined ? {} : { reason, message: cut(message) }) };
      }
      return { sink: spec.name, outcome: 'Failed', reason: result.reason, message: cut(result.message) };
    }),
  );
}

function cut(message = ''): string {
  return cutToBytes(message, MESSAGE_BYTES);
}

interface Sample {
  readonly cluster: string;
  readonly now: Instant;
  readonly id: number;
  readonly spec: SinkSpec;
}

/** A notification like any other, but for its first line and its kind, which say that nothing of it has happened. */
function sample(plan: UpgradePlan, { cluster, now, id, spec }: Sample): Notification {
  const batch = sampleBatch(plan, now);
  const told = consolidate({
    batch: { ...batch, metadata: { ...batch.metadata, uid: `${batch.metadata.uid.slice(0, -9)}${String(id).padStart(9, '0')}` } },
    reports: [],
    cluster,
    agent: { node: 'test', pod: 'test' },
    ...styleOf(plan, spec),
  });
  return { ...told, kind: 'Test', text: `TEST, nothing of this has happened\n${told.text}` };
}
