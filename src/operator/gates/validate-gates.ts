import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Validation } from '../../core/rollout/model/snapshot.ts';
import { asObject } from '../../core/json.ts';
import { parseExpression } from './expression.ts';
import { gatePodSpec } from './gate-job.ts';

/** Finds a gate whose expression is not valid CEL; undefined when all are valid. */
export function findInvalidGate(plan: UpgradePlan): Extract<Validation, { kind: 'Refused' }> | undefined {
  for (const [index, gate] of (plan.spec.gates ?? []).entries()) {
    if (gate.object === undefined) continue;
    const expression = parseExpression(gate.object.expression);
    if (typeof expression === 'function') continue;
    const message = `spec.gates[${index}].object.expression (gate '${gate.name}') is not valid CEL about 'object': ${expression.problem}`;
    return { kind: 'Refused', reason: 'GateInvalid', message };
  }
  return undefined;
}

/** The Pods of the plan's Job gates for a dry run, each with the field of the plan that defines it. */
export function gatePods(plan: UpgradePlan): readonly { readonly where: string; readonly pod: object }[] {
  return (plan.spec.gates ?? []).flatMap((gate, index) => {
    if (gate.job === undefined) return [];
    const metadata = asObject(asObject(gate.job.template)['metadata']);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, namespace: plan.metadata.namespace, generateName: 'baton-dry-run-' },
      spec: gatePodSpec(plan, gate),
    };
    return [{ where: `spec.gates[${index}].job.template (gate '${gate.name}')`, pod }];
  });
}
