import type { Receipt } from '../../api/generated/upgradebatch.ts';
import { ANNOTATIONS } from '../../api/names.ts';
import type { Instant } from '../facts.ts';
import { asObject, asText, isJsonObject, type Json } from '../json.ts';
import { presentFields } from '../present-fields.ts';
import { toMicroTime, toRfc3339 } from '../text.ts';
import { isProbe } from './series.ts';

/** What an agent reads from its plan's Lease. */
export interface LeaseView {
  /** Name of the holder's node; empty if there is no holder. */
  readonly holder: string;
  /** UID of the agent Pod that may renew the Lease. */
  readonly agentPodUid: string;
  /** Name of the UpgradeBatch whose notifications the holder sends. */
  readonly batch: string;
  readonly durationSeconds: number;
  /** Receipts that the operator may not have copied yet. */
  readonly receipts: readonly Receipt[];
  /** The whole Lease as the API server returned it. A renewal changes nothing but what an agent may change. */
  readonly object: Json;
}

/** An agent, as the Lease identifies it. */
export interface AgentIdentity {
  readonly node: string;
  readonly podUid: string;
}

/** What identifies a receipt. */
type Addressed = Pick<Receipt, 'id' | 'sink'>;

/** The duration of a Lease that does not set one. */
const DEFAULT_DURATION_SECONDS = 15;

/** Parses a Lease. It throws if the answer is not a JSON object, which the API server never returns. */
export function readLease(answer: unknown): LeaseView {
  if (!isJsonObject(answer)) throw new TypeError('The API server returned something other than a JSON object for a Lease.');
  const spec = child(answer, 'spec');
  const annotations = child(child(answer, 'metadata'), 'annotations');
  const duration = spec['leaseDurationSeconds'];
  return {
    holder: asText(spec['holderIdentity']),
    agentPodUid: asText(annotations[ANNOTATIONS.agentPodUid]),
    batch: asText(annotations[ANNOTATIONS.batch]),
    durationSeconds: typeof duration === 'number' && duration > 0 ? duration : DEFAULT_DURATION_SECONDS,
    receipts: readReceipts(annotations[ANNOTATIONS.receipts]),
    object: answer,
  };
}

/** Whether the agent holds the Lease. The node alone would also match an earlier Pod on it. */
export function isHolder(lease: LeaseView, agent: AgentIdentity): boolean {
  return lease.holder === agent.node && lease.agentPodUid === agent.podUid;
}

/**
 * The Lease with a new renewTime and added receipts. The admission policy rejects any other change. Existing receipts stay, because the
 * operator may not have copied them yet.
 */
export function renewLease(lease: LeaseView, now: Instant, added: readonly Receipt[]): Json {
  const { object } = lease;
  const renewed = { ...object, spec: { ...child(object, 'spec'), renewTime: toMicroTime(now) } };
  const fresh = added.filter((receipt) => !hasReceipt(lease.receipts, receipt));
  if (fresh.length === 0) return renewed;
  const metadata = child(object, 'metadata');
  const annotations = {
    ...child(metadata, 'annotations'),
    [ANNOTATIONS.receipts]: JSON.stringify([...lease.receipts, ...fresh]),
  };
  return { ...renewed, metadata: { ...metadata, annotations } };
}

/** Whether there is a receipt for the same message and sink. */
export function hasReceipt(receipts: readonly Addressed[], { id, sink }: Addressed): boolean {
  return receipts.some((receipt) => receipt.id === id && receipt.sink === sink);
}

/** A receipt that cannot be parsed is ignored, so that the message is sent again with the same id. */
function readReceipts(annotation: unknown): Receipt[] {
  if (typeof annotation !== 'string') return [];
  try {
    const list: unknown = JSON.parse(annotation);
    return Array.isArray(list) ? list.map(readReceipt).filter((receipt) => receipt !== undefined) : [];
  } catch {
    return [];
  }
}

/**
 * Takes over only what fits into the batch's status. The annotation is written on a node, and one invalid field would block the whole
 * status.
 */
function readReceipt(value: unknown): Receipt | undefined {
  if (!isJsonObject(value)) return undefined;
  const { sink, id, outcome, time, reason, message, node, attempts, handle } = value;
  if (!isShort(sink, 40) || !isShort(id, 128) || !isShort(time, 40) || Number.isNaN(Date.parse(time))) return undefined;
  if (!isOutcome(outcome, id)) return undefined;
  return presentFields({
    sink,
    id,
    outcome,
    reason: isShort(reason, 63) ? reason : undefined,
    message: isShort(message, 256) ? message : undefined,
    node: isShort(node, 253) ? node : undefined,
    attempts: typeof attempts === 'number' && Number.isSafeInteger(attempts) && attempts > 0 ? attempts : undefined,
    handle: isShort(handle, 128) ? handle : undefined,
    remark: readRemark(value['remark']),
    time: toRfc3339(Date.parse(time)),
  });
}

/** Only a probe is Reached, and only a message is Delivered. */
function isOutcome(value: unknown, id: string): value is Receipt['outcome'] {
  return value === 'Failed' || value === (isProbe({ id }) ? 'Reached' : 'Delivered');
}

function readRemark(value: unknown): Receipt['remark'] {
  if (!isJsonObject(value)) return undefined;
  const { reason, message } = value;
  return isShort(reason, 63) && isShort(message, 256) ? { reason, message } : undefined;
}

function isShort(value: unknown, limit: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= limit;
}

function child(parent: Json, field: string): Json {
  return asObject(parent[field]);
}
