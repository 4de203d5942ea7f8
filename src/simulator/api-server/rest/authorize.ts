import { asObject, asText } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { Attributes } from '../access/rbac.ts';
import { notBuilt, unauthorized } from '../resources/status.ts';
import { parseFieldSelector } from '../selectors/field-selector.ts';
import type { ApiRequest, RequestContext, Target } from './exchange.ts';

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** Throws a 403 unless the caller may do what it asks for. */
export function authorize(request: ApiRequest, target: Target, { rbac, caller }: RequestContext): void {
  const attributes = attributesOf(request, target);
  if (!rbac.allows(caller, attributes)) throw unauthorized(caller.user, attributes);
}

function attributesOf({ method, query }: ApiRequest, { type, namespace, name, subresource }: Target): Attributes {
  const onCollection = name === undefined;
  const verb = VERBS[method] ?? readOrDelete(method, onCollection, query);
  return {
    verb,
    group: type.group,
    resource: type.plural,
    subresource: subresource ?? '',
    namespace: type.kind === 'Namespace' ? (name ?? '') : (namespace ?? ''),
    name: name ?? (verb === 'create' ? '' : selectedName(query)),
  };
}

function readOrDelete(method: string, onCollection: boolean, query: URLSearchParams): string {
  if (method === 'DELETE') return onCollection ? 'deletecollection' : 'delete';
  if (['true', '1'].includes(query.get('watch') ?? '')) return 'watch';
  return onCollection ? 'list' : 'get';
}

// Whoever selects one object by its name needs rights on this object only.
function selectedName(query: URLSearchParams): string {
  try {
    const byName = parseFieldSelector(query.get('fieldSelector') ?? '').find(
      ({ field, equal }) => field === 'metadata.name' && equal,
    );
    return byName?.value ?? '';
  } catch {
    return '';
  }
}

/**
 * Throws unless the caller may grant the role that a new binding names: it needs the verb `bind` on the role. Kubernetes also accepts
 * callers who have all the rights of the role.
 */
export function authorizeBinding(binding: KubeObject, { rbac, caller }: RequestContext): void {
  const { kind, name } = asObject(binding['roleRef']);
  const bind: Attributes = {
    verb: 'bind',
    group: 'rbac.authorization.k8s.io',
    resource: kind === 'Role' ? 'roles' : 'clusterroles',
    subresource: '',
    namespace: binding.metadata.namespace ?? '',
    name: asText(name),
  };
  if (!rbac.allows(caller, bind)) throw notBuilt('the creation of bindings without the verb `bind` on the role');
}
