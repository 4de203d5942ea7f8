import { asObject, asObjects, asText, isJsonObject, type Json } from '../../core/json.ts';
import { counted } from '../../core/text.ts';
import type { KubeObject } from '../../kube/kube-object.ts';

/** A plan whose gates the simulation can answer, and what was changed for it. */
export interface StandIn {
  readonly object: KubeObject;
  readonly notes: readonly string[];
}

/** Gates about objects are asked here instead. */
const SERVER = 'https://gates.simulated.example';

/**
 * Replaces what a simulation cannot have: the objects that gates are about, and the credentials that an administrator has mounted into the
 * operator. Gates are not part of the revision. Other objects are returned as they are.
 */
export function withStandInGates(object: KubeObject): StandIn {
  const spec = asObject(object['spec']);
  if (object.kind !== 'UpgradePlan' || !Array.isArray(spec['gates'])) return { object, notes: [] };
  const name = object.metadata.name ?? '';
  const gates = asObjects(spec['gates']);
  const about = gates.filter((gate) => isJsonObject(gate['object'])).map((gate) => asText(gate['name']));
  const notes = about.map(
    (gate) =>
      `The gate ${gate} of the plan ${name} is open: its objects are not simulated. To close it, use --gate ${gate}=closed@…`,
  );
  const credentials = gates.filter((gate) => KINDS.some((kind) => asObject(gate[kind])['credential'] !== undefined)).length;
  if (credentials > 0) notes.push(`The credentials of ${counted(credentials, 'gate')} of the plan ${name} are not checked.`);
  return { object: { ...object, spec: { ...spec, gates: gates.map(standIn) } }, notes };
}

const KINDS = ['prometheus', 'http'] as const;

function standIn({ object, ...gate }: Json): Json {
  if (isJsonObject(object)) return { ...gate, http: { url: `${SERVER}/${asText(gate['name'])}`, expectStatus: 200 } };
  const [kind] = KINDS.filter((each) => isJsonObject(gate[each]));
  if (kind === undefined) return gate;
  const { credential: _, ...rest } = asObject(gate[kind]);
  return { ...gate, [kind]: rest };
}
