import { join } from 'node:path';
import type { Sink } from '../../api/generated/upgradeplan.ts';
import type { ReadFile } from '../../api/read-file.ts';
import { sharedSinksFile, sharedSinksKeys, sharedSinksName } from '../../core/sinks/shared-sinks.ts';
import { errorCode } from '../../net/error-code.ts';
import { parseSinks } from '../../kube/parse-sinks.ts';
import type { SharedSinkSource } from '../ports.ts';

/** Reads the plan's shared sinks from the files of their mounted ConfigMaps: `<directory>/<ConfigMap>/<key>`. */
export function sharedSinkFiles(readFile: ReadFile, directory: string): SharedSinkSource {
  return {
    async read(plan) {
      const sinks: Sink[] = [];
      const problems: string[] = [];
      for (const key of sharedSinksKeys(plan)) {
        const text = await readText(readFile, join(directory, sharedSinksFile(key)));
        const parsed = text.kind === 'Text' ? parseSinks(text.text) : text;
        if (parsed.kind === 'Parsed') sinks.push(...parsed.sinks);
        else problems.push(`${sharedSinksName(key)}: ${parsed.problem}`);
      }
      return { sinks, problem: problems[0] };
    },
  };
}

async function readText(
  readFile: ReadFile,
  file: string,
): Promise<{ readonly kind: 'Text'; readonly text: string } | { readonly kind: 'Invalid'; readonly problem: string }> {
  try {
    return { kind: 'Text', text: (await readFile(file)).toString('utf8') };
  } catch (error) {
    return { kind: 'Invalid', problem: `cannot be read in the agent's Pod (${errorCode(error) ?? 'unknown error'})` };
  }
}
