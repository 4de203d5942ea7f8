import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { list, record, type Json } from '../core/json.ts';

/** A file, or what came in on standard input. */
export interface Source {
  /** Its name for messages. */
  readonly name: string;
  readonly text: string;
}

/** An object of a file. */
export interface Found {
  /** File, document and name, for messages. */
  readonly where: string;
  readonly object: Json;
}

/** The objects of a YAML or JSON text, those of lists one by one. What cannot be read is added to the problems, one sentence each. */
export function objectsOf({ name, text }: Source, problems: string[]): readonly Found[] {
  const lines = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: lines })] as readonly Document.Parsed[];
  return documents.flatMap((document, index): readonly Found[] => {
    const where = documents.length === 1 ? name : `${name}, document ${index + 1}`;
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      const [message = ''] = error.message.split('\n');
      problems.push(`${name}:${line}:${col}: is not YAML: ${message.replace(/ at line \d+, column \d+:?$/, '')}.`);
      return [];
    }
    const value = valueOf(document);
    if (value.kind === 'Refused') {
      problems.push(`${where}: is not YAML that can be read: ${value.message}.`);
      return [];
    }
    if (value.value === null || value.value === undefined) return [];
    return itemsOf(record(value.value)).map((object) => ({ where: named(where, object), object }));
  });
}

function valueOf(
  document: Document.Parsed,
): { readonly kind: 'Value'; readonly value: unknown } | { readonly kind: 'Refused'; readonly message: string } {
  try {
    return { kind: 'Value', value: document.toJS() };
  } catch (error) {
    // Aliases without an anchor, or so many that they would fill the memory.
    return { kind: 'Refused', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The objects of a list, as `kubectl get -o yaml` prints several. */
function itemsOf(object: Json): readonly Json[] {
  const { kind } = object;
  return kind === 'List' || kind === 'PlanList' ? list(object['items']) : [object];
}

function named(where: string, object: Json): string {
  const { name } = record(object['metadata']);
  return typeof name === 'string' ? `${where}, ${name}` : where;
}
