import { asObject, asObjects, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { between, type KubeletContext } from './context.ts';
import { nodeObject, nodeStatus } from './node-object.ts';

/** Without a change, a kubelet reports the status of its node this often. */
const REPORT_MS = 300_000;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/**
 * Which heartbeats are written. `All`: the Lease every 10 seconds and the Node's status every 5 minutes, as real kubelets do. `Changes`:
 * the status when it changes, and the Lease when it is created; a large fleet is simulated much faster.
 */
export type HeartbeatWrites = 'All' | 'Changes';

/** What a reporter is created from. */
export interface NodeReporterOptions {
  readonly client: ClusterClient;
  readonly writes: HeartbeatWrites;
  readonly boot: boolean;
}

/** Keeps the Node object and its Lease up to date. */
export class NodeReporter {
  readonly #context: KubeletContext;
  readonly #client: ClusterClient;
  #registered = false;
  #runtimeReady: boolean;
  readonly #writes: HeartbeatWrites;
  #dirty = true;
  #reportedAt = -Infinity;
  /** The Node that was last compared with the host. */
  #checked: KubeObject | undefined;
  #renewedAt: number | undefined;

  /** `boot`: the host has just come up, so that its container runtime is not ready yet. */
  constructor(context: KubeletContext, { client, writes, boot }: NodeReporterOptions) {
    this.#context = context;
    this.#client = client;
    this.#writes = writes;
    this.#runtimeReady = !boot;
  }

  /** When the Lease was renewed last, or would have been, by the host's clock; undefined before the Node is registered. */
  get renewedAt(): number | undefined {
    return this.#renewedAt;
  }

  /** Something has changed that the status shows. */
  touch(): void {
    this.#dirty = true;
  }

  /** Creates the Node, or takes over the one of this name, as kubelets do once when they start. */
  register(): void {
    const { machine, later } = this.#context;
    const node = nodeObject(machine);
    const path = `/api/v1/nodes/${machine.name}`;
    const outcome =
      this.#client.get(path) === undefined
        ? this.#client.create('/api/v1/nodes', node)
        : this.#client.mergePatch(path, { metadata: { labels: ownLabels(node) } });
    if (!outcome.ok) {
      later(between(this.#context, 1000, 7000), () => this.register());
      return;
    }
    this.#registered = true;
    this.#report(outcome.object);
    if (!this.#runtimeReady) {
      later(between(this.#context, 1000, 4000), () => {
        this.#runtimeReady = true;
        this.#dirty = true;
        if (machine.connected) this.#report(this.#client.get(path));
      });
    }
    this.#renew();
    this.#renewedAt = this.#context.now();
  }

  /** Renews the Lease, and reports the status when it has changed, is wrong, or is five minutes old. `node`: as stored. */
  heartbeat(node: KubeObject | undefined): void {
    if (!this.#registered) return;
    if (this.#writes === 'All') this.#renew();
    this.#renewedAt = this.#context.now();
    // A kubelet registers only when it starts: a Node that somebody deleted stays away until then.
    if (node === undefined) return;
    const isOld = this.#writes === 'All' && this.#context.now() - this.#reportedAt >= REPORT_MS;
    const isWrong = node !== this.#checked && !this.#isShown(node);
    this.#checked = node;
    if (isWrong || isOld || this.#dirty) this.#report(node);
  }

  #isShown(node: KubeObject): boolean {
    const status = asObject(node['status']);
    const ready = asObjects(status['conditions']).find(({ type }) => type === 'Ready')?.['status'];
    const wanted = this.#runtimeReady ? 'True' : 'False';
    return ready === wanted && asObject(status['nodeInfo'])['bootID'] === this.#context.machine.bootId;
  }

  #report(node: KubeObject | undefined): void {
    if (node === undefined) return;
    const { machine, now } = this.#context;
    const status = nodeStatus(machine, node, { runtimeReady: this.#runtimeReady, now: now() });
    const { ok } = this.#client.mergePatch(`/api/v1/nodes/${machine.name}/status`, { status });
    if (!ok) return;
    this.#dirty = false;
    this.#reportedAt = now();
  }

  #renew(): void {
    const { machine, now } = this.#context;
    const { name } = machine;
    const renewTime = new Date(now()).toISOString().replace('Z', '000Z');
    const outcome = this.#client.mergePatch(`${LEASES}/${name}`, { spec: { renewTime } });
    if (outcome.ok || outcome.code !== 404) return;
    const uid = this.#client.get(`/api/v1/nodes/${name}`)?.metadata.uid;
    const ownerReferences = uid === undefined ? [] : [{ apiVersion: 'v1', kind: 'Node', name, uid }];
    this.#client.create(LEASES, {
      metadata: { name, ...(ownerReferences.length === 0 ? {} : { ownerReferences }) },
      spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
    });
  }
}

/** The labels that a kubelet restores whenever it starts; the others are somebody else's once the Node exists. */
function ownLabels(node: Json): Json {
  const labels = asObject(asObject(node['metadata'])['labels']);
  const isOwn = (key: string): boolean => /^(beta\.)?kubernetes\.io\/(arch|os|hostname)$|^topology\.kubernetes\.io\//.test(key);
  return Object.fromEntries(Object.entries(labels).filter(([key]) => isOwn(key)));
}
