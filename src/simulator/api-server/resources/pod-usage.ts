import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import { addQuantities, combine, maxQuantity, readQuantities, type Quantities, type Quantity } from './quantity.ts';

const ONE: Quantity = { milli: 1000n, format: 'DecimalSI' };
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];

/** What a ResourceQuota limits of Pods only. */
export const POD_RESOURCES: ReadonlySet<string> = new Set([
  ...['count/pods', 'pods'],
  ...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);

/** What each container has to state once a quota limits it. */
const STATED = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

/** What a Pod takes of its namespace's quotas. Source: kubernetes, pkg/quota/v1/evaluator/core/pods.go. */
export function podUsage(spec: Json): Quantities {
  return new Map([['count/pods', ONE], ...named(podTotal(spec, 'requests'), podTotal(spec, 'limits'))]);
}

/** Why a Pod does not state what the quotas need, such as `must specify limits.cpu for: c`; undefined if it does. */
export function unstated(spec: Json, limited: readonly string[]): string | undefined {
  const containers = [...asObjects(spec['containers']), ...asObjects(spec['initContainers'])];
  const needed = limited.filter((name) => STATED.has(name)).sort();
  const missing = needed.flatMap((name) => {
    const without = containers.filter((container) => !stated(container).has(name)).map((container) => asText(container['name']));
    return without.length === 0 ? [] : [`${name} for: ${[...new Set(without)].sort().join(',')}`];
  });
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`;
}

function stated(container: Json): Quantities {
  return named(resourcesOf(container, 'requests'), resourcesOf(container, 'limits'));
}

function named(requests: Quantities, limits: Quantities): Quantities {
  const result = new Map([['pods', ONE]]);
  for (const name of COMPUTE) {
    const [request, limit] = [requests.get(name), limits.get(name)];
    if (request !== undefined) result.set(name, request).set(`requests.${name}`, request);
    if (limit !== undefined) result.set(`limits.${name}`, limit);
  }
  return result;
}

/** Its containers together, or its largest init container when that is more, and the overhead. */
function podTotal(spec: Json, key: 'requests' | 'limits'): Quantities {
  let running = asObjects(spec['containers'])
    .map((container) => resourcesOf(container, key))
    .reduce(plus, new Map());
  let sidecars: Quantities = new Map();
  let starting: Quantities = new Map();
  for (const container of asObjects(spec['initContainers'])) {
    const own = resourcesOf(container, key);
    const staysOn = container['restartPolicy'] === 'Always';
    if (staysOn) [running, sidecars] = [plus(running, own), plus(sidecars, own)];
    starting = combine(starting, staysOn ? sidecars : plus(own, sidecars), maxQuantity);
  }
  return plus(combine(running, starting, maxQuantity), readQuantities(asObject(spec['overhead'])));
}

function plus(first: Quantities, second: Quantities): Quantities {
  return combine(first, second, addQuantities);
}

function resourcesOf(container: Json, key: 'requests' | 'limits'): Quantities {
  return readQuantities(asObject(asObject(container['resources'])[key]));
}
