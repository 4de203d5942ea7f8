import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from '../api.ts';

/** An object of the API, as far as cases look into it. */
export interface Item {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly unknown[];
  };
  readonly spec: { readonly nodeName?: string; readonly taints?: readonly unknown[] };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
  };
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface EventItem {
  readonly involvedObject: { readonly kind: string; readonly name: string };
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** Reads an object; undefined when there is none. */
export async function read(api: Api, path: string): Promise<Item | undefined> {
  const { status, body } = await api.get(path);
  return status === 200 ? (body as unknown as Item) : undefined;
}

export async function listItems(api: Api, path: string): Promise<Item[]> {
  return (await api.get(path)).body.items as unknown as Item[];
}

const TIMEOUT_MS = 25_000;
/** After the last change that a case waits for, others may follow. */
const SETTLE_MS = 1800;

/** Reads an object again and again until it is as wanted; what it was last, after a while. */
export async function until(api: Api, path: string, holds: (item: Item | undefined) => boolean): Promise<Item | undefined> {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    const item = await read(api, path);
    if (holds(item) || Date.now() > end) return item;
    await wait(100);
  }
}

/** Waits until nothing more is to be expected. */
export async function settle(): Promise<void> {
  await wait(SETTLE_MS);
}

export function has(item: Item | undefined, type: string, status = 'True'): boolean {
  return item?.status.conditions?.some((condition) => condition.type === type && condition.status === status) === true;
}

/** Type, status, reason and message of conditions. */
export function conditionTexts(item: Item | undefined): readonly string[] {
  return (item?.status.conditions ?? []).map(
    ({ type, status, reason = '', message = '' }) => `${type} ${status} ${reason} ${message}`,
  );
}

/** The Events about an object, each once, without their counts. */
export async function eventTexts(api: Api, namespace: string, name: string): Promise<readonly string[]> {
  const { body } = await api.get(`/api/v1/namespaces/${namespace}/events`);
  const about = (body.items as unknown as readonly EventItem[]).filter(({ involvedObject }) => involvedObject.name === name);
  return [...new Set(about.map(({ type, reason, message }) => `${type} ${reason} ${message}`))].sort();
}
