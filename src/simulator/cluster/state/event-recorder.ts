import type { KubeObject } from '../../../kube/kube-object.ts';
import { KINDS, resourcePath } from '../../../kube/resource-path.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { timestamp } from './objects.ts';

const EVENTS = { ...KINDS.events, group: '' };
/** The last Events that are counted up instead of written again; client-go remembers as many. */
const MAX_REMEMBERED = 4096;
/** client-go writes this many Events about an object at once, and then one every five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;

/** What an Event is about, and what it says. */
export interface EventText {
  readonly type?: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

interface Budget {
  readonly left: number;
  readonly at: number;
}

/** Writes Events of the core group, as the controllers of kube-controller-manager do: the same one again becomes a count. */
export class EventRecorder {
  readonly #client: ClusterClient;
  readonly #component: string;
  readonly #ports: { readonly now: () => number; readonly random: () => number };
  readonly #written = new Map<string, { readonly path: string; readonly count: number }>();
  readonly #budgets = new Map<string, Budget>();

  constructor(client: ClusterClient, component: string, ports: { readonly now: () => number; readonly random: () => number }) {
    this.#client = client;
    this.#component = component;
    this.#ports = ports;
  }

  /** Writes an Event about an object. That it cannot be written does not matter. */
  record(about: KubeObject, { type = 'Normal', reason, message }: EventText): void {
    const { name = '', namespace = 'default', uid, resourceVersion } = about.metadata;
    const subject = [about.kind, namespace, name, uid].join('/');
    if (!this.#mayWrite(subject)) return;
    const key = [subject, type, reason, message].join('/');
    const now = this.#ports.now();
    const known = this.#written.get(key);
    this.#written.delete(key);
    if (known !== undefined) {
      const count = known.count + 1;
      const patched = this.#client.mergePatch(known.path, { count, lastTimestamp: timestamp(now) });
      if (patched.ok) {
        this.#remember(key, known.path, count);
        return;
      }
    }
    const eventName = `${name}.${now.toString(16)}${Math.floor(this.#ports.random() * 2 ** 24).toString(16)}`;
    const created = this.#client.create(resourcePath(EVENTS, { namespace }), {
      metadata: { name: eventName, namespace },
      involvedObject: {
        kind: about.kind,
        ...(about.metadata.namespace === undefined ? {} : { namespace }),
        name,
        ...(uid === undefined ? {} : { uid }),
        apiVersion: about.apiVersion,
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      reason,
      message,
      source: { component: this.#component },
      firstTimestamp: timestamp(now),
      lastTimestamp: timestamp(now),
      count: 1,
      type,
      reportingComponent: this.#component,
    });
    if (created.ok) this.#remember(key, resourcePath(EVENTS, { namespace, name: eventName }), 1);
  }

  #mayWrite(subject: string): boolean {
    const now = this.#ports.now();
    const { left, at } = this.#budgets.get(subject) ?? { left: BURST, at: now };
    const refilled = Math.min(BURST, left + (now - at) / REFILL_MS);
    this.#budgets.delete(subject);
    this.#budgets.set(subject, { left: refilled < 1 ? refilled : refilled - 1, at: now });
    forgetOldest(this.#budgets);
    return refilled >= 1;
  }

  #remember(key: string, path: string, count: number): void {
    this.#written.set(key, { path, count });
    forgetOldest(this.#written);
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
