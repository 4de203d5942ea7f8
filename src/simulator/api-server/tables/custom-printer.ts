import { asNumber, asText, type Json } from '../../../core/json.ts';
import { since } from './age.ts';
import { parseJsonPath } from './json-path.ts';
import { column, NAME, type Cell, type Printer } from './printer.ts';

const AGE = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** The printer of a custom resource, from `additionalPrinterColumns` of its CRD; without them, name and age. */
export function customPrinter(columns: readonly Json[] = [AGE]): Printer {
  const parsed = columns.map((each) => ({
    type: asText(each['type']),
    find: parseJsonPath(asText(each['jsonPath'])),
    column: column(asText(each['name']), {
      type: asText(each['type']),
      format: asText(each['format']),
      description: descriptionOf(each),
      priority: asNumber(each['priority']),
    }),
  }));
  return {
    columns: [NAME, ...parsed.map((each) => each.column)],
    cells: (object, nowMs) => [
      object.metadata.name ?? '',
      ...parsed.map(({ type, find }) => cellOf(type, find(object)[0], nowMs)),
    ],
  };
}

function descriptionOf({ description, jsonPath }: Json): string {
  return asText(description) || `Custom resource definition column (in JSONPath format): ${asText(jsonPath)}`;
}

/** The value if it has the type of the column; texts show any value. */
function cellOf(type: string, value: unknown, nowMs: number): Cell {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : JSON.stringify(value);
    case 'date':
      return typeof value === 'string' ? since(value, nowMs) : null;
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    default:
      return null;
  }
}
