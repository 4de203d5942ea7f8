import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import { duplicate, invalid, notFound, notSupported, required, type FieldError } from '../schema/field-error.ts';
import { labelProblems, labelValueProblems, qualifiedNameProblems, subdomainProblems } from '../schema/names.ts';

/**
 * What is wrong with a Pod's spec that has its defaults, at the path of the spec. It covers the mistakes that people make in templates, not
 * every rule of Kubernetes. Source: kubernetes, pkg/apis/core/validation/validation.go.
 */
export function validatePodSpec(spec: Json, path: string): readonly FieldError[] {
  const [containers, initContainers] = [asObjects(spec['containers']), asObjects(spec['initContainers'])];
  const volumes = asObjects(spec['volumes']).map((volume) => asText(volume['name']));
  return [
    ...nameErrors(volumes, `${path}.volumes`),
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...containerErrors(containers, [], `${path}.containers`, volumes),
    ...containerErrors(initContainers, namesOf(containers), `${path}.initContainers`, volumes),
    ...oneOf(spec['restartPolicy'], ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`),
    ...selectorErrors(asObject(spec['nodeSelector']), `${path}.nodeSelector`),
    ...accountErrors(asText(spec['serviceAccountName']), `${path}.serviceAccountName`),
    ...asObjects(spec['tolerations']).flatMap((each, index) => tolerationErrors(each, `${path}.tolerations[${index}]`)),
  ];
}

function namesOf(containers: readonly Json[]): readonly string[] {
  return containers.map((container) => asText(container['name']));
}

function nameErrors(names: readonly string[], path: string, taken: readonly string[] = []): readonly FieldError[] {
  return names.flatMap((name, index) => nameError(name, `${path}[${index}].name`, [...taken, ...names.slice(0, index)]));
}

function nameError(name: string, field: string, taken: readonly string[]): readonly FieldError[] {
  if (name === '') return [required(field)];
  const problems = labelProblems(name).map((problem) => invalid(field, name, problem));
  return problems.length === 0 && taken.includes(name) ? [duplicate(field, name)] : problems;
}

function containerErrors(
  containers: readonly Json[],
  taken: readonly string[],
  path: string,
  volumes: readonly string[],
): readonly FieldError[] {
  const names = namesOf(containers);
  return containers.flatMap((container, index) => {
    const own = `${path}[${index}]`;
    const nameProblems = nameError(names[index] ?? '', `${own}.name`, [...taken, ...names.slice(0, index)]);
    const repeated = nameProblems.filter(({ type }) => type === 'FieldValueDuplicate');
    return [
      ...nameProblems.filter((problem) => !repeated.includes(problem)),
      ...(asText(container['image']) === '' ? [required(`${own}.image`)] : []),
      ...asObjects(container['env']).flatMap((variable, each) =>
        environmentErrors(asText(variable['name']), `${own}.env[${each}].name`),
      ),
      ...mountErrors(asObjects(container['volumeMounts']), `${own}.volumeMounts`, volumes),
      ...oneOf(container['imagePullPolicy'], ['Always', 'IfNotPresent', 'Never'], `${own}.imagePullPolicy`),
      ...repeated,
    ];
  });
}

function environmentErrors(name: string, field: string): readonly FieldError[] {
  if (name === '') return [required(field)];
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(name)) return [];
  const rule = "a valid environment variable name must consist only of printable ASCII characters other than '='";
  return [invalid(field, name, rule)];
}

function mountErrors(mounts: readonly Json[], path: string, volumes: readonly string[]): readonly FieldError[] {
  const paths = mounts.map((mount) => asText(mount['mountPath']));
  return mounts.flatMap((mount, index) => {
    const [name, mountPath] = [asText(mount['name']), paths[index] ?? ''];
    const repeated = mountPath !== '' && paths.indexOf(mountPath) < index;
    return [
      ...(name === '' ? [required(`${path}[${index}].name`)] : []),
      ...(name !== '' && !volumes.includes(name) ? [notFound(`${path}[${index}].name`, name)] : []),
      ...(mountPath === '' ? [required(`${path}[${index}].mountPath`)] : []),
      ...(repeated ? [invalid(`${path}[${index}].mountPath`, mountPath, 'must be unique')] : []),
    ];
  });
}

function selectorErrors(selector: Json, field: string): readonly FieldError[] {
  return Object.entries(selector).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((problem) => invalid(field, key, problem)),
    ...labelValueProblems(asText(value)).map((problem) => invalid(field, asText(value), problem)),
  ]);
}

function accountErrors(name: string, field: string): readonly FieldError[] {
  return name === '' ? [] : subdomainProblems(name).map((problem) => invalid(field, name, problem));
}

function tolerationErrors(toleration: Json, path: string): readonly FieldError[] {
  const [key, operator, value] = [asText(toleration['key']), asText(toleration['operator']), asText(toleration['value'])];
  const anyKey = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
  const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
  return [
    ...(key === '' ? [] : qualifiedNameProblems(key).map((problem) => invalid(`${path}.key`, key, problem))),
    ...(key === '' && operator !== 'Exists' ? [invalid(`${path}.operator`, operator, anyKey)] : []),
    ...(operator === 'Exists' && value !== ''
      ? [invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'")]
      : []),
    ...(asText(toleration['effect']) === '' ? [] : oneOf(toleration['effect'], effects, `${path}.effect`)),
  ];
}

function oneOf(value: unknown, supported: readonly string[], field: string): readonly FieldError[] {
  return typeof value !== 'string' || supported.includes(value) ? [] : [notSupported(field, value, supported)];
}
