/**
 * `make demo-cluster`: a rollout from end to end, shown while it goes. In a cluster of its own that it brings up, or, with
 * --kubeconfig and --image, in the user's. It ends with an exit code other than 0 when anything is not as promised.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { UpgradeBatch } from '../../src/api/generated/upgradebatch.ts';
import { planManifest } from '../support/fleet.ts';
import type { Node } from '../support/kubernetes-objects.ts';
import { readDeliveries, type Delivery } from '../support/receiver-client.ts';
import { judge, senderOf, type Check, type Origin } from '../support/verdict.ts';
import { beforehand, describeChanges, observe, type Moment } from './live-view.ts';
import { playInOwnCluster } from './own-cluster.ts';
import type { Play } from './play.ts';
import { playInTestCluster } from './test-cluster.ts';

const rolloutTimeoutMs = 10 * 60_000;
const began = performance.now();

function say(line: string): void {
  const seconds = Math.floor((performance.now() - began) / 1000);
  const clock = `${`${Math.floor(seconds / 60)}`.padStart(2, '0')}:${`${seconds % 60}`.padStart(2, '0')}`;
  process.stdout.write(`${clock} ${line}\n`);
}

function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

function showDelivery({ id, notification, request }: Delivery, origin: Origin): void {
  say(`notice  ${id}: ${request.body.length} bytes of JSON, signature valid`);
  for (const line of notification.text.split('\n')) print(`        │ ${line}`);
  print(`        from ${origin.evidence}`);
}

/** The plan's rollout as it was seen. */
interface Seen {
  readonly moment: Moment;
  readonly deliveries: readonly Delivery[];
  readonly origins: readonly Origin[];
}

function isOver(moment: Moment, deliveries: readonly Delivery[]): boolean {
  const ended = ['Succeeded', 'Failed', 'Paused', 'Aborted', 'Invalid'].includes(moment.plan?.status?.summary ?? '');
  return ended && deliveries.length >= moment.batches.length;
}

async function follow(play: Play): Promise<Seen> {
  const deliveries: Delivery[] = [];
  const origins: Origin[] = [];
  let moment = beforehand;
  const deadline = performance.now() + rolloutTimeoutMs;
  while (performance.now() < deadline) {
    const now = await observe(play);
    for (const line of describeChanges(moment, now)) say(line);
    moment = now;
    const taken = readDeliveries(await play.received(), play.signingKey);
    for (const delivery of taken.slice(deliveries.length)) {
      const origin = await play.originOf(delivery.request.remoteAddress);
      deliveries.push(delivery);
      origins.push(origin);
      showDelivery(delivery, origin);
    }
    if (isOver(moment, deliveries)) break;
    await sleep(1000);
  }
  // Receipts are copied into the batch a moment after the delivery.
  for (let rounds = 0; rounds < 20 && moment.batches.some((batch) => senderOf(batch) === 'nobody'); rounds += 1) {
    await sleep(500);
    moment = await observe(play);
  }
  return { moment, deliveries, origins };
}

function showChecks(checks: readonly Check[]): boolean {
  print();
  for (const { promise, kept, seen } of checks) print(`${kept ? 'ok  ' : 'FAIL'} ${promise}\n       ${seen}`);
  return checks.every((check) => check.kept);
}

function showBatches(batches: readonly UpgradeBatch[]): void {
  print();
  for (const batch of batches) {
    print(`${batch.metadata.name}: ${batch.spec.nodes.map((node) => node.name).join(', ')}; sent by ${senderOf(batch)}`);
  }
}

async function roll(play: Play): Promise<boolean> {
  const { name = 'os', namespace } = play.plan;
  const applied = performance.now();
  await play.kubectl.apply(planManifest(play.plan));
  say(`plan    ${name} is applied`);
  const seen = await follow(play);
  const rolloutSeconds = Math.round((performance.now() - applied) / 1000);
  const nodes = (await play.kubectl.list<Node>('nodes')).filter((node) => play.nodes.includes(node.metadata.name));
  print();
  print(`$ kubectl get uplan,ubatch,lease,events -n ${namespace}`);
  print(await play.kubectl.run(['get', 'uplan,ubatch,lease,events', '--namespace', namespace]));
  showBatches(seen.moment.batches);
  print([...play.preparations, `the rollout took ${rolloutSeconds} s`].join('; '));
  const succeeded = seen.moment.plan?.status?.summary === 'Succeeded';
  const ended: Check = {
    promise: 'the plan has Succeeded',
    kept: succeeded,
    seen: seen.moment.plan?.status?.progress ?? 'no plan',
  };
  const evidence = { batches: seen.moment.batches, deliveries: seen.deliveries, origins: seen.origins, nodes };
  return showChecks([ended, ...judge(evidence)]);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { kubeconfig: { type: 'string' }, image: { type: 'string' } } });
  const { kubeconfig, image } = values;
  if (kubeconfig !== undefined && image === undefined) {
    throw new Error(
      "your own cluster needs the product's image as well: make demo-cluster KUBECONFIG=path IMAGE=registry/baton:tag",
    );
  }
  if (kubeconfig === undefined && image !== undefined) {
    throw new Error(
      'IMAGE is for your own cluster, so give KUBECONFIG=path on the command line of make too; an exported one is not used',
    );
  }
  const play =
    kubeconfig === undefined || image === undefined
      ? await playInTestCluster(say)
      : await playInOwnCluster({ kubeconfig, image, say });
  if (play === undefined) {
    print('Nothing was touched.');
    return 1;
  }
  const asPromised = await roll(play);
  print();
  for (const line of play.farewell) print(line);
  return asPromised ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  const reasons: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) reasons.push(cause.message);
  process.stderr.write(`${reasons.length > 0 ? reasons.join('\n  because ') : String(error)}\n`);
  process.exitCode = 1;
}
