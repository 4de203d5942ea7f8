import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { convertPlan } from '../core/convert/convert-plan.ts';
import { list, record, type Json } from '../core/json.ts';
import { commentedYaml } from './commented-yaml.ts';

/** A file, or what came in on standard input. */
export interface Source {
  /** Its name for messages. */
  readonly name: string;
  readonly text: string;
}

/** The converted plans as one YAML stream, or what is wrong: one sentence each, beginning with where. */
export type TextConversion =
  { readonly kind: 'Converted'; readonly yaml: string } | { readonly kind: 'Refused'; readonly problems: readonly string[] };

/** Converts every Plan of the sources. All or nothing: with one that is wrong, none is given out. */
export function convertText(sources: readonly Source[]): TextConversion {
  const problems: string[] = [];
  const plans: string[] = [];
  for (const source of sources) {
    const before = plans.length + problems.length;
    for (const { where, object } of objectsOf(source, problems)) {
      const conversion = convertPlan(object);
      if (conversion.kind === 'Converted') plans.push(commentedYaml(conversion.plan, conversion.notes));
      else problems.push(...conversion.problems.map((problem) => `${where}: ${problem}.`));
    }
    if (plans.length + problems.length === before) problems.push(`${source.name}: there is no Plan in it.`);
  }
  return problems.length > 0 ? { kind: 'Refused', problems } : { kind: 'Converted', yaml: plans.join('---\n') };
}

interface Found {
  /** File, document and name, for messages. */
  readonly where: string;
  readonly object: Json;
}

function objectsOf({ name, text }: Source, problems: string[]): readonly Found[] {
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
