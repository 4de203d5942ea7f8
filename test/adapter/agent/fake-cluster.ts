import type { Receipt, UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../src/api/generated/upgradeplan.ts';
import { ANNOTATIONS } from '../../../src/api/names.ts';
import { LeaseConflict } from '../../../src/agent/ports.ts';
import { outboxEntries, type OutboxEntry } from '../../../src/core/baton/deliveries.ts';
import { hasReceipt, readLease, type LeaseView } from '../../../src/core/baton/lease.ts';

type Json = Readonly<Record<string, unknown>>;

/** Who holds the baton. */
export interface Holder {
  readonly node: string;
  readonly podUid: string;
}

/** The API server's part: a Lease with real compare-and-swap and the admission policy of agents, the batches, the plan. */
export class FakeCluster {
  readonly batches: UpgradeBatch[];
  plan: UpgradePlan | undefined;
  leaseWrites = 0;
  #version = 1;
  #lease: Json;
  readonly #onBatchChange = new Set<() => void>();

  constructor(batches: readonly UpgradeBatch[], plan: UpgradePlan) {
    this.batches = [...batches];
    this.plan = plan;
    this.#lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: 'kernel-agent',
        namespace: 'fleet',
        resourceVersion: '1',
        labels: { 'baton.dev/plan': 'kernel' },
        finalizers: ['keep/me'],
      },
      spec: { leaseDurationSeconds: 15, leaseTransitions: 0 },
      fieldOfTheFuture: { stays: true },
    };
  }

  get lease(): LeaseView {
    return readLease(this.#lease);
  }

  /** The operator passes the baton, and hands on receipts that it has not copied. */
  passBaton({ node, podUid }: Holder, batch: string): void {
    const { metadata, spec } = this.#lease as { metadata: Json; spec: { leaseTransitions: number } };
    const annotations = {
      [ANNOTATIONS.agentPodUid]: podUid,
      [ANNOTATIONS.batch]: batch,
      [ANNOTATIONS.receipts]: JSON.stringify(this.#uncopied()),
    };
    this.#store({
      ...this.#lease,
      metadata: { ...metadata, annotations },
      spec: { ...spec, holderIdentity: node, leaseTransitions: spec.leaseTransitions + 1 },
    });
  }

  /** An agent's PUT. */
  replaceLease(object: Json, by: Holder): LeaseView {
    const before = this.#lease;
    if (version(object) !== version(before)) throw new LeaseConflict();
    const { holder, agentPodUid } = readLease(before);
    if (holder !== by.node || agentPodUid !== by.podUid) throw new Error(`Forbidden: the Lease names ${holder}, not ${by.node}`);
    if (JSON.stringify(frozenPart(before)) !== JSON.stringify(frozenPart(object)))
      throw new Error('Forbidden: only renewTime and receipts may change');
    this.leaseWrites += 1;
    this.#store(object);
    return this.lease;
  }

  outbox(): OutboxEntry[] {
    return this.batches.flatMap(outboxEntries);
  }

  read(name: string): UpgradeBatch | undefined {
    return this.batches.find((batch) => batch.metadata.name === name);
  }

  /** The operator copies the receipts on the Lease into the batches. */
  copyReceipts(): void {
    for (const receipt of this.#uncopied()) {
      this.changeBatch(receipt.id.split('/')[0] ?? '', (batch) => addReceipt(batch, receipt));
    }
  }

  changeBatch(uid: string, change: (batch: UpgradeBatch) => UpgradeBatch): void {
    const index = this.batches.findIndex((batch) => batch.metadata.uid === uid);
    const before = this.batches[index];
    if (before === undefined) return;
    this.batches[index] = change(before);
    for (const tell of this.#onBatchChange) tell();
  }

  onBatchChange(tell: () => void, signal: AbortSignal): void {
    this.#onBatchChange.add(tell);
    signal.addEventListener('abort', () => this.#onBatchChange.delete(tell));
  }

  /** All receipts in the batches' statuses. */
  receipts(): Receipt[] {
    return this.batches.flatMap((batch) => batch.status?.notification?.receipts ?? []);
  }

  #uncopied(): Receipt[] {
    return this.lease.receipts.filter((receipt) => !hasReceipt(this.receipts(), receipt));
  }

  #store(object: Json): void {
    this.#version += 1;
    this.#lease = { ...object, metadata: { ...(object['metadata'] as Json), resourceVersion: String(this.#version) } };
  }
}

function addReceipt(batch: UpgradeBatch, receipt: Receipt): UpgradeBatch {
  const notification = batch.status?.notification ?? { id: `${batch.metadata.uid}/1` };
  const receipts = [...(notification.receipts ?? []), receipt];
  return { ...batch, status: { ...batch.status, notification: { ...notification, receipts } } };
}

function version(object: Json): unknown {
  return (object['metadata'] as Json)['resourceVersion'];
}

/** A Lease without what an agent may change. */
function frozenPart(object: Json): Json {
  const metadata = object['metadata'] as Json;
  const annotations = { ...(metadata['annotations'] as Json), [ANNOTATIONS.receipts]: '' };
  return {
    ...object,
    metadata: { ...metadata, annotations, resourceVersion: '' },
    spec: { ...(object['spec'] as Json), renewTime: '' },
  };
}
