import type { KubeObject } from '../../../kube/kube-object.ts';
import { asObject, asObjects, type Json } from '../../../core/json.ts';
import { textAt } from '../resources/fields.ts';
import { StatusError, badRequest } from '../resources/status.ts';
import { removeObject } from './delete.ts';
import { json, type ApiAnswer, type ApiRequest, type ServerContext, type Target } from './exchange.ts';
import { timestamp } from './identity.ts';
import { parseObject, validDeleteOptions } from './options.ts';
import { storedObject } from './stored.ts';

const BUDGETS = 'poddisruptionbudgets.policy';

/** POST of a pod's `eviction`: a delete that the budgets of the pod have to allow. */
export function evict(request: ApiRequest, target: Target, context: ServerContext): ApiAnswer {
  const { name = '', type } = target;
  const eviction = parseObject(request.body, 'Eviction');
  if (asObject(eviction['metadata'])['name'] !== name) throw badRequest('name in URL does not match name in Eviction object');
  const options = validDeleteOptions(asObject(eviction['deleteOptions']));
  const pod = storedObject(target, context);
  if (!ignoresBudgets(pod)) takeFromBudget(pod, options.dryRun, context);
  const marked = options.dryRun ? pod : context.store.put(type.storage, withCondition(pod, context));
  removeObject(marked, options, target, context);
  return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

// Such pods count for no budget.
function ignoresBudgets(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined || ['Pending', 'Succeeded', 'Failed'].includes(textAt(pod, 'status.phase'));
}

function takeFromBudget(pod: KubeObject, dryRun: boolean, { store, now }: ServerContext): void {
  const { objects = [] } = store.list(BUDGETS) ?? {};
  const budgets = objects.filter(
    (budget) => budget.metadata.namespace === pod.metadata.namespace && selects(asObject(budget['spec'])['selector'], pod),
  );
  const [budget] = budgets;
  if (budget === undefined) return;
  if (budgets.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new StatusError(500, message);
  }
  const { name = '', generation = 0 } = budget.metadata;
  const status = asObject(budget['status']);
  if (!isReady(pod) && sparesUnready(budget)) return;
  const [observed, allowed] = [Number(status['observedGeneration'] ?? 0), Number(status['disruptionsAllowed'] ?? 0)];
  if (observed < generation) {
    throw budgetError(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  if (allowed <= 0) throw budgetError(`The disruption budget ${name} ${whyNotAllowed(status)}`, 0);
  if (dryRun) return;
  const disruptedPods = { ...asObject(status['disruptedPods']), [pod.metadata.name ?? '']: timestamp(now()) };
  const left = { ...status, disruptionsAllowed: allowed - 1, disruptedPods };
  store.put(BUDGETS, { ...budget, status: allowed === 1 ? { ...left, ...exhausted(status, generation, now()) } : left });
}

function whyNotAllowed({ currentHealthy, desiredHealthy }: Json): string {
  const [current, desired] = [Number(currentHealthy), Number(desiredHealthy)];
  if (current > desired) return 'does not allow evicting pods currently';
  return `needs ${desired} healthy pods and has ${current} currently`;
}

function exhausted(status: Json, observedGeneration: number, nowMs: number): Json {
  const type = 'DisruptionAllowed';
  const others = asObjects(status['conditions']).filter((condition) => condition['type'] !== type);
  const why = { reason: 'InsufficientPods', message: '', lastTransitionTime: timestamp(nowMs) };
  return { conditions: [...others, { type, status: 'False', observedGeneration, ...why }] };
}

function isReady(pod: KubeObject): boolean {
  const conditions = asObjects(asObject(pod['status'])['conditions']);
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Whether a pod that is not Ready may go: always, or as long as enough others are healthy. */
function sparesUnready(budget: KubeObject): boolean {
  if (textAt(budget, 'spec.unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true;
  const { currentHealthy, desiredHealthy } = asObject(budget['status']);
  return Number(desiredHealthy) > 0 && Number(currentHealthy) >= Number(desiredHealthy);
}

function budgetError(message: string, retryAfterSeconds: number): StatusError {
  return new StatusError(429, "Cannot evict pod as it would violate the pod's disruption budget.", {
    reason: 'TooManyRequests',
    details: {
      causes: [{ reason: 'DisruptionBudget', message }],
      ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
    },
  });
}

// An empty selector selects every pod, a missing one none.
function selects(selector: unknown, pod: KubeObject): boolean {
  if (selector === undefined || selector === null) return false;
  const labels = pod.metadata.labels ?? {};
  const { matchLabels, matchExpressions } = asObject(selector);
  return (
    Object.entries(asObject(matchLabels)).every(([key, value]) => labels[key] === value) &&
    asObjects(matchExpressions).every((expression) => matches(expression, labels))
  );
}

function matches({ key, operator, values }: Json, labels: Readonly<Record<string, string>>): boolean {
  const name = String(key);
  const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
  const listed = Array.isArray(values) && values.includes(value);
  if (operator === 'In') return listed;
  if (operator === 'NotIn') return !listed;
  return (operator === 'Exists') === (value !== undefined);
}

function withCondition(pod: KubeObject, { now }: ServerContext): KubeObject {
  const status = asObject(pod['status']);
  const conditions = asObjects(status['conditions']);
  if (conditions.some(({ type, status: value }) => type === 'DisruptionTarget' && value === 'True')) return pod;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: timestamp(now()),
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  return { ...pod, status: { ...status, conditions: [...conditions, condition] } };
}
