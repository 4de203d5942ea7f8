import * as models from '@kubernetes/client-node';

/** The kinds that the embedded API server has without a CRD, by the model that describes them. */
const KINDS: Readonly<Record<string, string>> = {
  'v1/ConfigMap': 'V1ConfigMap',
  'v1/Event': 'CoreV1Event',
  'v1/Namespace': 'V1Namespace',
  'v1/Node': 'V1Node',
  'v1/Pod': 'V1Pod',
  'v1/ResourceQuota': 'V1ResourceQuota',
  'v1/Secret': 'V1Secret',
  'v1/Service': 'V1Service',
  'v1/ServiceAccount': 'V1ServiceAccount',
  'apps/v1/ControllerRevision': 'V1ControllerRevision',
  'apps/v1/DaemonSet': 'V1DaemonSet',
  'apps/v1/Deployment': 'V1Deployment',
  'batch/v1/Job': 'V1Job',
  'coordination.k8s.io/v1/Lease': 'V1Lease',
  'events.k8s.io/v1/Event': 'EventsV1Event',
  'policy/v1/PodDisruptionBudget': 'V1PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1/ClusterRole': 'V1ClusterRole',
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': 'V1ClusterRoleBinding',
  'rbac.authorization.k8s.io/v1/Role': 'V1Role',
  'rbac.authorization.k8s.io/v1/RoleBinding': 'V1RoleBinding',
};

/** What Kubernetes reads as a quantity, which may be a number; the models call it a string. */
const QUANTITIES = new Set([
  ...['limits', 'requests', 'hard', 'used', 'capacity', 'allocatable', 'overhead', 'allocatedResources', 'sizeLimit', 'divisor'],
]);

const PLAIN: Readonly<Record<string, string>> = {
  'string:': 'string',
  'string:byte': 'bytes',
  'boolean:': 'bool',
  'number:int32': 'int32',
  'number:int64': 'int64',
  'number:double': 'float64',
  'Date:date-time': 'time',
  'V1MicroTime:date-time-micro': 'time',
  'IntOrString:int-or-string': 'int-or-string',
  'any:': 'any',
};

interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

function attributesOf(model: string): readonly Attribute[] | undefined {
  const value: unknown = (models as Readonly<Record<string, unknown>>)[model];
  return typeof value === 'function' && 'attributeTypeMap' in value
    ? (value.attributeTypeMap as readonly Attribute[])
    : undefined;
}

/** The fields of Kubernetes' own kinds as a module: what the API server knows, and of which type it has to be. */
export function renderBuiltinFields(): string {
  const structs = new Map<string, string>();
  const open = Object.values(KINDS);
  for (let model = open.pop(); model !== undefined; model = open.pop()) {
    if (structs.has(model)) continue;
    const attributes = attributesOf(model);
    if (attributes === undefined) throw new Error(`@kubernetes/client-node has no model ${model}`);
    structs.set(model, attributes.map((attribute) => `${attribute.baseName}:${typeOf(attribute)}`).join(' '));
    open.push(...attributes.flatMap(({ type }) => type.match(/\w+/g) ?? []).filter(isStruct));
  }
  const fields = [...structs].sort(([left], [right]) => (left < right ? -1 : 1));
  return [
    '// Generated from @kubernetes/client-node by `npm run generate`: do not edit.',
    '',
    '/** The struct of each kind. */',
    'export const STRUCTS: Readonly<Record<string, string>> = {',
    ...Object.entries(KINDS).map(([kind, model]) => `  '${kind}': '${model}',`),
    '};',
    '',
    '/** The fields of each struct with their types. `[]` precedes the type of entries, `{}` the type of values. */',
    'export const FIELDS: Readonly<Record<string, string>> = {',
    ...fields.map(([model, text]) => entry(model, text)),
    '};',
    '',
  ].join('\n');
}

// As prettier breaks lines.
function entry(model: string, text: string): string {
  const line = `  ${model}: '${text}',`;
  return line.length <= 130 ? line : `  ${model}:\n    '${text}',`;
}

function typeOf({ baseName, type, format }: Attribute): string {
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  if (list !== undefined) return `[]${typeOf({ baseName: '', type: list, format })}`;
  const values = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (values !== undefined) return `{}${typeOf({ baseName, type: values, format })}`;
  if (type === 'string' && QUANTITIES.has(baseName)) return 'quantity';
  const plain = PLAIN[`${type}:${format}`];
  if (plain !== undefined) return plain;
  if (!isStruct(type)) throw new Error(`${baseName}: the type ${type} with the format ${format} is not known`);
  return type;
}

function isStruct(type: string): boolean {
  return type !== 'V1MicroTime' && attributesOf(type) !== undefined;
}
