import { asObject, asText, type Json } from '../../../core/json.ts';
import { invalid, notSupported, required, type FieldError } from '../schema/field-error.ts';
import { validatePodSpec } from './validate-pod-spec.ts';

/** What is wrong with a new Pod, or with a new object that has a template of Pods. */
export function validateWorkload(kind: string, object: Json): readonly FieldError[] {
  const spec = asObject(object['spec']);
  const podSpec = asObject(asObject(spec['template'])['spec']);
  switch (kind) {
    case 'Pod':
      return validatePodSpec(spec, 'spec');
    case 'Job':
      return [
        ...COUNTS.flatMap((name) => countError(spec, name)),
        ...validatePodSpec(podSpec, TEMPLATE),
        ...jobRestarts(podSpec),
      ];
    case 'DaemonSet':
    case 'Deployment':
      return [...validatePodSpec(podSpec, TEMPLATE), ...alwaysRestarts(podSpec)];
    default:
      return [];
  }
}

const TEMPLATE = 'spec.template.spec';
const RESTARTS = `${TEMPLATE}.restartPolicy`;
const COUNTS = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'];

function countError(spec: Json, name: string): readonly FieldError[] {
  const value = spec[name];
  return typeof value === 'number' && value < 0 ? [invalid(`spec.${name}`, value, 'must be greater than or equal to 0')] : [];
}

function jobRestarts({ restartPolicy }: Json): readonly FieldError[] {
  const supported = ['OnFailure', 'Never'];
  const given = asText(restartPolicy);
  if (supported.includes(given)) return [];
  return given === '' || given === 'Always'
    ? [required(RESTARTS, 'valid values: "OnFailure", "Never"')]
    : [notSupported(RESTARTS, given, supported)];
}

function alwaysRestarts({ restartPolicy }: Json): readonly FieldError[] {
  return restartPolicy === 'Always' ? [] : [notSupported(RESTARTS, asText(restartPolicy), ['Always'])];
}
