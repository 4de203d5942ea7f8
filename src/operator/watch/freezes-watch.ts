import { FREEZES_CONFIG_MAP } from '../../api/names.ts';
import type { ClusterFreezes } from '../../core/schedule/freezes.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { readClusterFreezes } from './cluster-freezes.ts';
import type { WatchPorts } from './watches.ts';

/** What was heard so long ago counts as unknown (ms): a quiet watch is opened anew, and the object listed again, well before. */
const STALE_MS = 15 * 60_000;

/** Watches the one ConfigMap with the freezes that every plan obeys. That it cannot be read holds new starts, and nothing else. */
export class FreezesWatch {
  readonly #ports: WatchPorts;
  readonly #name: string;
  readonly #reflector: Reflector<ClusterFreezes>;

  constructor(ports: WatchPorts, namespace: string, changed: () => void) {
    this.#ports = ports;
    this.#name = `${namespace}/${FREEZES_CONFIG_MAP}`;
    this.#reflector = new Reflector<ClusterFreezes>({
      ...ports,
      path: resourcePath(KINDS.configMaps, { namespace }),
      query: { fieldSelector: `metadata.name=${FREEZES_CONFIG_MAP}` },
      project: readClusterFreezes,
      onChange: changed,
    });
    this.#reflector.whenSynced().then(changed, () => undefined);
  }

  /** Watches until the signal is aborted. */
  run(signal: AbortSignal): Promise<void> {
    return this.#reflector.run(signal);
  }

  /** Resolves when the freezes have been read once. */
  whenSynced(signal: AbortSignal): Promise<void> {
    return this.#reflector.whenSynced(signal);
  }

  /** The freezes as they are known now. */
  current(): ClusterFreezes {
    const heard = this.#reflector.statistics.lastActivity;
    if (!this.#reflector.synced || heard === undefined) {
      return { kind: 'Unreadable', message: `the ConfigMap ${this.#name} could not be read yet; see the operator's log` };
    }
    if (this.#ports.now() - heard > STALE_MS) {
      const minutes = STALE_MS / 60_000;
      return {
        kind: 'Unreadable',
        message: `nothing was heard of the ConfigMap ${this.#name} for ${minutes} min; see the operator's log`,
      };
    }
    return this.#reflector.get(this.#name) ?? { kind: 'Known', freezes: [] };
  }
}
