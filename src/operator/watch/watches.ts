import type { Log } from '../../api/log.ts';
import { COMPONENTS, LABELS } from '../../api/names.ts';
import type { JobFact, NodeFact, PodFact } from '../../core/facts.ts';
import type { GroupFact } from '../../core/rollout/model/facts.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import type { Sleep } from '../../kube/pause.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { asObject, asText } from '../../core/json.ts';
import { planKey } from '../plan-key.ts';
import { projectJob, projectNode, projectPod } from './project.ts';

/** What every watch needs. */
export interface WatchPorts {
  readonly client: KubeClient;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
}

/** A Job and its plan. */
export interface OwnJob {
  readonly fact: JobFact;
  readonly plan: string;
  readonly planUid: string;
}

/** A Pod that Baton created (of an upgrade, an agent, or a pre-pull), and its plan. */
export interface OwnPod {
  readonly fact: PodFact;
  readonly plan: string;
}

/** A claimed Node. It is kept as an object as well, because its done-mark depends on the plan that reads it. */
export interface ClaimedNode {
  readonly object: KubeObject;
  readonly fact: NodeFact;
}

/** A Lease of a plan, as the API server sent it. */
export type OwnLease = KubeObject;

const MANAGED = `${LABELS.managedBy}=baton`;

/** The Lease of an exclusive group, without the fact whether its plan still exists. */
export type GroupLease = Omit<GroupFact, 'planGone'>;

/** The watches that all plans share. Their cost does not depend on the size of the fleet. */
export interface Watches {
  readonly jobs: Reflector<OwnJob>;
  readonly pods: Reflector<OwnPod>;
  readonly leases: Reflector<OwnLease>;
  readonly claimed: Reflector<ClaimedNode>;
  /** The Leases of exclusive groups, in the operator's namespace. */
  readonly groups: Reflector<GroupLease>;
  /** Reporter Pods by `namespace/name`; undefined where none are installed. */
  readonly reporters: Reflector<PodFact> | undefined;
}

/** Called when objects change. */
export interface WatchHandlers {
  /** Something that concerns the plan has changed. */
  readonly enqueue: (plan: string) => void;
  /** A Lease has changed. */
  readonly leaseChanged: (key: string) => void;
  /** An exclusive group was acquired or released. */
  readonly groupChanged: (group: string) => void;
}

