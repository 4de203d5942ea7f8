import type { Receipt, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { Log } from '../../api/log.ts';
import { LABELS } from '../../api/names.ts';
import { outboxEntries, type OutboxEntry } from '../../core/baton/deliveries.ts';
import { isProbe } from '../../core/baton/series.ts';
import { readBatch } from '../../core/renamed-fields.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import type { Sleep } from '../../kube/pause.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { BatchSource } from '../ports.ts';

/** What sources that watch the cluster depend on. */
export interface WatchDeps {
  readonly client: Pick<KubeClient, 'get' | 'list' | 'watch'>;
  readonly namespace: string;
  readonly log: Log;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
}

/** Watches a plan's UpgradeBatches. Of each it keeps only the outbox and the results of probes. */
export function kubeBatchSource(deps: WatchDeps, plan: string): BatchSource {
  const { client, namespace } = deps;
  let changed: () => void = () => undefined;
  const reflector = new Reflector<BatchExtract>({
    ...deps,
    path: resourcePath(KINDS.batches, { namespace }),
    query: { labelSelector: `${LABELS.plan}=${plan}` },
    project: (object) => extract(readBatch(object)),
    onChange: () => {
      changed();
    },
  });
  return {
    async run(onChange, signal) {
      changed = onChange;
      await reflector.run(signal);
    },
    outbox: () => [...reflector.values()].flatMap(({ outbox }) => outbox),
    probes: () => [...reflector.values()].flatMap(({ probes }) => probes),
    async read(name, signal) {
      try {
        return readBatch(await client.get<KubeObject>(resourcePath(KINDS.batches, { namespace, name }), { signal }));
      } catch (error) {
        if (isKubeError(error, 'NotFound')) return undefined;
        throw error;
      }
    },
  };
}

interface BatchExtract {
  readonly outbox: readonly OutboxEntry[];
  readonly probes: readonly Receipt[];
}

/** Undefined when the batch has neither, so that nothing is kept of it. */
function extract(batch: UpgradeBatch): BatchExtract | undefined {
  const outbox = outboxEntries(batch);
  const probes = (batch.status?.notification?.receipts ?? []).filter(isProbe);
  return outbox.length === 0 && probes.length === 0 ? undefined : { outbox, probes };
}
