import { asObject } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { POD_RESOURCES, podUsage, unstated } from '../resources/pod-usage.ts';
import {
  ZERO,
  addQuantities,
  combine,
  parseQuantity,
  quantityText,
  readQuantities,
  writeQuantities,
  type Quantities,
} from '../resources/quantity.ts';
import { forbidden, qualified } from '../resources/status.ts';
import type { ServerContext, Target } from './exchange.ts';

const QUOTAS = 'resourcequotas';

/** What the core group also counts under its plain name. */
const PLAIN_COUNTS = ['configmaps', 'secrets', 'services', 'resourcequotas'];

/** A quota, and how much of it would be used. */
interface Charge {
  readonly quota: KubeObject;
  readonly used: Quantities;
}

/**
 * Checks a new object against the ResourceQuotas of its namespace, and charges it to their status. Throws a 403 if one of them does not
 * allow it. As in Kubernetes, what a quota's status says counts, and an object that cannot be stored later stays charged until the
 * quota controller counts again. Source: apiserver, pkg/admission/plugin/resourcequota/controller.go.
 */
export function chargeQuotas(object: KubeObject, target: Target, dryRun: boolean, { store }: ServerContext): void {
  const { type, namespace } = target;
  if (namespace === undefined || type.plural === 'events') return;
  const { objects = [] } = store.list(QUOTAS) ?? {};
  const quotas = objects.filter((quota) => quota.metadata.namespace === namespace);
  if (quotas.length === 0) return;
  const usage = type.kind === 'Pod' ? podUsage(asObject(object['spec'])) : countOf(target);
  const charges = quotas.map((quota) => charge(quota, usage, object, target)).filter((each) => each !== undefined);
  if (dryRun) return;
  for (const { quota, used } of charges) {
    store.put(QUOTAS, { ...quota, status: { ...asObject(quota['status']), used: writeQuantities(used) } });
  }
}

function countOf({ type }: Target): Quantities {
  const one = parseQuantity(1) ?? ZERO;
  const counted: readonly string[] = [
    `count/${qualified(type)}`,
    ...(type.group === '' && PLAIN_COUNTS.includes(type.plural) ? [type.plural] : []),
  ];
  return new Map(counted.map((name) => [name, one]));
}

function charge(quota: KubeObject, usage: Quantities, object: KubeObject, { type }: Target): Charge | undefined {
  const status = asObject(quota['status']);
  const [hard, used] = [readQuantities(asObject(status['hard'])), readQuantities(asObject(status['used']))];
  const limited = [...hard.keys()].filter((name) => (type.kind === 'Pod' ? POD_RESOURCES.has(name) : usage.has(name)));
  if (limited.length === 0) return undefined;
  const { name = '' } = object.metadata;
  const quotaName = quota.metadata.name ?? '';
  const why = type.kind === 'Pod' ? unstated(asObject(object['spec']), limited) : undefined;
  if (why !== undefined) throw forbidden(type, name, `failed quota: ${quotaName}: ${why}`);
  if (limited.some((each) => !used.has(each))) {
    throw forbidden(type, name, `status unknown for quota: ${quotaName}, resources: ${limited.sort().join(',')}`);
  }
  const requested = new Map([...usage].filter(([each, { milli }]) => hard.has(each) && milli !== 0n));
  const after = combine(used, requested, addQuantities);
  const exceeded = [...requested.keys()].filter((each) => milliOf(after, each) > milliOf(hard, each)).sort();
  if (exceeded.length === 0) return { quota, used: after };
  const [asked, before, limit] = [requested, used, hard].map((list) => listed(list, exceeded));
  throw forbidden(type, name, `exceeded quota: ${quotaName}, requested: ${asked}, used: ${before}, limited: ${limit}`);
}

function milliOf(quantities: Quantities, name: string): bigint {
  return (quantities.get(name) ?? ZERO).milli;
}

function listed(quantities: Quantities, names: readonly string[]): string {
  return names.map((name) => `${name}=${quantityText(quantities.get(name) ?? ZERO)}`).join(',');
}
