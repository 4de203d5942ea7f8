import type { Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';

/** How the server rejects an unknown field of a field selector; the words differ between resources. */
export type UnknownFieldWords = 'Label' | 'LabelForKind' | 'KnownFields';

/** What the server does to objects of one kind, beside what it does to all of them. */
export interface Strategy {
  /** Completes a new object. */
  readonly prepareCreate?: (object: KubeObject) => KubeObject;
  /** Completes an update. */
  readonly prepareUpdate?: (object: KubeObject, previous: KubeObject) => KubeObject;
  /** Completes an object that is written, be it new or not. */
  readonly normalize?: (object: KubeObject) => KubeObject;
  /** Throws a StatusError when an update changes what must not change. */
  readonly checkUpdate?: (object: KubeObject, previous: KubeObject) => void;
  /** The propagation policy of a delete that names none; Background unless said otherwise. */
  readonly propagation?: 'Background' | 'Orphan';
  /** For how long (s) a delete leaves the object in place, so that its owner can stop what it stands for. */
  readonly gracePeriod?: (object: KubeObject, asked: number | undefined) => number | undefined;
  /** Whether `managedFields` say when an object was last written. */
  readonly recordsWriteTime?: boolean;
  /** Whether a delete is answered with the object rather than with a Status. */
  readonly returnsDeleted?: boolean;
  /** Converts between the version that is stored and this one, where they differ. */
  readonly fromStorage?: (object: KubeObject) => KubeObject;
  readonly toStorage?: (object: KubeObject) => KubeObject;
}

/** A resource in one of its versions. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** Groups of resources that kubectl knows by one name, for example `all`. */
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Resources with the same storage are views of the same objects. */
  readonly storage: string;
  /** Whether `status` is written through its subresource only. */
  readonly statusSubresource: boolean;
  /** Whether `metadata.generation` counts the changes of the desired state. */
  readonly generation: boolean;
  /** Whether a PUT may leave out the resourceVersion. */
  readonly unconditionalUpdate: boolean;
  /** Defined by a CRD: objects in lists carry their kind, and there is no strategic merge patch. */
  readonly custom: boolean;
  /** Fields of field selectors, beside `metadata.name` and `metadata.namespace`, and how to read them. */
  readonly fields: Readonly<Record<string, (object: KubeObject) => string>>;
  readonly unknownField: UnknownFieldWords;
  readonly strategy: Strategy;
  /** The OpenAPI schema of the CRD. */
  readonly schema?: Json;
  /** `additionalPrinterColumns` of the CRD. */
  readonly columns?: readonly Json[];
}

/** `apiVersion` of the objects of a resource. */
export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The resources that a server has. */
export class ResourceTypes {
  readonly #types: ResourceType[] = [];

  /** Adds a resource, or replaces the one with the same path. */
  add(type: ResourceType): void {
    const index = this.#types.findIndex((other) => isSame(other, type));
    if (index === -1) this.#types.push(type);
    else this.#types[index] = type;
  }

  /** In the order in which they were added. */
  all(): readonly ResourceType[] {
    return this.#types;
  }

  find(path: Pick<ResourceType, 'group' | 'version' | 'plural'>): ResourceType | undefined {
    return this.#types.find((type) => isSame(type, path));
  }
}

type Path = Pick<ResourceType, 'group' | 'version' | 'plural'>;

function isSame(left: Path, right: Path): boolean {
  return left.group === right.group && left.version === right.version && left.plural === right.plural;
}
