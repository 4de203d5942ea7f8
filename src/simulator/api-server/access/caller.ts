/** Who sends a request, as the server knows it after authentication. */
export interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
  /** For Pods: what their token carries, such as `authentication.kubernetes.io/node-name`. */
  readonly extra: Readonly<Record<string, string>>;
}

/** Whom a client is. Groups that every such user has are added. */
export interface Identity {
  /** For a ServiceAccount: `system:serviceaccount:NAMESPACE:NAME`. */
  readonly user: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, string>>;
}

/** Members of this group may do everything. */
export const MASTERS = 'system:masters';

/** The cluster's administrator: whoever names no other user. */
export const ADMINISTRATOR: Caller = { user: 'kubernetes-admin', groups: [MASTERS, 'system:authenticated'], extra: {} };

const EXTRA = 'impersonate-extra-';

/** The headers with which the administrator speaks for somebody else: the impersonation of Kubernetes. */
export function impersonationHeaders({ user, groups = [], extra = {} }: Identity): Readonly<Record<string, string>> {
  const extras = Object.entries(extra).map(([key, value]) => [EXTRA + encodeURIComponent(key).toLowerCase(), value] as const);
  const group = groups.length === 0 ? {} : { 'impersonate-group': groups.join(', ') };
  return { 'impersonate-user': user, ...group, ...Object.fromEntries(extras) };
}

/** Reads who sends a request. Several groups are one header with commas, as HTTP joins repeated headers. */
export function callerOf(headers: Readonly<Record<string, string>>): Caller {
  const user = headers['impersonate-user'] ?? '';
  if (user === '') return ADMINISTRATOR;
  const given = (headers['impersonate-group'] ?? '').split(',').map((group) => group.trim());
  const groups = new Set([...given.filter((group) => group !== ''), ...serviceAccountGroups(user), 'system:authenticated']);
  const extras = Object.entries(headers).filter(([name]) => name.startsWith(EXTRA));
  const extra = extras.map(([name, value]) => [decodeURIComponent(name.slice(EXTRA.length)), value] as const);
  return { user, groups: [...groups], extra: Object.fromEntries(extra) };
}

function serviceAccountGroups(user: string): readonly string[] {
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user)?.[1];
  return namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}
