import { CONDITIONS } from '../../api/conditions.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { ANNOTATIONS, FINALIZERS, LABELS } from '../../api/names.ts';
import { updateConditions } from '../../core/condition.ts';
import type { PodFact } from '../../core/facts.ts';
import { isNodeCommand, type Command, type Manifest } from '../../core/rollout/model/command.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath, type ResourceKind } from '../../kube/resource-path.ts';
import { applyToPod, isDrainCommand } from './apply-drain.ts';
import { applyToLease } from './apply-lease.ts';
import { applyToNode } from './node/apply-node.ts';
import type { ApplyDeps } from './apply-ports.ts';
import { createEventOnce } from './create-event-once.ts';
import { applyToPullPods, isPullCommand } from './apply-pull-pods.ts';
import { asObject } from '../../core/json.ts';
import { planKey } from '../plan-key.ts';
import { prepareNamespace } from './prepare-namespace.ts';

/**
 * Applies one command. Applying it twice changes nothing.
 *
 * @throws KubeError with code 404, 409 or 422 when the object has changed since the decision, or another one when the API server fails.
 * @throws Error when an object with a name that Baton needs belongs to something else.
 */
export async function applyCommand(deps: ApplyDeps, plan: UpgradePlan, command: Command): Promise<void> {
  const { client, observer } = deps;
  const { namespace } = plan.metadata;
  if (isNodeCommand(command)) {
    return applyToNode(deps.nodes, { key: planKey(namespace, plan.metadata.name), uid: plan.metadata.uid }, command);
  }
  if (isDrainCommand(command)) return applyToPod({ client, answers: deps.evictions }, command);
  if (isPullCommand(command)) return applyToPullPods(deps, plan, command);
  switch (command.kind) {
    case 'AddFinalizer':
      return setPlanFinalizers(deps, plan, [...(plan.metadata.finalizers ?? []), FINALIZERS.plan]);
    case 'RemoveFinalizer':
      return setPlanFinalizers(
        deps,
        plan,
        (plan.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZERS.plan),
      );
    case 'PrepareNamespace': {
      observer.lease(await prepareNamespace(client, namespace, command.lease));
      return;
    }
    case 'CreateBatch': {
      observer.batch(await createOwn(deps, KINDS.batches, namespace, command.batch));
      return;
    }
    case 'DeleteBatch':
      return deleteBatch(deps, command);
    case 'ReplacePod':
      return replacePod(client, command.pod);
    case 'CreateJob':
      return createJob(deps, namespace, command.job);
    case 'StopJob':
      return stopJob(deps, command);
    case 'DeleteJobs':
      return deleteJobs(deps, namespace, command.batchUid);
    case 'CreateAgentPod': {
      observer.pod(await createOwn(deps, KINDS.pods, namespace, command.pod));
      return;
    }
    case 'DeleteAgentPod':
      return deleteAgentPod(client, command);
    case 'RecordWarnings':
      return createEventOnce(client, command.event);
    case 'AnswerAction':
      return answerAction(deps, command);
    default:
      return applyToLease(deps, namespace, command);
  }
}

/** Creates an object whose name is deterministic, or returns the existing one if its label has the plan's UID. */
async function createOwn({ client }: ApplyDeps, kind: ResourceKind, namespace: string, manifest: Manifest): Promise<KubeObject> {
  try {
    return await client.create<KubeObject>(resourcePath(kind, { namespace }), manifest);
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
    const metadata = asObject(manifest['metadata']);
    const name = String(metadata['name']);
    const existing = await client.get<KubeObject>(resourcePath(kind, { namespace, name }));
    const wanted = asObject(metadata['labels'])[LABELS.planUid];
    if (existing.metadata.labels?.[LABELS.planUid] !== wanted) {
      throw new Error(
        `${kind.plural} ${namespace}/${name} exists and does not belong to this plan (label ${LABELS.planUid}): delete it`,
        { cause: error },
      );
    }
    return existing;
  }
}

