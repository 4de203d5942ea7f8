import type { Manifest } from '../../../../src/core/rollout/model/command.ts';
import { convertPlan } from '../../../../src/core/convert/convert-plan.ts';
import type { Note } from '../../../../src/core/convert/note.ts';

/** A Plan of system-upgrade-controller, with these fields of its spec and its metadata changed; undefined takes a field away. */
export function aSucPlan(spec: object = {}, metadata: object = {}): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'upgrade.cattle.io/v1',
    kind: 'Plan',
    metadata: { name: 'os', namespace: 'system-upgrade', ...metadata },
    spec: {
      concurrency: 1,
      version: '12.9',
      nodeSelector: { matchLabels: { role: 'worker' } },
      upgrade: { image: 'registry.example/os-upgrade' },
      ...spec,
    },
  };
}

/** The spec that a Plan becomes, and its comments. Fails where it is refused. */
export function converted(
  spec: object = {},
  metadata: object = {},
): { readonly spec: Spec; readonly plan: Manifest; readonly notes: readonly Note[] } {
  const conversion = convertPlan(aSucPlan(spec, metadata));
  if (conversion.kind === 'Rejected') throw new Error(conversion.problems.join('; '));
  return { spec: conversion.plan['spec'] as Spec, plan: conversion.plan, notes: conversion.notes };
}

/** The parts of a spec that tests look into. */
export interface Spec extends Readonly<Record<string, unknown>> {
  readonly processes: readonly [
    {
      readonly disruption: string;
      readonly timing?: object;
      readonly verify?: object;
      readonly job: { readonly template: { readonly metadata?: object; readonly spec: TemplateSpec } };
    },
  ];
}

export interface TemplateSpec extends Readonly<Record<string, unknown>> {
  readonly containers: readonly [object];
}

/** The Pod of the template that a Plan becomes. */
export function podOf(spec: object = {}, metadata: object = {}): TemplateSpec {
  return converted(spec, metadata).spec.processes[0].job.template.spec;
}

/** The comments at a field of the spec, or at the head. */
export function notesAt(notes: readonly Note[], ...path: readonly (string | number)[]): string {
  const wanted = JSON.stringify(path.length === 0 ? [] : ['spec', ...path]);
  return notes
    .filter((note) => JSON.stringify(note.path) === wanted)
    .map((note) => note.text)
    .join(' ');
}

/** What is wrong with a Plan. */
export function problemsOf(object: Readonly<Record<string, unknown>>): readonly string[] {
  const conversion = convertPlan(object);
  return conversion.kind === 'Rejected' ? conversion.problems : [];
}
