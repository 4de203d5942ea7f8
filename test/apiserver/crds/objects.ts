import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The least a user writes. */
export const MINIMAL = readFileSync(new URL('../../fixtures/minimal.yaml', import.meta.url), 'utf8');

/** Any part of an object; tests write into it. */
export type Tree = Record<string, unknown>;

/** The minimal plan under another name, changed. */
export function plan(name: string, change: (spec: Tree) => void): Tree {
  const object = parse(MINIMAL) as { metadata: Tree; spec: Tree };
  object.metadata['name'] = name;
  change(object.spec);
  return object;
}

/** The plan's only process. */
export function firstProcess(spec: Tree): Tree {
  return (spec['processes'] as Tree[])[0] as Tree;
}

/** A change that sets fields of the spec. */
export const set =
  (values: Tree) =>
  (spec: Tree): void => {
    Object.assign(spec, values);
  };

/** An action in the minimal plan's namespace. */
export function action(spec: Tree): Tree {
  return { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradeAction', metadata: { name: 'w', namespace: 'fleet' }, spec };
}
