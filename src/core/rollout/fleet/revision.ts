import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import type { Hash } from '../../facts.ts';

/** JSON with sorted keys, so that equal content gives equal text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
}

/**
 * The plan's revision: a hash of what decides the work on a node. That is the version and, of each process, the name, `job`
 * without its rollback, and `daemonSet`. Only a change of these re-runs nodes that are done.
 */
export function revisionOf(plan: UpgradePlan, hash: Hash): string {
  // An unset field must stay absent here: otherwise a new optional field would re-run every finished plan.
  const processes = plan.spec.processes.map(({ name, job, daemonSet }) => {
    // A change of the rollback template changes nothing on a node that is done.
    const { rollback: _rollback, ...work } = job ?? {};
    return { name, ...work, ...(daemonSet === undefined ? {} : { daemonSet }) };
  });
  return hash(canonical({ version: plan.spec.version, processes })).slice(0, 40);
}
