import type { UpgradeBatch } from '../api/generated/upgradebatch.ts';
import type { Log } from '../api/log.ts';
import { LABELS } from '../api/names.ts';
import { outboxEntries, type OutboxEntry } from '../core/baton/deliveries.ts';
import type { KubeClient, KubeObject } from '../kube/client.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { Sleep } from '../kube/pause.ts';
import { Reflector } from '../kube/reflector.ts';
import { KINDS, resourcePath } from '../kube/resource-path.ts';
import type { BatchSource } from './ports.ts';

/** What the sources that watch the cluster need. */
export interface WatchDeps {
  readonly client: Pick<KubeClient, 'get' | 'list' | 'watch'>;
  readonly namespace: string;
  readonly log: Log;
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
}

/** A plan's UpgradeBatches at the API server. Of those it watches it keeps only what is still to be told. */
export function kubeBatchSource(deps: WatchDeps, plan: string): BatchSource {
  const { client, namespace } = deps;
  let changed: () => void = () => undefined;
  const reflector = new Reflector<readonly OutboxEntry[]>({
    ...deps,
    path: resourcePath(KINDS.batches, { namespace }),
    query: { labelSelector: `${LABELS.plan}=${plan}` },
    project: (object) => someOf(outboxEntries(asBatch(object))),
    onChange: () => {
      changed();
    },
  });
  return {
    async run(onChange, signal) {
      changed = onChange;
      await reflector.run(signal);
    },
    outbox: () => [...reflector.values()].flat(),
    async read(name, signal) {
      try {
        return await client.get<UpgradeBatch>(resourcePath(KINDS.batches, { namespace, name }), { signal });
      } catch (error) {
        if (isKubeError(error, 'NotFound')) return undefined;
        throw error;
      }
    },
  };
}

/** The API server has validated it against the CRD that the type is made from. */
function asBatch(object: KubeObject): UpgradeBatch {
  return object as unknown as UpgradeBatch;
}

/** Of a batch that has nothing in the outbox nothing is kept. */
function someOf(entries: readonly OutboxEntry[]): readonly OutboxEntry[] | undefined {
  return entries.length === 0 ? undefined : entries;
}
