import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { asObjects, asObject, type Json } from '../core/json.ts';

/** The text of a file or of standard input. */
export interface Source {
  /** Name of the file, for messages. */
  readonly name: string;
  readonly text: string;
}

/** A Kubernetes object in a source. */
export interface Found {
  /** File, document and object name, for messages. */
  readonly where: string;
  readonly object: Json;
}

/** The objects of a YAML or JSON text, with the items of lists. Adds a sentence to `problems` for each document that cannot be parsed. */
export function objectsOf({ name, text }: Source, problems: string[]): readonly Found[] {
  const lines = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: lines })] as readonly Document.Parsed[];
  return documents.flatMap((document, index): readonly Found[] => {
    const where = documents.length === 1 ? name : `${name}, document ${index + 1}`;
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      const [message = ''] = error.message.split('\n');
      problems.push(`${name}:${line}:${col}: invalid YAML: ${message.replace(/ at line \d+, column \d+:?$/, '')}.`);
      return [];
    }
    const value = valueOf(document);
    if (value.kind === 'Invalid') {
      problems.push(`${where}: invalid YAML: ${value.message}.`);
      return [];
    }
    if (value.value === null || value.value === undefined) return [];
    return itemsOf(asObject(value.value)).map((object) => ({ where: named(where, object), object }));
  });
}

function valueOf(
  document: Document.Parsed,
): { readonly kind: 'Value'; readonly value: unknown } | { readonly kind: 'Invalid'; readonly message: string } {
  try {
    return { kind: 'Value', value: document.toJS() };
  } catch (error) {
    // An alias without an anchor, or nested aliases that would expand beyond the parser's limit.
    return { kind: 'Invalid', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The items of a list, which is how `kubectl get -o yaml` prints several objects; else the object itself. */
function itemsOf(object: Json): readonly Json[] {
  const { kind } = object;
  return kind === 'List' || kind === 'PlanList' ? asObjects(object['items']) : [object];
}

function named(where: string, object: Json): string {
  const { name } = asObject(object['metadata']);
  return typeof name === 'string' ? `${where}, ${name}` : where;
}
