import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { Store } from '../store/store.ts';
import { MASTERS, type Caller } from './caller.ts';

/** What a request wants to do, as the authorizer sees it. */
export interface Attributes {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, or a verb of admission such as `bind`. */
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Empty without one. */
  readonly subresource: string;
  /** Empty for cluster resources, and for the objects of all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
}

const GROUP = 'rbac.authorization.k8s.io';

/** Kubernetes' own components. Their roles come with Kubernetes; here they may do everything. */
const TRUSTED_USERS = new Set(['system:kube-scheduler', 'system:kube-controller-manager']);
const TRUSTED_GROUPS = new Set([MASTERS, 'system:nodes', 'system:serviceaccounts:kube-system']);

interface Grant {
  readonly subjects: readonly Json[];
  /** Undefined: in every namespace, and for cluster resources. */
  readonly namespace: string | undefined;
  readonly rules: readonly Json[];
}

/** Decides who may do what, by the Roles and bindings in the store. */
export class Rbac {
  readonly #store: Store;
  #grants: readonly Grant[] | undefined;
  /** The grants of a caller, by user and groups. */
  readonly #ofCallers = new Map<string, readonly Grant[]>();

  constructor(store: Store) {
    this.#store = store;
    store.subscribe(({ resource }) => {
      if (!resource.endsWith(GROUP)) return;
      this.#grants = undefined;
      this.#ofCallers.clear();
    });
  }

  allows(caller: Caller, attributes: Attributes): boolean {
    if (TRUSTED_USERS.has(caller.user) || caller.groups.some((group) => TRUSTED_GROUPS.has(group))) return true;
    return this.#grantsOf(caller).some(
      ({ namespace, rules }) =>
        (namespace === undefined || namespace === attributes.namespace) && rules.some((rule) => covers(rule, attributes)),
    );
  }

  #grantsOf(caller: Caller): readonly Grant[] {
    const key = JSON.stringify([caller.user, caller.groups]);
    const known = this.#ofCallers.get(key);
    if (known !== undefined) return known;
    this.#grants ??= [...this.#grantsFrom('clusterrolebindings'), ...this.#grantsFrom('rolebindings')];
    const found = this.#grants.filter(({ subjects }) => subjects.some((subject) => names(subject, caller)));
    this.#ofCallers.set(key, found);
    return found;
  }

  #grantsFrom(plural: 'clusterrolebindings' | 'rolebindings'): readonly Grant[] {
    const { objects = [] } = this.#store.list(`${plural}.${GROUP}`) ?? {};
    return objects.map((binding) => ({
      subjects: asObjects(binding['subjects']),
      namespace: binding.metadata.namespace,
      rules: asObjects(this.#role(binding)?.['rules']),
    }));
  }

  #role({ metadata: { namespace }, roleRef }: KubeObject): KubeObject | undefined {
    const { kind, name } = asObject(roleRef);
    return kind === 'Role'
      ? this.#store.get(`roles.${GROUP}`, `${namespace ?? ''}/${asText(name)}`)
      : this.#store.get(`clusterroles.${GROUP}`, asText(name));
  }
}

function names({ kind, name, namespace }: Json, { user, groups }: Caller): boolean {
  if (kind === 'User') return name === user;
  if (kind === 'Group') return groups.includes(asText(name));
  return kind === 'ServiceAccount' && user === `system:serviceaccount:${asText(namespace)}:${asText(name)}`;
}

function covers(rule: Json, { verb, group, resource, subresource, name }: Attributes): boolean {
  const { verbs, apiGroups, resources, resourceNames } = rule;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    includes(verbs, verb) &&
    includes(apiGroups, group) &&
    (includes(resources, whole) || (subresource !== '' && lists(resources, `*/${subresource}`))) &&
    (!Array.isArray(resourceNames) || resourceNames.length === 0 || (name !== '' && lists(resourceNames, name)))
  );
}

function includes(list: unknown, value: string): boolean {
  return lists(list, '*') || lists(list, value);
}

function lists(list: unknown, value: string): boolean {
  return Array.isArray(list) && list.includes(value);
}
