import type { ObjectGate, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { LABELS } from '../../api/names.ts';
import { selectorQuery } from '../../core/selector.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { resourcePath, type ResourceKind } from '../../kube/resource-path.ts';
import { asObjects, asText } from '../../core/json.ts';
import { parseExpression, type ExpressionResult } from './expression.ts';
import { closedBecause, type Probe, type Observation } from './observation.ts';

/** What object gates need. */
export interface ObjectProbeDeps {
  readonly client: Pick<KubeClient, 'get' | 'list'>;
  /** Monotonic clock (ms). */
  readonly monotonic: () => number;
}

/** Maximum number of objects that a selector may match. */
const MAX_OBJECTS = 100;
/** How long the kinds of an API version are cached (ms). */
const KINDS_CACHE_MS = 60_000;

interface KnownKinds {
  readonly at: number;
  readonly kinds: ReadonlyMap<string, ResourceKind>;
}

/**
 * Evaluates object gates: open while an expression is true for an object. The object is read by GET, because a plan may name any kind, and
 * each kind would need a watch.
 */
export function createObjectProbe({ client, monotonic }: ObjectProbeDeps): Probe {
  const known = new Map<string, KnownKinds>();

  async function resourceOf({ apiVersion, kind }: ObjectGate, signal: AbortSignal): Promise<ResourceKind | undefined> {
    const before = known.get(apiVersion);
    if (before !== undefined && monotonic() - before.at < KINDS_CACHE_MS) return before.kinds.get(kind);
    const kinds = await readKinds(client, apiVersion, signal);
    known.set(apiVersion, { at: monotonic(), kinds });
    return kinds.get(kind);
  }

  return {
    async evaluate(plan, { object: gate }, signal) {
      if (gate === undefined) return closedBecause('object is missing');
      const expression = parseExpression(gate.expression);
      if (typeof expression !== 'function') return closedBecause(`the expression is not valid CEL: ${expression.problem}`);
      try {
        const resource = await resourceOf(gate, signal);
        if (resource === undefined) return closedBecause(`${gate.apiVersion} has no kind ${gate.kind} in this cluster`);
        const found = await read(client, { plan, gate, resource, signal });
        if (typeof found === 'string') return closedBecause(found);
        return found.map((object) => judge(expression(object), object)).find(({ open }) => !open) ?? openFor(found);
      } catch (error) {
        const problem = readProblem(gate, error);
        if (problem === undefined) throw error;
        return closedBecause(problem);
      }
    },
  };
}

/** Reads the kinds of an API version, by name. */
async function readKinds(
  client: ObjectProbeDeps['client'],
  apiVersion: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ResourceKind>> {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const path = group === '' ? `/api/${version ?? ''}` : `/apis/${apiVersion}`;
  const list = await client.get<Readonly<Record<string, unknown>>>(path, { signal });
  return new Map(
    asObjects(list['resources']).flatMap((resource) => {
      const plural = asText(resource['name']);
      if (plural === '' || plural.includes('/')) return [];
      const namespaced = resource['namespaced'] === true;
      return [[asText(resource['kind']), { group: group ?? '', version: version ?? '', plural, namespaced }] as const];
    }),
  );
}

interface ReadInput {
  readonly plan: UpgradePlan;
  readonly gate: ObjectGate;
  readonly resource: ResourceKind;
  readonly signal: AbortSignal;
}

/** Reads the objects of a gate, or returns why there is none to evaluate. */
async function read(
  client: ObjectProbeDeps['client'],
  { plan, gate, resource, signal }: ReadInput,
): Promise<readonly KubeObject[] | string> {
  const { namespace: own } = plan.metadata;
  const where = resource.namespaced ? { namespace: gate.namespace ?? own } : {};
  // The operator may read ConfigMaps for shared sinks. A plan must not use that to read what its author may not.
  const foreign = gate.namespace !== undefined && gate.namespace !== own;
  if (foreign && resource.group === '' && resource.plural === 'configmaps')
    return 'gates cannot read ConfigMaps of other namespaces';
  if (gate.name !== undefined) {
    return [await client.get<KubeObject>(resourcePath(resource, { ...where, name: gate.name }), { signal })];
  }
  const query = { labelSelector: selectorQuery(gate.labelSelector), limit: String(MAX_OBJECTS) };
  const page = await client.list<KubeObject>(resourcePath(resource, where), query, { signal });
  if (page.continue !== undefined) return `labelSelector matches more than ${MAX_OBJECTS} objects`;
  return page.items.length === 0 ? 'labelSelector matches no object' : page.items;
}

function judge(result: ExpressionResult, object: KubeObject): Observation {
  const name = object.metadata.name ?? '';
  if (result === true) return { open: true };
  return closedBecause(
    result === false ? `the expression is false for ${name}` : `the expression fails for ${name}: ${result.problem}`,
  );
}

function openFor(found: readonly KubeObject[]): Observation {
  return { open: true, value: found.length === 1 ? 'true' : `true for ${found.length} objects` };
}

/** The message for an error that retries will not fix soon; undefined for other errors. */
function readProblem({ apiVersion, kind }: ObjectGate, error: unknown): string | undefined {
  if (!isKubeError(error)) return undefined;
  if (error.reason === 'Forbidden') {
    return `the operator may not read ${kind} (${apiVersion}): add the label ${LABELS.gateRole}=true to a ClusterRole that allows it`;
  }
  return error.reason === 'NotFound' ? `${kind} (${apiVersion}) not found` : undefined;
}
