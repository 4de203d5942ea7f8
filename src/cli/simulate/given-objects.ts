import type { KubeObject } from '../../kube/kube-object.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Found } from '../yaml-objects.ts';
import { madeUpObjects, namespacesOf } from './made-up-objects.ts';
import { withStandInGates } from './stand-in-gates.ts';
import type { ApplyResult, Simulation } from './simulation-port.ts';

/** The user's objects as the API server stores them, or one sentence for each problem. */
export type CheckedObjects =
  | {
      readonly kind: 'Checked';
      /** All objects to apply, in order: what was made up first. */
      readonly objects: readonly KubeObject[];
      readonly plans: readonly UpgradePlan[];
      /** What was made up, and what is not simulated. */
      readonly notes: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'Rejected'; readonly problems: readonly string[] };

const PLANS = '/apis/baton.dev/v1alpha1/upgradeplans';
/** The API server does not know the resource, or it is not simulated. */
const NOT_SIMULATED = [404, 501];

/**
 * Checks the user's objects with an API server, whose words the problems are, and makes up what their plans need besides.
 *
 * @param probe a simulation that only this check uses.
 */
export function checkObjects(found: readonly Found[], probe: Pick<Simulation, 'apply' | 'list'>): CheckedObjects {
  const objects = found.map(({ object }) => object as unknown as KubeObject);
  probe.apply(namespacesOf(objects));
  const results = probe.apply(objects);
  const checked = found.map((each, index) => ({ ...each, result: results[index] ?? NO_RESULT }));
  const problems = checked
    .filter(({ result, object }) => !result.ok && !isNotSimulated(result, object))
    .map(({ where, result }) => `${where}: ${result.message}`);
  const plans = probe.list(PLANS) as unknown as readonly UpgradePlan[];
  if (problems.length === 0 && plans.length === 0) problems.push('The files contain no UpgradePlan: pass one with -f.');
  if (problems.length > 0) return { kind: 'Rejected', problems };
  const standIns = objects.filter((_, index) => results[index]?.ok).map(withStandInGates);
  const accepted = standIns.map(({ object }) => object);
  const made = madeUpObjects(plans, accepted);
  const ignored = checked
    .filter(({ result }) => !result.ok)
    .map(({ where, object }) => `${where}: the kind ${String(object['kind'])} is not simulated; it is ignored.`);
  return {
    kind: 'Checked',
    objects: [...made.objects, ...accepted],
    plans,
    notes: [...made.notes, ...standIns.flatMap(({ notes }) => notes), ...ignored],
    warnings: checked.flatMap(({ where, result }) => result.warnings.map((warning) => `${where}: ${warning}`)),
  };
}

const NO_RESULT: ApplyResult = { ok: false, code: 500, message: 'it was not applied', warnings: [] };

/** Baton's own kinds are always known: 404 then means that the object is wrong. */
function isNotSimulated({ code }: ApplyResult, { apiVersion }: Readonly<Record<string, unknown>>): boolean {
  return NOT_SIMULATED.includes(code) && typeof apiVersion === 'string' && !apiVersion.startsWith('baton.dev/');
}
