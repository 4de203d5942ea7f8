import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A CEL rule of a schema. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
}

/** A part of a structural schema, with the keywords that crds/*.yaml use. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  /** Name of the TypeScript interface and of the section in the API reference. */
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly description?: string;
}

/** A CustomResourceDefinition with one version. */
export interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
    };
    readonly versions: readonly CrdVersion[];
  };
}

/** One version of a CustomResourceDefinition. */
export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly subresources?: { readonly status?: object };
  readonly additionalPrinterColumns: readonly PrinterColumn[];
  readonly schema: { readonly openAPIV3Schema: Schema };
}

/** A CRD and its file. */
export interface CrdFile {
  /** Name of the file within crds/. */
  readonly file: string;
  readonly crd: Crd;
}

/** Reads crds/*.yaml in the order of their names. The API server validates them; the type only names the parts that the generators use. */
export function readCrds(root: string): readonly CrdFile[] {
  const directory = join(root, 'crds');
  return readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ file, crd: parse(readFileSync(join(directory, file), 'utf8')) as Crd }));
}

/** Whether a field is kept only for objects that were stored under its former name. */
export function isDeprecated({ description = '' }: Schema): boolean {
  return /^\w+ is deprecated: /.test(description);
}

/** The storage version, which is the only version so far. Throws when there is none. */
export function storedVersion(crd: Crd): CrdVersion {
  const version = crd.spec.versions.find((candidate) => candidate.storage);
  if (version === undefined)
    throw new Error(`${crd.metadata.name} has no version with \`storage: true\`: set it for one version.`);
  return version;
}
