import { asObject, asObjects, type Json } from '../../../core/json.ts';

const UNITS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** Parses a quantity such as `500m` or `1Gi`; 0 when it is not one. */
export function parseQuantity(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return 0;
  const [, digits, unit = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)(n|u|m|k|[KMGTPE]i|[MGTPE])?$/.exec(value) ?? [];
  return digits === undefined ? 0 : Number(digits) * (UNITS[unit] ?? 0);
}

/** CPU in cores and memory in bytes. */
export interface Amounts {
  readonly cpu: number;
  readonly memory: number;
}

/** What a pod requests of its node: its containers together, or its largest init container when that is more, and the overhead. */
export function podRequests(podSpec: Json): Amounts {
  const init = asObjects(podSpec['initContainers']);
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const running = sum([...asObjects(podSpec['containers']), ...sidecars].map(requestsOf));
  const starting = init.map(requestsOf);
  const overhead = amountsOf(podSpec['overhead']);
  return {
    cpu: Math.max(running.cpu, ...starting.map(({ cpu }) => cpu)) + overhead.cpu,
    memory: Math.max(running.memory, ...starting.map(({ memory }) => memory)) + overhead.memory,
  };
}

// A limit without a request is also the request.
function requestsOf(container: Json): Amounts {
  const resources = asObject(container['resources']);
  return amountsOf({ ...asObject(resources['limits']), ...asObject(resources['requests']) });
}

export function amountsOf(resources: unknown): Amounts {
  const { cpu, memory } = asObject(resources);
  return { cpu: parseQuantity(cpu), memory: parseQuantity(memory) };
}

function sum(amounts: readonly Amounts[]): Amounts {
  return amounts.reduce((left, right) => ({ cpu: left.cpu + right.cpu, memory: left.memory + right.memory }), {
    cpu: 0,
    memory: 0,
  });
}
