import { asObject, asObjects, asText, type Json } from '../../core/json.ts';

/** An object of the plan's namespace that a Pod template needs, with the keys that it needs of it. */
export interface TemplateReference {
  readonly kind: 'Secret' | 'ConfigMap' | 'ServiceAccount';
  readonly name: string;
  readonly keys: readonly string[];
}

/** The objects that a Pod template refers to. References that are optional are left out. */
export function templateReferences(template: Json | undefined): readonly TemplateReference[] {
  const spec = asObject(asObject(template)['spec']);
  const containers = [...asObjects(spec['initContainers']), ...asObjects(spec['containers'])];
  return [
    ...containers.flatMap((container) => asObjects(container['env']).flatMap(ofVariable)),
    ...containers.flatMap((container) => asObjects(container['envFrom']).flatMap(ofSource)),
    ...asObjects(spec['volumes']).flatMap(ofVolume),
    ...reference('ServiceAccount', { name: spec['serviceAccountName'] }),
  ];
}

function ofVariable(variable: Json): readonly TemplateReference[] {
  const from = asObject(variable['valueFrom']);
  return [...reference('Secret', from['secretKeyRef']), ...reference('ConfigMap', from['configMapKeyRef'])];
}

function ofSource(source: Json): readonly TemplateReference[] {
  return [...reference('Secret', source['secretRef']), ...reference('ConfigMap', source['configMapRef'])];
}

function ofVolume(volume: Json): readonly TemplateReference[] {
  const secret = asObject(volume['secret']);
  const projected = asObjects(asObject(volume['projected'])['sources']);
  return [
    ...reference('Secret', { ...secret, name: secret['secretName'] }),
    ...reference('ConfigMap', volume['configMap']),
    ...projected.flatMap((source) => [...reference('Secret', source['secret']), ...reference('ConfigMap', source['configMap'])]),
  ];
}

function reference(kind: TemplateReference['kind'], value: unknown): readonly TemplateReference[] {
  const { name, key, items, optional } = asObject(value);
  if (typeof name !== 'string' || name === '' || optional === true) return [];
  return [
    { kind, name, keys: [asText(key), ...asObjects(items).map((item) => asText(item['key']))].filter((each) => each !== '') },
  ];
}
