import { parse } from 'yaml';
import type { Sink } from '../api/generated/upgradeplan.ts';

/** What a text says of sinks. */
export type ParsedSinks =
  { readonly kind: 'Parsed'; readonly sinks: readonly Sink[] } | { readonly kind: 'Refused'; readonly problem: string };

/**
 * Reads a YAML list of sinks. Only their names are looked at here: whether each is a sink says the API server, which has the schema.
 */
export function parseSinks(text: string): ParsedSinks {
  const value = parseYaml(text);
  if (value.kind === 'Refused') return value;
  if (!Array.isArray(value.value)) return refused('it is no list of sinks');
  const names = new Set<string>();
  for (const [index, sink] of (value.value as readonly unknown[]).entries()) {
    if (!isNamed(sink)) return refused(`its entry ${index + 1} is no sink with a name`);
    if (names.has(sink.name)) return refused(`it has two sinks '${sink.name}'`);
    names.add(sink.name);
  }
  return { kind: 'Parsed', sinks: value.value as readonly Sink[] };
}

function refused(problem: string): Extract<ParsedSinks, { readonly kind: 'Refused' }> {
  return { kind: 'Refused', problem };
}

function isNamed(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

function parseYaml(
  text: string,
): { readonly kind: 'Value'; readonly value: unknown } | Extract<ParsedSinks, { readonly kind: 'Refused' }> {
  try {
    return { kind: 'Value', value: parse(text, { logLevel: 'error' }) };
  } catch (error) {
    // No YAML, or aliases without an anchor, or so many that they would fill the memory.
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return refused(`it is no YAML: ${message.replace(/:$/, '')}`);
  }
}
