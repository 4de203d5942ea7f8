import type { OwnerReference } from '../api/object-meta.ts';

export type { OwnerReference };

/** `metadata` of an object. */
export interface ObjectMetadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly creationTimestamp?: string;
  /** RFC 3339. */
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

/** An API object as JSON, with every field that the server sent, known or not. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

/** The key of an object in caches and queues: `namespace/name`, or `name` when it has no namespace. */
export function keyOf(object: KubeObject): string {
  const { namespace, name = '' } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * Whether a resourceVersion is older than another one of the same resource. Versions compare as numbers; a version that is not a number
 * cannot be compared and counts as not older.
 */
export function isOlderVersion(version: string | undefined, than: string | undefined): boolean {
  const [left, right] = [numeric(version), numeric(than)];
  return left !== undefined && right !== undefined && left < right;
}

function numeric(version: string | undefined): bigint | undefined {
  return version !== undefined && /^\d+$/.test(version) ? BigInt(version) : undefined;
}
