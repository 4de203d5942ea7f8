import { notBuilt, unknownResource } from '../resources/status.ts';
import type { ResourceTypes } from '../resources/resource-type.ts';
import type { Target } from './exchange.ts';

/** A path without a resource: `404 page not found`, in plain text. */
export class PageNotFound extends Error {
  constructor() {
    super('404 page not found');
    this.name = 'PageNotFound';
  }
}

/**
 * Finds what a path names. Throws PageNotFound for a resource that no CRD defines, and a StatusError of 501 for what a Kubernetes
 * may have and this server lacks: only groups that come from CRDs are known completely.
 */
export function findTarget(path: string, types: ResourceTypes): Target {
  const [root, ...segments] = path.split('/').slice(1).map(decodeURIComponent);
  if (root === 'api') return inGroup('', segments, types);
  if (root === 'apis') return inGroup(segments[0] ?? '', segments.slice(1), types);
  throw notBuilt(`the path ${path}`);
}

function inGroup(group: string, [version, ...rest]: readonly string[], types: ResourceTypes): Target {
  if (version === undefined || rest.length === 0) {
    if (isCustomGroup(group)) throw new PageNotFound();
    throw notBuilt(`the group ${[group, version].filter(Boolean).join('/')}`);
  }
  const found = inNamespace(rest) ?? { namespace: undefined, segments: rest };
  const [plural = '', name, subresource, ...more] = found.segments;
  const type = types.find({ group, version, plural });
  if (type !== undefined && more.length === 0 && (type.namespaced || found.namespace === undefined)) {
    if (!type.namespaced || found.namespace !== undefined || name === undefined) {
      return { type, namespace: found.namespace, name, subresource };
    }
    throw unknownResource();
  }
  if (!isCustomGroup(group)) throw notBuilt(`${plural} of ${group === '' ? version : `${group}/${version}`}`);
  throw new PageNotFound();
}

// `namespaces/x` and `namespaces/x/status` name a namespace, `namespaces/x/pods` names what is in it.
function inNamespace(segments: readonly string[]): { namespace: string; segments: readonly string[] } | undefined {
  const [first, namespace, third] = segments;
  if (first !== 'namespaces' || namespace === undefined || third === undefined) return undefined;
  if (third === 'status' || third === 'finalize') return undefined;
  return { namespace, segments: segments.slice(2) };
}

function isCustomGroup(group: string): boolean {
  return group.includes('.') && !group.endsWith('.k8s.io');
}
