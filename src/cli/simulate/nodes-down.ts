import { asObject, asObjects } from '../../core/json.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { ClusterClient } from '../../simulator/cluster/cluster-client.ts';

/** Counts the Nodes that are down: cordoned, or not Ready. */
export class NodesDown {
  readonly #down = new Set<string>();
  #peak = 0;

  constructor(client: Pick<ClusterClient, 'watch'>) {
    client.watch('/api/v1/nodes', (type, node) => {
      const { name = '' } = node.metadata;
      if (type !== 'DELETED' && isDown(node)) this.#down.add(name);
      else this.#down.delete(name);
      this.#peak = Math.max(this.#peak, this.#down.size);
    });
  }

  get now(): number {
    return this.#down.size;
  }

  /** The highest number at a time. */
  get peak(): number {
    return this.#peak;
  }
}

function isDown({ spec, status }: KubeObject): boolean {
  const ready = asObjects(asObject(status)['conditions']).find(({ type }) => type === 'Ready');
  return asObject(spec)['unschedulable'] === true || ready?.['status'] !== 'True';
}
