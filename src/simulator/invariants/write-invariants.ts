import { asText, parseObject } from '../../core/json.ts';
import type { ObjectMetadata } from '../../kube/kube-object.ts';
import type { Invariant, Scene } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import type { Exchange } from './observation.ts';

/** A refusal that lasts is to be shown within this time (ms). */
const MAX_HIDDEN_MS = 5 * 60_000;
/** A refusal that was not repeated for this time is over (ms). */
const REFUSAL_ENDS_MS = 15 * 60_000;
/** Writes without effect of one program to one object in a row. */
const MAX_WITHOUT_EFFECT = 8;
/** Refused writes of one program to one object in five minutes. */
const MAX_REFUSED = 30;
const REFUSED_WITHIN_MS = 5 * 60_000;

/** How the programs write. */
export const WRITE_INVARIANTS: readonly Invariant[] = [
  { number: 8, name: 'RefusalsShown', onStep: whyHidden },
  { number: 7, name: 'WritesHaveEffect', onExchange: whyWritesInVain },
];

/** Takes note of what a write came to. Called before the exchange is checked. */
export function rememberExchange(ledger: Ledger, exchange: Exchange, now: number): void {
  const result = writeResult(ledger, exchange);
  if (result === undefined) return;
  const key = writeKey(exchange, result);
  const times = ledger.idleWrites.get(key) ?? [];
  if (result === 'Changed') ledger.idleWrites.delete(key);
  else ledger.idleWrites.set(key, [...times, now].slice(-MAX_REFUSED));
  const message = result === 'Refused' ? refusalOf(exchange) : undefined;
  if (message === undefined) return;
  const before = ledger.refusals.get(`${key} ${message}`);
  const since = before !== undefined && now - before.last <= REFUSAL_ENDS_MS ? before.since : now;
  ledger.refusals.set(`${key} ${message}`, { since, last: now, message, what: key });
}

type WriteResult = 'Changed' | 'NoEffect' | 'Refused';

/** What a write came to; undefined for a read, a dry run, and for answers that say nothing about the write. */
function writeResult({ versions }: Ledger, { request, response }: Exchange): WriteResult | undefined {
  if (request.method === 'GET' || request.query.has('dryRun') || !('body' in response)) return undefined;
  if (response.status >= 500 && !isFromWebhook(response.body)) return undefined;
  if (response.status === 429 || response.status === 404) return undefined;
  if (response.status >= 400) return 'Refused';
  if (request.method !== 'PATCH') return 'Changed';
  const { uid, resourceVersion } = (parseObject(response.body)?.['metadata'] ?? {}) as ObjectMetadata;
  return resourceVersion !== undefined && versions.get(uid ?? '') === resourceVersion ? 'NoEffect' : 'Changed';
}

/** Identifies what is written. */
function writeKey({ from, request }: Exchange, result: WriteResult | undefined): string {
  const program = from.split('/')[0] ?? '';
  const created = request.method === 'POST' && result === 'Refused' ? parseObject(request.body)?.['metadata'] : undefined;
  const { name = '' } = (created ?? {}) as ObjectMetadata;
  return `${program} ${request.method} ${request.path}${name === '' ? '' : `/${name}`}`;
}

/** What the API server says when a `test` of a JSON Patch fails: the writer has met a newer state. */
const TEST_FAILED = 'the server rejected our request due to an error in our request';

/** The words of a refusal that somebody has to read; undefined when a write has met a newer state, or the server itself has failed. */
function refusalOf({ response }: Exchange): string | undefined {
  if (!('body' in response)) return undefined;
  const message = asText(parseObject(response.body)?.['message']);
  const isRefusal = [400, 403, 413, 422].includes(response.status) || isFromWebhook(message);
  return isRefusal && message !== '' && message !== TEST_FAILED ? message : undefined;
}

/** A webhook that cannot be reached makes the API server answer 500. */
function isFromWebhook(message: string): boolean {
  return message.includes('failed calling webhook');
}

/** Every refusal that lasts is on a status, in the refuser's words. */
function whyHidden({ observation, ledger, now }: Scene): string | undefined {
  for (const { since, last, message, what } of ledger.refusals.values()) {
    if (last - since < MAX_HIDDEN_MS || now - last > REFUSAL_ENDS_MS) continue;
    const words = wordsOf(message);
    const statuses = [...observation.plans.values(), ...observation.batches.values()].map(({ status }) => status);
    if (!statuses.some((status) => JSON.stringify(status ?? {}).includes(words))) {
      return `${what} is refused for ${Math.round((last - since) / 1000)} s (${message}), and no status says so`;
    }
  }
  return undefined;
}

/** The part of a message that does not depend on how it is introduced or cut. */
function wordsOf(message: string): string {
  const text = JSON.stringify(message).slice(1, -1);
  const start = Math.max(text.lastIndexOf(': ') + 2, 0);
  return text.slice(start === 1 ? 0 : start).slice(0, 40);
}

/** Nothing is written for ever without effect. */
function whyWritesInVain({ ledger, now }: Scene, exchange: Exchange): string | undefined {
  const result = writeResult(ledger, exchange);
  if (result === undefined || result === 'Changed') return undefined;
  const key = writeKey(exchange, result);
  const times = ledger.idleWrites.get(key) ?? [];
  const recent = times.filter((time) => now - time <= REFUSED_WITHIN_MS);
  if (result === 'NoEffect' && times.length > MAX_WITHOUT_EFFECT) return `${key}: ${times.length} times without effect`;
  return recent.length >= MAX_REFUSED ? `${key}: refused ${recent.length} times in five minutes` : undefined;
}
