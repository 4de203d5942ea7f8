import { asObject, asObjects, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient, Outcome } from '../cluster-client.ts';
import type { ClusterState } from './cluster-state.ts';
import type { EventRecorder } from './event-recorder.ts';

/** A pod that a controller wants. */
export interface WantedPod {
  readonly template: Json;
  readonly labels?: Json;
  readonly finalizers?: readonly string[];
  /** Replaces the spec of the template. */
  readonly spec?: Json;
}

/** Creates and deletes pods for their controllers, and writes Events about it, as all controllers of workloads do. */
export class PodWriter {
  readonly #client: ClusterClient;
  readonly #state: ClusterState;
  readonly #events: EventRecorder;

  constructor(client: ClusterClient, state: ClusterState, events: EventRecorder) {
    this.#client = client;
    this.#state = state;
    this.#events = events;
  }

  create(owner: KubeObject, { template, labels = {}, finalizers = [], spec = asObject(template['spec']) }: WantedPod): Outcome {
    const { name = '', namespace = '', uid } = owner.metadata;
    const metadata = asObject(template['metadata']);
    const { apiVersion, kind } = owner;
    const annotations = asObject(metadata['annotations']);
    const own = Array.isArray(metadata['finalizers']) ? (metadata['finalizers'] as readonly string[]) : [];
    const created = this.#client.create(this.#state.pods.pathIn(namespace), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels: { ...asObject(metadata['labels']), ...labels },
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
        finalizers: [...own, ...finalizers],
        ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
      },
      spec,
    });
    if (created.ok) {
      this.#events.record(owner, { reason: 'SuccessfulCreate', message: `Created pod: ${created.object.metadata.name ?? ''}` });
    } else if (!isNamespaceEnding(created)) {
      this.#events.record(owner, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${created.message}` });
    }
    return created;
  }

  /** Deletes a pod; true when it is being deleted, or gone. */
  delete(owner: KubeObject, pod: KubeObject): boolean {
    const name = pod.metadata.name ?? '';
    const deleted = this.#client.delete(this.#state.pods.pathOf(pod));
    if (deleted.ok) this.#events.record(owner, { reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` });
    else if (deleted.code !== 404) {
      this.#events.record(owner, { type: 'Warning', reason: 'FailedDelete', message: `Error deleting: ${deleted.message}` });
    }
    return deleted.ok || deleted.code === 404;
  }
}

function isNamespaceEnding(outcome: Outcome): boolean {
  if (outcome.ok) return false;
  const causes = asObjects(asObject(outcome.status['details'])['causes']);
  return causes.some(({ reason }) => reason === 'NamespaceTerminating');
}
