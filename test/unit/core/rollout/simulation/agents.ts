import type { Receipt, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { makeReceipt } from '../../../../../src/core/baton/attempt.ts';
import { outboxEntries } from '../../../../../src/core/baton/deliveries.ts';
import { probeId } from '../../../../../src/core/baton/probe.ts';
import { sinkSecrets } from '../../../../../src/core/sinks/sink-secrets.ts';
import { toRfc3339 } from '../../../../../src/core/text.ts';
import { shareSinks } from './shared-sinks.ts';
import type { World } from './world.ts';

/** A third of the Lease's duration (ms). */
const RENEWAL_MS = 5000;
const AWAY_MS = 10_000;

/** Lets the kubelet start an agent: after a while, when its host is up. */
export function startAgent(world: World, uid: string): void {
  world.time.after(world.random.between(1000, 6000), () => boot(world, uid));
}

function boot(world: World, uid: string): void {
  const pod = world.pods.get(uid);
  if (pod === undefined || pod.deleting || pod.phase !== 'Pending' || !world.nodes.has(pod.node)) return;
  if (!world.isAlive(pod.node)) {
    world.time.after(AWAY_MS, () => boot(world, uid));
    return;
  }
  world.setPod(uid, { phase: 'Running', ready: true });
  live(world, uid);
}

/** One turn of an agent's loop: renew, and send what is in the outbox. It stands still while its host does. */
function live(world: World, uid: string): void {
  const pod = world.pods.get(uid);
  if (pod === undefined || pod.deleting || pod.phase !== 'Running' || !world.nodes.has(pod.node)) return;
  world.time.after(RENEWAL_MS, () => live(world, uid));
  if (!world.isAlive(pod.node) || world.lease?.agentPodUid !== uid) return;
  world.setLease({ renewed: true }, false);
  probeAll(world, { uid, node: pod.node });
  const batches = [...world.batches.values()].sort((a, b) => a.spec.index - b.spec.index);
  for (const batch of batches) {
    for (const { id, sinks } of outboxEntries(batch))
      for (const sink of sinks) send(world, { uid, node: pod.node }, batch, { id, sink });
  }
}

/** A look at each sink of the plan: that it is down, or no more, is news. */
function probeAll(world: World, agent: Agent): void {
  const { batchUid = '', receipts = [] } = world.lease ?? {};
  const known = [...[...world.batches.values()].flatMap(({ status }) => status?.notification?.receipts ?? []), ...receipts];
  for (const { name: sink } of world.plan?.spec.notify?.sinks ?? []) {
    const isDown = world.now < (world.sinks.get(sink)?.downUntil ?? 0);
    const failed = { kind: 'Final', outcome: 'Failed', reason: 'SinkUnreachable', message: 'connection refused' } as const;
    const verdict = isDown ? failed : ({ kind: 'Final', outcome: 'Reached' } as const);
    const id = probeId(verdict, { batchUid, sink, node: agent.node }, known);
    if (id === undefined) continue;
    const delivery = { batch: '', batchUid, id, sink };
    record(world, agent, makeReceipt(delivery, verdict, { node: agent.node, attempts: 3, now: world.now }));
  }
}

interface Agent {
  readonly uid: string;
  readonly node: string;
}

function send(world: World, agent: Agent, batch: UpgradeBatch, { id, sink }: Pick<Receipt, 'id' | 'sink'>): void {
  if (world.lease?.receipts.some((receipt) => receipt.id === id && receipt.sink === sink) === true) return;
  const weather = world.sinks.get(sink);
  const told = { sink, id, node: agent.node, attempts: 1, time: toRfc3339(world.now) };
  if (world.plan === undefined) return;
  const { plan, sharedSinks } = shareSinks(world, world.plan);
  const spec = plan.spec.notify?.sinks?.find((each) => each.name === sink);
  if (spec === undefined) {
    if (sharedSinks.kind === 'Known') record(world, agent, { ...told, outcome: 'Failed', reason: 'SinkRemoved' });
    return;
  }
  // It waits for the Secret; an operator that sees that makes another agent long before this one gives up.
  if (sinkSecrets(spec).length > 0 && world.mounted.get(agent.uid)?.has(sink) !== true) return;
  if (weather === undefined || world.now < weather.downUntil) return;
  if (weather.refuses) {
    record(world, agent, { ...told, outcome: 'Failed', reason: 'Refused', message: 'HTTP 410' });
    return;
  }
  world.deliveries.push({ id, sink, node: agent.node, at: world.now });
  world.say(() => `${agent.node} tells ${sink} about ${batch.metadata.name}: ${wordsOf(batch, id)}`);
  // Between the delivery and its receipt an agent may die: then the next one sends again, under the same id.
  world.time.after(world.random.between(10, 400), () => record(world, agent, { ...told, outcome: 'Delivered' }));
}

/** Puts a receipt on the Lease by compare and swap: only while the Lease names this agent. */
function record(world: World, agent: Agent, receipt: Receipt): void {
  const pod = world.pods.get(agent.uid);
  if (world.lease?.agentPodUid !== agent.uid || pod === undefined || !world.isAlive(agent.node)) return;
  if (world.lease.receipts.some((other) => other.id === receipt.id && other.sink === receipt.sink)) return;
  world.setLease({ receipts: [...world.lease.receipts, receipt] });
}

function wordsOf({ status }: UpgradeBatch, id: string): string {
  const alert = status?.notification?.alerts?.find((each) => each.id === id);
  if (alert !== undefined) return alert.causes.map((cause) => `${cause.alert} ${cause.nodes ?? cause.message ?? ''}`).join('; ');
  const { nodes = 0, succeeded = 0, failed = 0 } = status?.summary ?? {};
  return `${succeeded}/${nodes} succeeded, ${failed} failed; ${status?.outlook?.message ?? 'no outlook'}`;
}
