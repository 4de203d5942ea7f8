import { createHash } from 'node:crypto';
import type {
  BatchDrain,
  BatchVerify,
  Resumption,
  UpgradeBatch,
  UpgradeBatchSpec,
  UpgradeBatchStatus,
} from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradeAction, UpgradeActionSpec } from '../../../../../src/api/generated/upgradeaction.ts';
import type { JobProcess, UpgradePlan, UpgradePlanSpec, UpgradeProcess } from '../../../../../src/api/generated/upgradeplan.ts';
import type { Quarantine, Turn } from '../../../../../src/api/marks.ts';
import type { ObjectMeta } from '../../../../../src/api/object-meta.ts';
import { FINALIZERS } from '../../../../../src/api/names.ts';
import { toRfc3339 } from '../../../../../src/core/text.ts';

/** When the tests of the rollout take place. */
export const START = Date.parse('2026-11-22T08:00:00Z');

/** The instant that is this number of seconds after {@link START}. */
export function at(seconds: number): number {
  return START + seconds * 1000;
}

/** The same as RFC 3339. */
export function timeAt(seconds: number): string {
  return toRfc3339(at(seconds));
}

/** SHA-256, as the operator gives it to the core. */
export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** UID of the plan `os` of the tests. */
export const PLAN_UID = 'uid-of-os';
/** Its revision in snapshots that do not say otherwise. */
export const REVISION = 'aaaa1111';

function metadata(name: string, changes: Partial<ObjectMeta> = {}): ObjectMeta {
  return {
    name,
    namespace: 'fleet',
    uid: `uid-of-${name}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: timeAt(0),
    ...changes,
  };
}

/** The process `os` of the tests, which drains. */
export function aProcess(
  changes: Partial<UpgradeProcess> & { readonly deadlineSeconds?: number } = {},
): UpgradeProcess & { readonly job: JobProcess } {
  const { deadlineSeconds = 600, ...rest } = changes;
  return {
    name: 'os',
    disruption: 'Drain',
    report: 'None',
    timing: { deadlineSeconds },
    onOverdue: 'Alert',
    rerun: 'Unsafe',
    job: { template: { spec: { containers: [{ name: 'upgrade', image: 'os:$(BATON_VERSION)' }] } } },
    ...rest,
  };
}

/** What a process must have brought about; nothing that is not named. */
export function aVerify(changes: Partial<BatchVerify> = {}): BatchVerify {
  return { daemonSetsReady: false, stableSeconds: 0, timeoutSeconds: 900, ...changes };
}

/** What a plan of the tests says otherwise. */
export type PlanChanges = Omit<Partial<UpgradePlanSpec>, 'failure'> & { readonly failure?: Partial<UpgradePlanSpec['failure']> };

/** The careful drain policy. */
export function aDrain(changes: Partial<BatchDrain> = {}): BatchDrain {
  return { mode: 'Auto', emptyDirData: 'Keep', unmanagedPods: 'Keep', ...changes };
}

/** The plan `os` of the tests: all workers, one sink, held by its finalizer. */
export function aPlan({ failure, ...spec }: PlanChanges = {}, meta: Partial<ObjectMeta> = {}): UpgradePlan {
  return {
    apiVersion: 'baton.dev/v1alpha1',
    kind: 'UpgradePlan',
    metadata: metadata('os', { finalizers: [FINALIZERS.plan], ...meta }),
    spec: {
      version: '12.9',
      nodeSelector: { matchLabels: { role: 'worker' } },
      newNodes: { policy: 'Upgrade', collectSeconds: 0 },
      notReadyNodes: 'Skip',
      paused: false,
      podPlacement: 'Anywhere',
      prePull: 'None',
      maxUnavailable: 1,
      batches: [{ size: 2 }],
      failure: { maxFailed: 0, failedNodes: 'Quarantine', retriesPerNode: 0, then: 'Pause', ...failure },
      processes: [aProcess()],
      drain: aDrain(),
      notify: { sinks: [{ name: 'ops', webhook: { url: 'https://hooks.example/upgrades' } }] },
      ...spec,
    },
  };
}

interface BatchChanges {
  readonly name?: string;
  readonly spec?: Partial<UpgradeBatchSpec>;
  readonly status?: UpgradeBatchStatus;
  readonly meta?: Partial<ObjectMeta>;
}

/** A batch of the plan `os` with these nodes; open unless its status says otherwise. */
export function aBatch(nodes: readonly string[], { name = 'os-aaaa-1', spec, status, meta }: BatchChanges = {}): UpgradeBatch {
  return {
    apiVersion: 'baton.dev/v1alpha1',
    kind: 'UpgradeBatch',
    metadata: metadata(name, { finalizers: [FINALIZERS.batch], ...meta }),
    spec: {
      plan: 'os',
      planUid: PLAN_UID,
      revision: REVISION,
      version: '12.9',
      index: 1,
      step: 0,
      planNodes: 4,
      format: 1,
      nodes: nodes.map((node) => ({ name: node, uid: `uid-of-${node}`, processes: ['os'] })),
      processes: [
        {
          name: 'os',
          disruption: 'Drain',
          report: 'None',
          deadlineSeconds: 600,
          template: { spec: { containers: [{ name: 'upgrade', image: 'os' }] } },
        },
      ],
      drain: aDrain(),
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

/** The status of a settled batch; its notification has gone out to `ops` unless something else is said. */
export function settledStatus(nodes: UpgradeBatchStatus['nodes'], changes: Partial<UpgradeBatchStatus> = {}): UpgradeBatchStatus {
  return {
    conditions: [{ type: 'Settled', status: 'True', reason: 'AllTerminal', message: '', lastTransitionTime: timeAt(0) }],
    settledTime: timeAt(0),
    nodes: nodes ?? [],
    ...changes,
  };
}

/** The entry in the outbox of a batch, delivered by a node or not yet. */
export function outboxOf(batch: string, deliveredBy?: string): NonNullable<UpgradeBatchStatus['notification']> {
  const id = `uid-of-${batch}/1`;
  const receipt = { sink: 'ops', id, outcome: 'Delivered', time: timeAt(0) } as const;
  return { id, sinks: ['ops'], receipts: deliveredBy === undefined ? [] : [{ ...receipt, node: deliveredBy }] };
}

/** A Resume that was applied. */
export function resumedBy(action: string): Resumption {
  return { action, format: 1, time: timeAt(0) };
}

/** An UpgradeAction for the plan `os`. */
export function anAction(spec: Omit<UpgradeActionSpec, 'plan'>, name = 'act'): UpgradeAction {
  return { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradeAction', metadata: metadata(name), spec: { plan: 'os', ...spec } };
}

/** The turn of a node in a batch, opened at {@link START}. */
export function aTurn(batch = 'os-aaaa-1', changes: Partial<Turn> = {}): Turn {
  return {
    namespace: 'fleet',
    plan: 'os',
    batch,
    batchUid: `uid-of-${batch}`,
    processes: ['os'],
    attempt: 1,
    openedTime: timeAt(0),
    cordoned: true,
    before: { unschedulable: false, bootId: 'boot-1', kept: [] },
    ...changes,
  };
}

/** A quarantine by the plan `os`. */
export function aQuarantine(changes: Partial<Quarantine> = {}): Quarantine {
  return {
    namespace: 'fleet',
    plan: 'os',
    planUid: PLAN_UID,
    batch: 'os-aaaa-1',
    process: 'os',
    reason: 'JobFailed',
    message: 'exit code 1',
    since: timeAt(0),
    unschedulableBefore: false,
    ...changes,
  };
}
