import { isJsonObject } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { Caller } from '../access/caller.ts';
import { apiVersionOf } from '../resources/resource-type.ts';
import type { Target } from './exchange.ts';

/**
 * An UpgradeAction with `spec.requestedBy`, if the client has left it out. This is the one admission policy of the chart that the server
 * implements: charts/baton/templates/policies/actions-stamp.yaml.
 */
export function withRequester(
  object: KubeObject,
  previous: KubeObject | undefined,
  { type, subresource }: Target,
  { user }: Caller,
): KubeObject {
  const { spec } = object;
  if (type.kind !== 'UpgradeAction' || !apiVersionOf(type).startsWith('baton.dev/') || subresource !== undefined) return object;
  if (!isJsonObject(spec) || (spec['requestedBy'] ?? undefined) !== undefined) return object;
  const before = previous?.['spec'];
  const requestedBy = previous === undefined ? user : isJsonObject(before) ? before['requestedBy'] : undefined;
  return requestedBy === undefined ? object : { ...object, spec: { ...spec, requestedBy } };
}
