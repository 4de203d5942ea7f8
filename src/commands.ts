import process from 'node:process';

/** What a subcommand's module exports: it runs to its end and gives the exit code, with which the process exits at once. */
interface Program {
  main(args: readonly string[]): Promise<number>;
}

const USAGE = `Usage: baton <command> [options]

Commands:
  report      tell how an upgrade process on this host is getting on (see baton report --help)
  convert     turn Plans of system-upgrade-controller into UpgradePlans (see baton convert --help)
  notify      try the notifications of a plan (see baton notify --help)
  operator    run the operator (in the cluster)
  agent       run a notification agent (in the cluster; the operator makes its Pod)
  reporter    run the reporter of a node (in the cluster; a DaemonSet)

Options:
  --help      show this text
  --version   show the version
`;

/** Runs the command that the arguments name, and gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === '--help' || command === '-h' || command === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command === '--version' || command === '-V') {
    const { VERSION } = await import('./runtime/version.ts');
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const program = await load(command);
  if (program === undefined) {
    process.stderr.write(`${command === undefined ? 'No command was given.' : `There is no command '${command}'.`}\n\n${USAGE}`);
    return 2;
  }
  try {
    return await program.main(rest);
  } catch (error) {
    if (!isForThePerson(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

/** Errors that carry an exit code are for whoever started the program: a stack trace would hide the sentence. */
function isForThePerson(error: unknown): error is Error & { readonly exitCode: number } {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
}

/** Loads one program alone: `baton report` must not pay for the Kubernetes client. */
async function load(command: string | undefined): Promise<Program | undefined> {
  switch (command) {
    case 'report':
      return import('./cli/report/main.ts');
    case 'convert':
      return import('./cli/convert/main.ts');
    case 'notify':
      return import('./cli/notify/main.ts');
    case 'operator':
      return import('./operator/main.ts');
    case 'agent':
      return import('./agent/main.ts');
    case 'reporter':
      return import('./reporter/main.ts');
    default:
      return undefined;
  }
}
