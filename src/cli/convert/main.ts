import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { convertText } from './convert-text.ts';
import { readSources } from '../read-sources.ts';

const OK = 0;
const BAD_INPUT = 2;

/** `baton convert`. Exit code 0: all plans are on standard output; 2: the problems are on standard error, and no plan was printed. */
export async function main(args: readonly string[]): Promise<number> {
  const command = convertCommand();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    // Commander has already printed the error or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : BAD_INPUT;
    throw error;
  }
  const { filename } = command.opts<{ readonly filename: readonly string[] }>();
  const { sources, problems } = await readSources(filename);
  if (problems.length > 0) return reject(problems);
  const conversion = convertText(sources);
  if (conversion.kind === 'Rejected') return reject(conversion.problems);
  process.stdout.write(conversion.yaml);
  return OK;
}

function reject(problems: readonly string[]): number {
  process.stderr.write(`${problems.join('\n')}\nNothing was converted.\n`);
  return BAD_INPUT;
}

function convertCommand(): Command {
  return new Command('baton convert')
    .description(
      'Convert Plans of rancher/system-upgrade-controller to UpgradePlans and print them as YAML. Comments explain each difference. The ' +
        'UpgradePlans are paused: read them before you set spec.paused to false.\n\n' +
        'Exit code: 0 when all Plans were converted, 2 when something is wrong and nothing was printed.',
    )
    .requiredOption<string[]>(
      '-f, --filename <file>',
      'YAML or JSON file with Plans, or - for standard input; repeat it for several files',
      (file, files: string[] | undefined) => [...(files ?? []), file],
    )
    .exitOverride()
    .showHelpAfterError("Run 'baton convert --help' for usage.");
}
