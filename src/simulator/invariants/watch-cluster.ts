import { parseDocument } from 'yaml';
import type { UpgradeAction } from '../../api/generated/upgradeaction.ts';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { FREEZES_CONFIG_MAP, GROUP, LABELS, VERSION } from '../../api/names.ts';
import { asObject, asObjects, asText } from '../../core/json.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster/cluster-client.ts';
import type { InvariantChecker } from './check-invariants.ts';
import type { Change, ClusterFreeze } from './observation.ts';
import { readJob, readLease, readNode, readPod } from './stored-objects.ts';

/** Where the checks of a cluster are called from. */
export interface ClusterWatch {
  /** Ends a step. @throws InvariantError */
  readonly check: () => void;
  readonly stop: () => void;
}

/** Reports everything that is stored in a cluster to a checker, and to `onChange` before. */
export function watchCluster(
  client: ClusterClient,
  checker: InvariantChecker,
  operatorNamespace: string,
  onChange?: (change: Change) => void,
): ClusterWatch {
  const versions = new Map<string, string>();

  function follow<T>(
    path: string,
    read: (object: KubeObject) => T | undefined,
    toChange: (before: T | undefined, after: T | undefined) => Change,
  ): () => void {
    const known = new Map<string, T>();
    return client.watch(path, (type, object) => {
      const { uid = '', resourceVersion = '' } = object.metadata;
      versions.set(uid, resourceVersion);
      const before = known.get(uid);
      const after = type === 'DELETED' ? undefined : read(object);
      if (before === undefined && after === undefined) return;
      if (after === undefined) known.delete(uid);
      else known.set(uid, after);
      const change = toChange(before, after);
      onChange?.(change);
      checker.stored(change);
    });
  }

  const own = `/apis/${GROUP}/${VERSION}`;
  const stops = [
    follow('/api/v1/nodes', readNode, (before, after) => ({ kind: 'Node', before, after })),
    follow(
      `${own}/upgradeactions`,
      (object) => object as unknown as UpgradeAction,
      (before, after) => ({ kind: 'Action', before, after }),
    ),
    follow(
      `${own}/upgradeplans`,
      (object) => object as unknown as UpgradePlan,
      (before, after) => ({ kind: 'Plan', before, after }),
    ),
    follow(
      `${own}/upgradebatches`,
      (object) => object as unknown as UpgradeBatch,
      (before, after) => ({ kind: 'Batch', before, after }),
    ),
    follow('/apis/batch/v1/jobs', ownOnly(readJob), (before, after) => ({ kind: 'Job', before, after })),
    follow('/api/v1/pods', readPod, (before, after) => ({ kind: 'Pod', before, after })),
    follow('/apis/coordination.k8s.io/v1/leases', ownOnly(readLease), (before, after) => ({ kind: 'Lease', before, after })),
    follow(`/api/v1/namespaces/${operatorNamespace}/configmaps`, readFreezes, (before, after) => ({
      kind: 'Freezes',
      before,
      after,
    })),
  ];
  return {
    check: () => {
      checker.check(versions);
      versions.clear();
    },
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

/** Leaves out objects that are not Baton's, such as the Leases of kubelets. */
function ownOnly<T>(read: (object: KubeObject) => T): (object: KubeObject) => T | undefined {
  return (object) => (object.metadata.labels?.[LABELS.managedBy] === 'baton' ? read(object) : undefined);
}

/** An invalid ConfigMap counts as one without freezes. */
function readFreezes({ metadata, data }: KubeObject): readonly ClusterFreeze[] | undefined {
  if (metadata.name !== FREEZES_CONFIG_MAP) return undefined;
  const freezes = parseDocument(asText(asObject(data)['freezes.yaml'])).toJS() as unknown;
  return asObjects(freezes).map(({ name, from, to }) => ({
    name: asText(name),
    from: Date.parse(asText(from)),
    to: Date.parse(asText(to)),
  }));
}