async function setPlanFinalizers(
  { client, observer }: ApplyDeps,
  plan: UpgradePlan,
  finalizers: readonly string[],
): Promise<void> {
  const { namespace, name, resourceVersion, uid } = plan.metadata;
  const path = resourcePath(KINDS.plans, { namespace, name });
  const answer = await client.mergePatch<KubeObject>(path, { metadata: { resourceVersion, finalizers } });
  if (plan.metadata.deletionTimestamp !== undefined && finalizers.length === 0)
    observer.deleted('plan', planKey(namespace, name), uid);
  else observer.plan(answer);
}

async function deleteBatch({ client, observer }: ApplyDeps, { batch }: Extract<Command, { kind: 'DeleteBatch' }>): Promise<void> {
  const { namespace, name, uid } = batch.metadata;
  const path = resourcePath(KINDS.batches, { namespace, name });
  try {
    await client.mergePatch<KubeObject>(path, { metadata: { uid, finalizers: null } });
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
  await client.delete(path, { propagationPolicy: 'Background' });
  observer.deleted('batch', planKey(namespace, name), uid);
}

/** A Job that the API server rejects is recorded, and the node fails. A full quota is an error instead, because it may free up. */
async function createJob(deps: ApplyDeps, namespace: string, job: Manifest): Promise<void> {
  try {
    deps.observer.job(await createOwn(deps, KINDS.jobs, namespace, job));
  } catch (error) {
    const rejected = isKubeError(error, 'Invalid') || (isKubeError(error, 'Forbidden') && !error.message.includes('quota'));
    if (!rejected) throw error;
    deps.jobRejected(String(asObject(job['metadata'])['name']), error.message);
  }
}

/** Lets the Job controller end the Job, by a deadline that has passed. The annotation records that the operator did this, and why. */
async function stopJob({ client, observer }: ApplyDeps, { job, message }: Extract<Command, { kind: 'StopJob' }>): Promise<void> {
  const { namespace, name, uid } = job;
  const patch = { metadata: { uid, annotations: { [ANNOTATIONS.stopped]: message } }, spec: { activeDeadlineSeconds: 1 } };
  observer.job(await client.mergePatch<KubeObject>(resourcePath(KINDS.jobs, { namespace, name }), patch));
}

async function deleteJobs({ client, observer }: ApplyDeps, namespace: string, batchUid: string): Promise<void> {
  const query = { labelSelector: `${LABELS.batchUid}=${batchUid}` };
  await client.deleteCollection(resourcePath(KINDS.jobs, { namespace }), query, { propagationPolicy: 'Background' });
  observer.jobsDeleted(batchUid);
}

/** Deletes a Pod so that its controller replaces it. Does nothing when that has happened already. */
async function replacePod(client: KubeClient, { namespace, name, uid }: PodFact): Promise<void> {
  try {
    await client.delete(resourcePath(KINDS.pods, { namespace, name }), { preconditions: { uid } });
  } catch (error) {
    if (!isKubeError(error, 'Conflict')) throw error;
  }
}

async function deleteAgentPod(client: KubeClient, { pod, atOnce }: Extract<Command, { kind: 'DeleteAgentPod' }>): Promise<void> {
  const { namespace, name, uid } = pod;
  const path = resourcePath(KINDS.pods, { namespace, name });
  await client.delete(path, { preconditions: { uid }, gracePeriodSeconds: atOnce ? 0 : undefined });
}

async function answerAction(
  { client, observer, now }: ApplyDeps,
  { action, answer }: Extract<Command, { kind: 'AnswerAction' }>,
): Promise<void> {
  const { namespace, name, generation, resourceVersion } = action.metadata;
  const finding = { type: CONDITIONS.applied, ...answer, observedGeneration: generation };
  const conditions = updateConditions(action.status?.conditions, [finding], now());
  const path = resourcePath(KINDS.actions, { namespace, name, subresource: 'status' });
  observer.action(await client.mergePatch<KubeObject>(path, { metadata: { resourceVersion }, status: { conditions } }));
}
