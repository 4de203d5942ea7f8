import type { CommandResult } from '../../cluster/run-command.ts';

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>'],
  [/(resourceVersion"?: |Resource Version: +)"?\d+"?/g, '$1<version>'],
  [/https?:\/\/127\.0\.0\.1:\d+/g, '<server>'],
  // The patched object, with managed fields and in the order of Go.
  [/Invalid value: "\{.*\}": strict/g, 'Invalid value: <object>: strict'],
  [/\b(\d+[smhdy]){1,2}\b/g, '<age>'],
  // Columns are as wide as what is in them.
  [/[ \t]+/g, ' '],
  [/-{3,}/g, '---'],
  [/ $/gm, ''],
];

/** What kubectl prints, without what two servers never have alike: UIDs, times, ages, versions and addresses. */
export function normalizeOutput({ code, stdout, stderr }: CommandResult): CommandResult {
  return { code, stdout: normalizeText(stdout), stderr: normalizeText(stderr) };
}

/** The same for a part of it. */
export function normalizeText(text: string): string {
  return REPLACEMENTS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}
