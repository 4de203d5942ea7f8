import type { ObjectGate, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { LABELS } from '../../api/names.ts';
import { selectorQuery } from '../../core/selector.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { resourcePath, type ResourceKind } from '../../kube/resource-path.ts';
import { objects, text } from '../json.ts';
import { readExpression, type Truth } from './expression.ts';
import { closedBecause, type Probe, type Observation } from './observation.ts';

/** What object gates need. */
export interface ObjectProbeDeps {
  readonly client: Pick<KubeClient, 'get' | 'list'>;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
}

/** A selector may choose so many objects. */
const MOST_OBJECTS = 100;
/** What kinds there are is asked again after so long (ms). */
const KINDS_MS = 60_000;

interface KnownKinds {
  readonly at: number;
  readonly kinds: ReadonlyMap<string, ResourceKind>;
}

/**
 * Gates that are open while an expression is true of an object. It is read by GET: a watch would have to be opened for whatever kind a
 * plan may name.
 */
export function createObjectProbe({ client, monotonic }: ObjectProbeDeps): Probe {
  const known = new Map<string, KnownKinds>();

  async function resourceOf({ apiVersion, kind }: ObjectGate, signal: AbortSignal): Promise<ResourceKind | undefined> {
    const before = known.get(apiVersion);
    if (before !== undefined && monotonic() - before.at < KINDS_MS) return before.kinds.get(kind);
    const kinds = await readKinds(client, apiVersion, signal);
    known.set(apiVersion, { at: monotonic(), kinds });
    return kinds.get(kind);
  }

  return {
    async look(plan, { object: gate }, signal) {
      if (gate === undefined) return closedBecause('it names no object');
      const expression = readExpression(gate.expression);
      if (typeof expression !== 'function') return closedBecause(`expression: ${expression.problem}`);
      try {
        const resource = await resourceOf(gate, signal);
        if (resource === undefined) return closedBecause(`the cluster has no ${gate.kind} in ${gate.apiVersion}`);
        const found = await read(client, { plan, gate, resource, signal });
        if (typeof found === 'string') return closedBecause(found);
        return found.map((object) => judge(expression(object), object)).find((sight) => !sight.open) ?? sightOf(found);
      } catch (error) {
        const problem = refusal(gate, error);
        if (problem === undefined) throw error;
        return closedBecause(problem);
      }
    },
  };
}

/** The kinds of one group and version, by name. */
async function readKinds(
  client: ObjectProbeDeps['client'],
  apiVersion: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ResourceKind>> {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const path = group === '' ? `/api/${version ?? ''}` : `/apis/${apiVersion}`;
  const list = await client.get<Readonly<Record<string, unknown>>>(path, { signal });
  return new Map(
    objects(list['resources']).flatMap((resource) => {
      const plural = text(resource['name']);
      if (plural === '' || plural.includes('/')) return [];
      const namespaced = resource['namespaced'] === true;
      return [[text(resource['kind']), { group: group ?? '', version: version ?? '', plural, namespaced }] as const];
    }),
  );
}

interface ReadInput {
  readonly plan: UpgradePlan;
  readonly gate: ObjectGate;
  readonly resource: ResourceKind;
  readonly signal: AbortSignal;
}

/** The objects of a gate; or in words why there is nothing to judge. */
async function read(
  client: ObjectProbeDeps['client'],
  { plan, gate, resource, signal }: ReadInput,
): Promise<readonly KubeObject[] | string> {
  const { namespace: own } = plan.metadata;
  const where = resource.namespaced ? { namespace: gate.namespace ?? own } : {};
  // The operator may get ConfigMaps because of shared sinks, and a plan must not learn through it what its author may not read.
  const foreign = gate.namespace !== undefined && gate.namespace !== own;
  if (foreign && resource.group === '' && resource.plural === 'configmaps') return 'ConfigMaps of other namespaces are not read';
  if (gate.name !== undefined) {
    return [await client.get<KubeObject>(resourcePath(resource, { ...where, name: gate.name }), { signal })];
  }
  const query = { labelSelector: selectorQuery(gate.labelSelector), limit: String(MOST_OBJECTS) };
  const page = await client.list<KubeObject>(resourcePath(resource, where), query, { signal });
  if (page.continue !== undefined) return `the labelSelector chooses more than ${MOST_OBJECTS} objects`;
  return page.items.length === 0 ? 'the labelSelector chooses no object' : page.items;
}

function judge(truth: Truth, object: KubeObject): Observation {
  const name = object.metadata.name ?? '';
  if (truth === true) return { open: true };
  return closedBecause(
    truth === false ? `the expression is false of ${name}` : `the expression fails for ${name}: ${truth.problem}`,
  );
}

function sightOf(found: readonly KubeObject[]): Observation {
  return { open: true, value: found.length === 1 ? 'true' : `true of ${found.length} objects` };
}

/** What an answer of the API server means that more tries would not change soon. */
function refusal({ apiVersion, kind }: ObjectGate, error: unknown): string | undefined {
  if (!isKubeError(error)) return undefined;
  if (error.reason === 'Forbidden') {
    return `the operator may not read ${kind} (${apiVersion}): give a ClusterRole that allows it the label ${LABELS.gateRole}=true`;
  }
  return error.reason === 'NotFound' ? `there is no such ${kind} (${apiVersion})` : undefined;
}
