import { parse } from 'yaml';
import type { Sink } from '../api/generated/upgradeplan.ts';

/** The sinks of a text, or what is wrong with it. */
export type ParsedSinks =
  { readonly kind: 'Parsed'; readonly sinks: readonly Sink[] } | { readonly kind: 'Invalid'; readonly problem: string };

/** Parses a YAML list of sinks. Checks only their names: the API server validates the rest against the schema. */
export function parseSinks(text: string): ParsedSinks {
  const value = parseYaml(text);
  if (value.kind === 'Invalid') return value;
  if (!Array.isArray(value.value)) return invalid('must be a YAML list of sinks');
  const names = new Set<string>();
  for (const [index, sink] of (value.value as readonly unknown[]).entries()) {
    if (!isNamed(sink)) return invalid(`sinks[${index}]: \`name\` is required`);
    if (names.has(sink.name)) return invalid(`sinks[${index}]: the name '${sink.name}' is already used`);
    names.add(sink.name);
  }
  return { kind: 'Parsed', sinks: value.value as readonly Sink[] };
}

function invalid(problem: string): Extract<ParsedSinks, { readonly kind: 'Invalid' }> {
  return { kind: 'Invalid', problem };
}

function isNamed(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

function parseYaml(
  text: string,
): { readonly kind: 'Value'; readonly value: unknown } | Extract<ParsedSinks, { readonly kind: 'Invalid' }> {
  try {
    return { kind: 'Value', value: parse(text, { logLevel: 'error' }) };
  } catch (error) {
    // A syntax error, an alias without an anchor, or nested aliases that would expand beyond the parser's limit.
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return invalid(`invalid YAML: ${message.replace(/:$/, '')}`);
  }
}
