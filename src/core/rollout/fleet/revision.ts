import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import type { Hash } from '../../facts.ts';

/** JSON with the keys of objects in order, so that the same content gives the same text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
}

/**
 * The plan's revision: a hash of what decides the work on a node - version, names of processes, templates with what they are
 * compatible with, and references to DaemonSets. Nothing else re-runs a node that is done.
 */
export function revisionOf(plan: UpgradePlan, hash: Hash): string {
  // Fields are absent where they are not set, or every plan that was done before they existed would run again.
  const processes = plan.spec.processes.map(({ name, job, daemonSet }) => {
    // How it is taken back changes nothing on a node that is done.
    const { rollback: _rollback, ...work } = job ?? {};
    return { name, ...work, ...(daemonSet === undefined ? {} : { daemonSet }) };
  });
  return hash(canonical({ version: plan.spec.version, processes })).slice(0, 40);
}
