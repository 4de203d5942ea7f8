import { asObject, asObjects, asText } from '../../../core/json.ts';
import type { ResourceType } from './resource-type.ts';

/** The resources that a CustomResourceDefinition adds, one per served version. */
export function customTypes(definition: Readonly<Record<string, unknown>>): readonly ResourceType[] {
  const spec = asObject(definition['spec']);
  const names = asObject(spec['names']);
  const [group, plural, kind] = [String(spec['group']), String(names['plural']), String(names['kind'])];
  const versions = (Array.isArray(spec['versions']) ? (spec['versions'] as readonly unknown[]) : []).map(asObject);
  return versions
    .filter(({ served }) => served === true)
    .map((version) => ({
      ...{ group, version: String(version['name']), plural, kind },
      singular: asText(names['singular']) || kind.toLowerCase(),
      shortNames: textsOf(names['shortNames']),
      categories: textsOf(names['categories']),
      namespaced: spec['scope'] === 'Namespaced',
      storage: `${plural}.${group}`,
      statusSubresource: 'status' in asObject(version['subresources']),
      generation: true,
      unconditionalUpdate: false,
      custom: true,
      fields: {},
      unknownField: 'Label',
      strategy: {},
      schema: asObject(asObject(version['schema'])['openAPIV3Schema']),
      ...('additionalPrinterColumns' in version ? { columns: asObjects(version['additionalPrinterColumns']) } : {}),
    }));
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
