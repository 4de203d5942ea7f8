import { asObjects, type Json } from '../../../core/json.ts';
import { specOf } from '../state/objects.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';

/** Whether a toleration tolerates a taint. */
export function tolerates(toleration: Json, taint: Json): boolean {
  const { key = '', operator = 'Equal', value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint['effect']) return false;
  if (key !== '' && key !== taint['key']) return false;
  if (operator === 'Exists') return true;
  return key !== '' && operator === 'Equal' && value === (taint['value'] ?? '');
}

export function taintsOf(node: KubeObject): readonly Json[] {
  return asObjects(specOf(node)['taints']);
}

/** Whether a node has a taint of one of these effects that none of the tolerations tolerates. */
export function hasUntolerated(node: KubeObject, tolerations: readonly Json[], effects: readonly string[]): boolean {
  return taintsOf(node).some(
    (taint) => effects.includes(String(taint['effect'])) && !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}
