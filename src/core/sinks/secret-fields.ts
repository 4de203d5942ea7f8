import { asObject } from '../json.ts';

/** A key of a Secret in the plan's namespace. */
export interface SinkSecret {
  /** Name of the Secret. */
  readonly name: string;
  /** Name of the key. If an optional key is missing from the Secret, its file is missing too. */
  readonly key: string;
}

/** Which keys of a Secret are mounted: the one that the reference names, or all of a list. */
type MountedKeys = 'ReferencedKey' | readonly string[];

/** The fields of a spec that refer to a Secret. Every field whose name ends with SecretRef needs an entry. */
export type SecretFields<Spec> = Readonly<Record<Extract<keyof Spec, `${string}SecretRef`>, MountedKeys>>;

/** The Secrets that a spec refers to, in the order of the fields. */
export function secretsIn<Spec extends object>(spec: Spec, fields: SecretFields<Spec>): readonly SinkSecret[] {
  return Object.entries<MountedKeys>(fields).flatMap(([field, mounted]) => {
    const { name, key } = asObject(asObject(spec)[field]);
    if (typeof name !== 'string') return [];
    const keys = mounted === 'ReferencedKey' ? [key] : mounted;
    return keys.flatMap((each) => (typeof each === 'string' ? [{ name, key: each }] : []));
  });
}
