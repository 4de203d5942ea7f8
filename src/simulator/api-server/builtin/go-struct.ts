import { FIELDS, STRUCTS } from './fields.ts';

/** How Go reads a value. */
export type GoType =
  | { readonly kind: 'list' | 'map'; readonly element: GoType }
  | { readonly kind: 'struct'; readonly model: string }
  | {
      readonly kind: 'string' | 'bytes' | 'bool' | 'int32' | 'int64' | 'float64' | 'time' | 'int-or-string' | 'quantity' | 'any';
    };

type Plain = Exclude<GoType['kind'], 'list' | 'map' | 'struct'>;

const PLAIN: ReadonlySet<string> = new Set<Plain>([
  ...(['string', 'bytes', 'bool', 'int32', 'int64', 'float64', 'time', 'int-or-string', 'quantity', 'any'] as const),
]);

const structs = new Map<string, ReadonlyMap<string, GoType>>();

/** The struct of a kind, such as `batch/v1/Job`; undefined if only a CRD could define it. */
export function structOf(apiVersionAndKind: string): GoType | undefined {
  const model = Object.hasOwn(STRUCTS, apiVersionAndKind) ? STRUCTS[apiVersionAndKind] : undefined;
  return model === undefined ? undefined : { kind: 'struct', model };
}

/** The fields of a struct. */
export function fieldsOf(model: string): ReadonlyMap<string, GoType> {
  const known = structs.get(model);
  if (known !== undefined) return known;
  const entries = (FIELDS[model] ?? '').split(' ').map((text): readonly [string, GoType] => {
    const colon = text.indexOf(':');
    return [text.slice(0, colon), typeOf(text.slice(colon + 1))];
  });
  const fields = new Map(entries);
  structs.set(model, fields);
  return fields;
}

function typeOf(text: string): GoType {
  if (text.startsWith('[]')) return { kind: 'list', element: typeOf(text.slice(2)) };
  if (text.startsWith('{}')) return { kind: 'map', element: typeOf(text.slice(2)) };
  return PLAIN.has(text) ? { kind: text as Plain } : { kind: 'struct', model: text };
}

/** The name of a struct in Go, such as `Container`. */
export function structName(model: string): string {
  return model.replace(/^(Core|Events)?V1/, '');
}

/** A type in Go's error messages. Types that are strings underneath have names of their own in Go, which the models do not know. */
export function goName(type: GoType): string {
  switch (type.kind) {
    case 'list':
      return `[]${goName(type.element)}`;
    case 'map':
      return `map[string]${goName(type.element)}`;
    case 'struct':
      return `v1.${structName(type.model)}`;
    case 'bytes':
      return '[]uint8';
    case 'time':
      return 'string';
    default:
      return type.kind;
  }
}
