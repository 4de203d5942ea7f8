import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { SimulateOptions } from './options.ts';

/** One sentence for each process or gate that an option names and no plan has. */
export function unknownNames(
  plans: readonly UpgradePlan[],
  options: Pick<SimulateOptions, 'durations' | 'gates'>,
): readonly string[] {
  const processes = plans.flatMap(({ spec }) => spec.processes.map(({ name }) => name));
  const gates = plans.flatMap(({ spec }) => (spec.gates ?? []).map(({ name }) => name));
  return [
    ...[...options.durations.keys()].flatMap((name) => unknown(name, '--duration', 'process', processes)),
    ...options.gates.flatMap(({ gate }) => unknown(gate, '--gate', 'gate', gates)),
  ];
}

function unknown(name: string, option: string, what: string, known: readonly string[]): readonly string[] {
  if (known.includes(name)) return [];
  const names = [...new Set(known)].join(', ');
  return [`${option} ${name}: no plan has a ${what} of this name${names === '' ? '' : `; there is ${names}`}.`];
}
