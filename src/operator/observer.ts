import { LABELS } from '../api/names.ts';
import { KINDS } from '../kube/resource-path.ts';
import type { KubeObject } from '../kube/client/client.ts';
import type { Reflector } from '../kube/watch/reflector.ts';
import type { Observer } from './apply/apply-ports.ts';
import type { PlanWatches } from './watch/plan-watches.ts';
import type { Watches } from './watch/watches.ts';

/** The operator's caches. */
export interface ObserverDeps {
  readonly watches: Watches;
  readonly planWatches: PlanWatches;
  /** The cache of one of Baton's own kinds, by its plural. */
  readonly reflector: (plural: string) => Reflector<KubeObject>;
  readonly forgetStatus: (uid: string) => void;
  readonly forgetPlan: (uid: string) => void;
}

/** Puts the API server's answers to our writes into the caches, so that the next pass sees them before the watches deliver them. */
export function createObserver({ watches, planWatches, reflector, forgetStatus, forgetPlan }: ObserverDeps): Observer {
  return {
    node: (node: KubeObject) => {
      watches.claimed.observe(node);
      for (const nodes of planWatches.nodeWatches()) {
        if (nodes.get(node.metadata.name ?? '') !== undefined) nodes.observe(node);
      }
    },
    job: (job) => watches.jobs.observe(job),
    pod: (pod) => watches.pods.observe(pod),
    lease: (lease) => watches.leases.observe(lease),
    group: (lease) => watches.groups.observe(lease),
    plan: (plan) => reflector(KINDS.plans.plural).observe(plan),
    batch: (batch) => reflector(KINDS.batches.plural).observe(batch),
    action: (action) => reflector(KINDS.actions.plural).observe(action),
    jobsDeleted: (batchUid) => {
      for (const [key, { fact }] of [...watches.jobs.entries()]) {
        if (fact.batchUid === batchUid) watches.jobs.observeDeleted(key, fact.uid);
      }
    },
    pullPodsDeleted: (planUid, wave) => {
      for (const [key, { fact }] of [...watches.pods.entries()]) {
        const { labels, uid } = fact;
        if (labels[LABELS.planUid] === planUid && labels[LABELS.prePull] === wave) watches.pods.observeDeleted(key, uid);
      }
    },
    deleted: (kind, key, uid) => {
      if (kind === 'group') {
        watches.groups.observeDeleted(key, uid);
        return;
      }
      if (kind === 'lease') watches.leases.observeDeleted(key, uid);
      else reflector(kind === 'batch' ? KINDS.batches.plural : KINDS.plans.plural).observeDeleted(key, uid);
      if (kind !== 'lease') forgetStatus(uid);
      if (kind === 'plan') forgetPlan(uid);
    },
  };
}