/** Creates the shared watches; {@link runWatches} starts them. */
export function createWatches(
  ports: WatchPorts,
  namespaces: { readonly own: string; readonly reporters: string },
  handlers: WatchHandlers,
): Watches {
  const reporterNamespace = namespaces.reporters;
  const claimed = new Reflector<ClaimedNode>({
    ...ports,
    path: resourcePath(KINDS.nodes),
    query: { labelSelector: LABELS.claim },
    project: (node) =>
      node.metadata.labels?.[LABELS.claim] === undefined ? undefined : { object: slim(node), fact: projectNode(node, '') },
    onChange: (_key, current, previous) => {
      const turn = (current ?? previous)?.fact.turn;
      if (turn !== undefined && changed(current?.fact, previous?.fact)) handlers.enqueue(planKey(turn.namespace, turn.plan));
    },
  });
  return {
    claimed,
    jobs: new Reflector<OwnJob>({
      ...ports,
      path: resourcePath(KINDS.jobs),
      query: { labelSelector: `${MANAGED},${LABELS.component}=${COMPONENTS.upgrade}` },
      project: (job) => ({
        fact: projectJob(job),
        plan: planKey(job.metadata.namespace ?? '', job.metadata.labels?.[LABELS.plan] ?? ''),
        planUid: job.metadata.labels?.[LABELS.planUid] ?? '',
      }),
      onChange: (_key, current, previous) => handlers.enqueue((current ?? previous)?.plan ?? ''),
    }),
    pods: new Reflector<OwnPod>({
      ...ports,
      path: resourcePath(KINDS.pods),
      query: {
        labelSelector: `${MANAGED},${LABELS.component} in (${COMPONENTS.upgrade},${COMPONENTS.agent},${COMPONENTS.prePull})`,
      },
      project: (pod) => ({
        fact: projectPod(pod),
        plan: planKey(pod.metadata.namespace ?? '', pod.metadata.labels?.[LABELS.plan] ?? ''),
      }),
      onChange: (_key, current, previous) => handlers.enqueue((current ?? previous)?.plan ?? ''),
    }),
    leases: new Reflector<OwnLease>({
      ...ports,
      path: resourcePath(KINDS.leases),
      query: { labelSelector: `${MANAGED},${LABELS.component}=${COMPONENTS.agent}` },
      project: (lease) => lease,
      onChange: (key, current, previous) => {
        handlers.leaseChanged(key);
        // A renewal alone needs no pass: a decision reads the age of the Lease.
        if (leaseContent(current) !== leaseContent(previous)) {
          const lease = current ?? previous;
          handlers.enqueue(planKey(lease?.metadata.namespace ?? '', lease?.metadata.labels?.[LABELS.plan] ?? ''));
        }
      },
    }),
    groups: new Reflector<GroupLease>({
      ...ports,
      path: resourcePath(KINDS.leases, { namespace: namespaces.own }),
      query: { labelSelector: `${MANAGED},${LABELS.component}=${COMPONENTS.group}` },
      project: projectGroup,
      onChange: (_key, current, previous) => handlers.groupChanged((current ?? previous)?.group ?? ''),
    }),
    reporters:
      reporterNamespace === ''
        ? undefined
        : new Reflector<PodFact>({
            ...ports,
            path: resourcePath(KINDS.pods, { namespace: reporterNamespace }),
            query: { labelSelector: `${LABELS.component}=${COMPONENTS.reporter}` },
            project: projectPod,
            onChange: (_key, current, previous) => {
              if (current?.ready === previous?.ready) return;
              const turn = claimed.get((current ?? previous)?.node ?? '')?.fact.turn;
              if (turn !== undefined) handlers.enqueue(planKey(turn.namespace, turn.plan));
            },
          }),
  };
}

function projectGroup({ metadata, ...lease }: KubeObject): GroupLease {
  return {
    group: metadata.labels?.[LABELS.group] ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    plan: asText(asObject(lease['spec'])['holderIdentity']),
    planUid: metadata.labels?.[LABELS.planUid] ?? '',
  };
}

function leaseContent(lease: OwnLease | undefined): string {
  return JSON.stringify([lease?.metadata.uid, lease?.metadata.annotations]);
}

/** Drops the managed fields and images of a Node, which are most of its size and not needed. */
function slim(node: KubeObject): KubeObject {
  const { name, uid, resourceVersion, labels, annotations, deletionTimestamp } = node.metadata;
  const { nodeInfo, conditions } = (node['status'] ?? {}) as Readonly<Record<string, unknown>>;
  const metadata = { name, uid, resourceVersion, labels, annotations, deletionTimestamp } as KubeObject['metadata'];
  return { metadata, spec: node['spec'], status: { nodeInfo, conditions } };
}

/** Whether a Node changed in a way that concerns decisions. A heartbeat does not. */
export function changed(current: NodeFact | undefined, previous: NodeFact | undefined): boolean {
  const content = (node: NodeFact | undefined): string =>
    JSON.stringify(node === undefined ? null : { ...node, resourceVersion: '' });
  return content(current) !== content(previous);
}

/** Runs the shared watches. Resolves when the signal is aborted and all have ended. */
export async function runWatches(watches: Watches, signal: AbortSignal): Promise<void> {
  await Promise.all(all(watches).map((reflector) => reflector.run(signal)));
}

/** Resolves when all shared watches have synced. */
export async function watchesSynced(watches: Watches, signal: AbortSignal): Promise<void> {
  await Promise.all(all(watches).map((reflector) => reflector.whenSynced(signal)));
}

function all({
  jobs,
  pods,
  leases,
  claimed,
  groups,
  reporters,
}: Watches): readonly Pick<Reflector<unknown>, 'run' | 'whenSynced'>[] {
  return [jobs, pods, leases, claimed, groups, ...(reporters === undefined ? [] : [reporters])];
}
