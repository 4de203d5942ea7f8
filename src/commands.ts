import process from 'node:process';

/** What the module of a command exports. `main` returns the exit code, and the process exits with it at once. */
interface CommandModule {
  main(args: readonly string[]): Promise<number>;
}

const USAGE = `Usage: baton <command> [options]

Commands:
  report          Report upgrade progress from this host
  convert         Convert Plans of system-upgrade-controller to UpgradePlans
  notify          Preview and test the notifications of an UpgradePlan
  simulate        Play UpgradePlans on a virtual fleet

Commands that run in the cluster, where Baton's manifests start them:
  operator        Run the operator (a Deployment)
  agent           Run a notification agent (a Pod that the operator creates)
  reporter        Run the reporter of a node (a DaemonSet)

Options:
  -V, --version   Print the version
  -h, --help      Print this help

Run 'baton <command> --help' for the options of report, convert, notify and simulate.
`;

/** Runs the command that the arguments name and returns the exit code: 2 when the arguments are wrong. */
export async function run(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === '--help' || command === '-h' || command === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command === '--version' || command === '-V') {
    const { VERSION } = await import('./settings/version.ts');
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const program = await load(command);
  if (program === undefined) {
    const problem = command === undefined ? 'baton: a command is required.' : `baton: unknown command '${command}'.`;
    process.stderr.write(`${problem}\n\n${USAGE}`);
    return 2;
  }
  try {
    return await program.main(rest);
  } catch (error) {
    if (!hasExitCode(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

/** An error with an exit code carries a message for the user, so it is printed without a stack trace. */
function hasExitCode(error: unknown): error is Error & { readonly exitCode: number } {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
}

/** Loads the code of one command only: `baton report` must not load the Kubernetes client. */
async function load(command: string | undefined): Promise<CommandModule | undefined> {
  switch (command) {
    case 'report':
      return import('./cli/report/main.ts');
    case 'convert':
      return import('./cli/convert/main.ts');
    case 'notify':
      return import('./cli/notify/main.ts');
    case 'simulate':
      return import('./cli/simulate/main.ts');
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
