import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { Command, CommanderError } from 'commander';
import { convertText, type Source } from './convert-text.ts';

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
  const sources = await Promise.all(filename.map(readSource));
  const unread = sources.filter((source) => typeof source === 'string');
  if (unread.length > 0) return refuse(unread);
  const conversion = convertText(sources.filter((source) => typeof source !== 'string'));
  if (conversion.kind === 'Refused') return refuse(conversion.problems);
  process.stdout.write(conversion.yaml);
  return OK;
}

function refuse(problems: readonly string[]): number {
  process.stderr.write(`${problems.join('\n')}\nNothing was converted.\n`);
  return BAD_INPUT;
}

/** A source, or why it could not be read. */
async function readSource(name: string): Promise<Source | string> {
  try {
    return name === '-'
      ? { name: 'standard input', text: await text(process.stdin) }
      : { name, text: await readFile(name, 'utf8') };
  } catch (error) {
    return `${name}: could not be read: ${error instanceof Error ? error.message : String(error)}.`;
  }
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
