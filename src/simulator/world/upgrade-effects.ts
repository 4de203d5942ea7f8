import type { Software } from './host.ts';
import type { UpgradeTarget } from './upgrade-target.ts';

/** What an upgrade leaves behind: what is needed for `verify` to hold, and nothing else. */
export interface UpgradeEffects {
  readonly software: Partial<Software>;
  readonly nodeLabels: Readonly<Record<string, string>>;
}

const FIELDS = ['kernelVersion', 'osImage', 'kubeletVersion', 'containerRuntimeVersion'] as const;

/** The effects of an upgrade that does its work. */
export function effectsOf({ version, isRollback, verify }: UpgradeTarget): UpgradeEffects {
  const software = FIELDS.flatMap((field) => {
    const pattern = verify?.[field];
    return pattern === undefined ? [] : [[field, valueFor(pattern, version, isRollback)] as const];
  });
  const labels = Object.entries(verify?.nodeLabels ?? {}).map(
    ([key, pattern]) => [key, valueFor(pattern, version, isRollback)] as const,
  );
  return { software: Object.fromEntries(software), nodeLabels: Object.fromEntries(labels) };
}

/** A value that matches a pattern with `*` and `$(BATON_VERSION)`. */
function valueFor(pattern: string, version: string, isRollback: boolean): string {
  // A rollback may return to a version that was read from a whole value.
  const shape = pattern.replaceAll('$(BATON_VERSION)', '*').split('*').map(escape).join('.*');
  if (isRollback && new RegExp(`^${shape}$`, 's').test(version)) return version;
  return pattern
    .replaceAll('$(BATON_VERSION)', version)
    .replaceAll(/(?<before>.?)\*/g, (_match, before: string) => before + (FILLERS[before] ?? ''));
}

/** What stands for `*` after a character, so that versions look like versions. */
const FILLERS: Readonly<Record<string, string>> = { '.': '0', '-': 'amd64' };

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
