import { FREEZES_CONFIG_MAP } from '../../api/names.ts';
import type { ClusterFreezes } from '../../core/schedule/freezes.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { readClusterFreezes } from './cluster-freezes.ts';
import type { WatchPorts } from './watches.ts';

/** Maximum age of the freezes (ms). A working watch lists the ConfigMap again long before. */
const STALE_MS = 15 * 60_000;

/** Watches the ConfigMap with the freezes for all plans. If it is unreadable, nothing new starts; what is under way continues. */
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

  /** Resolves when the watch has synced. */
  whenSynced(signal: AbortSignal): Promise<void> {
    return this.#reflector.whenSynced(signal);
  }

  /** The current freezes. */
  current(): ClusterFreezes {
    const lastActivity = this.#reflector.statistics.lastActivity;
    if (!this.#reflector.synced || lastActivity === undefined) {
      return { kind: 'Unreadable', message: `the ConfigMap ${this.#name} has not been read yet; see the operator's log` };
    }
    if (this.#ports.now() - lastActivity > STALE_MS) {
      const minutes = STALE_MS / 60_000;
      return {
        kind: 'Unreadable',
        message: `the ConfigMap ${this.#name} has not been read for ${minutes} min; see the operator's log`,
      };
    }
    return this.#reflector.get(this.#name) ?? { kind: 'Known', freezes: [] };
  }
}
