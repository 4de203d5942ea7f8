/** A reference from a dependent object to one of its owners. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The part of Kubernetes' ObjectMeta that Baton reads, as the API server returns it for an object that exists. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Changes with every write; opaque. */
  readonly resourceVersion: string;
  /** Incremented with every change of the spec. */
  readonly generation: number;
  /** RFC 3339, in whole seconds, by the API server's clock. */
  readonly creationTimestamp: string;
  /** When deletion was requested; absent until then. */
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}
