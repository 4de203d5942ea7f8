import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { convertText } from './convert-text.ts';
import { readSources } from '../read-sources.ts';

const OK = 0;
const BAD_INPUT = 2;

/** `baton convert`: exit code 0 with the plans on standard output; 2 with what is wrong on standard error, and nothing on standard output. */
export async function main(args: readonly string[]): Promise<number> {
  const command = convertCommand();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    // Commander has said what is wrong, or has shown the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : BAD_INPUT;
    throw error;
  }
  const { filename } = command.opts<{ readonly filename: readonly string[] }>();
  const { sources, problems } = await readSources(filename);
  if (problems.length > 0) return refuse(problems);
  const conversion = convertText(sources);
  if (conversion.kind === 'Refused') return refuse(conversion.problems);
  process.stdout.write(conversion.yaml);
  return OK;
}

function refuse(problems: readonly string[]): number {
  process.stderr.write(`${problems.join('\n')}\nNothing was converted.\n`);
  return BAD_INPUT;
}

function convertCommand(): Command {
  return new Command('baton convert')
    .description(
      'Turn Plans of rancher/system-upgrade-controller into UpgradePlans, with comments for what differs. They are paused, so that ' +
        'somebody reads them first.',
    )
    .requiredOption<string[]>(
      '-f, --filename <file>',
      'a YAML or JSON file with Plans, - for standard input; may be given several times',
      (file, files: string[] | undefined) => [...(files ?? []), file],
    )
    .exitOverride()
    .showHelpAfterError("See 'baton convert --help'.");
}
