import type { KubeObject } from '../../../kube/kube-object.ts';
import { KINDS, resourcePath } from '../../../kube/resource-path.ts';
import type { ClusterClient } from '../cluster-client.ts';

const COMPONENT = 'default-scheduler';
/** events.k8s.io allows notes of this length. */
const MAX_NOTE = 1024;
/** A series of equal Events ends after this silence (ms). */
const SERIES_MS = 360_000;
const MAX_SERIES = 4096;

interface Ports {
  readonly now: () => number;
  readonly random: () => number;
}

interface Series {
  readonly path: string;
  readonly count: number;
  readonly last: number;
}

/**
 * Writes Events as kube-scheduler does, through events.k8s.io: another failure of a pod within six minutes joins its series, whatever
 * its note says. The second one writes the series; later ones are only counted.
 */
export class SchedulerEvents {
  readonly #client: ClusterClient;
  readonly #ports: Ports;
  readonly #series = new Map<string, Series>();

  constructor(client: ClusterClient, ports: Ports) {
    this.#client = client;
    this.#ports = ports;
  }

  scheduled(pod: KubeObject, node: string): void {
    const { namespace = '', name = '' } = pod.metadata;
    const note = `Successfully assigned ${namespace}/${name} to ${node}`;
    this.#series.delete(pod.metadata.uid ?? '');
    this.#create(pod, { type: 'Normal', reason: 'Scheduled', action: 'Binding', note });
  }

  failed(pod: KubeObject, message: string): void {
    const { uid = '' } = pod.metadata;
    const now = this.#ports.now();
    const known = this.#series.get(uid);
    this.#series.delete(uid);
    if (known !== undefined && now - known.last < SERIES_MS) {
      const count = known.count + 1;
      if (count === 2) this.#client.mergePatch(known.path, { series: { count, lastObservedTime: microTime(now) } });
      this.#series.set(uid, { path: known.path, count, last: now });
      return;
    }
    const note = message.length <= MAX_NOTE ? message : `${message.slice(0, MAX_NOTE - 4)} ...`;
    const path = this.#create(pod, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note });
    if (path === undefined) return;
    this.#series.set(uid, { path, count: 1, last: now });
    const [oldest] = this.#series.keys();
    if (this.#series.size > MAX_SERIES && oldest !== undefined) this.#series.delete(oldest);
  }

  #create(pod: KubeObject, text: object): string | undefined {
    const now = this.#ports.now();
    const { name = '', namespace = 'default', uid, resourceVersion } = pod.metadata;
    const eventName = `${name}.${now.toString(16)}${Math.floor(this.#ports.random() * 2 ** 24).toString(16)}`;
    const created = this.#client.create(resourcePath(KINDS.events, { namespace }), {
      metadata: { name: eventName, namespace },
      ...text,
      eventTime: microTime(now),
      reportingController: COMPONENT,
      reportingInstance: `${COMPONENT}-control-plane`,
      regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, resourceVersion },
    });
    return created.ok ? resourcePath(KINDS.events, { namespace, name: eventName }) : undefined;
  }
}

function microTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 23)}000Z`;
}
