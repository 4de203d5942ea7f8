import process from 'node:process';
import { Command, CommanderError, Option } from 'commander';
import { SOCKET_PATH } from '../../api/names.ts';
import { systemClock } from '../../runtime/clock.ts';
import { checkReporter, deliverReport } from './deliver-report.ts';
import type { Delivery, DeliveryOptions } from './deliver-report.ts';
import { STATES, reportBody } from './report-options.ts';
import type { ReportOptions } from './report-options.ts';
import { callSocket } from './socket-client.ts';

const EXIT_CODES: Readonly<Record<Delivery['kind'], number>> = { Delivered: 0, Failed: 1, Misused: 2 };

interface Options extends ReportOptions {
  readonly socket: string;
  readonly timeout: string;
  readonly check?: boolean;
}

/** `baton report`. Exit code 0: reported or queued; 1: not delivered; 2: the options are wrong. */
export async function main(args: readonly string[]): Promise<number> {
  const command = reportCommand();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    // Commander has already printed the error or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.Misused;
    throw error;
  }
  const delivery = await report(command.args[0], command.opts<Options>());
  const stream = delivery.kind === 'Delivered' ? process.stdout : process.stderr;
  stream.write(`${delivery.message}\n`);
  return EXIT_CODES[delivery.kind];
}

async function report(state: string | undefined, { socket, timeout, check, ...options }: Options): Promise<Delivery> {
  const seconds = Number(timeout);
  if (!(seconds >= 0)) return { kind: 'Misused', message: `--timeout must be a number of seconds, got '${timeout}'.` };
  const delivery: DeliveryOptions = {
    socketPath: socket === '' ? SOCKET_PATH : socket,
    withinMs: seconds * 1000,
    call: callSocket,
    monotonic: systemClock.monotonic,
    sleep: systemClock.sleep,
  };
  if (check === true) return checkReporter(delivery);
  const request = reportBody(state, options);
  return request.kind === 'Invalid' ? { kind: 'Misused', message: request.message } : deliverReport(request.body, delivery);
}

function reportCommand(): Command {
  return new Command('baton report')
    .description(
      'Report upgrade progress from this host. The report goes to the reporter on the same node, which creates an Event from it. ' +
        'Runs in upgrade containers and on hosts, and needs no credentials.\n\n' +
        'Exit code: 0 when reported or queued, 1 when not delivered, 2 when the arguments are wrong.',
    )
    .argument('[state]', `what to report: ${[...STATES.keys()].join(', ')}`)
    .option('--reason <reason>', "the Event's reason in place of a state, for example UpgradeProgressing")
    .addOption(
      new Option('--process <name>', "name of the process; required when the node's turn has several").env('BATON_PROCESS'),
    )
    .option('--note <text>', 'a message for people, at most 1,024 bytes')
    .option('--progress <percent>', 'progress in percent, a whole number from 0 to 100')
    .option('--task <text>', 'what the process is doing now')
    .option('--checkpoint <key=value>', 'a value to pass to the next attempt in BATON_CHECKPOINT; an empty value removes the key')
    .addOption(new Option('--from-version <version>', 'version before the upgrade').env('BATON_FROM_VERSION'))
    .addOption(new Option('--to-version <version>', 'version after the upgrade').env('BATON_VERSION'))
    .addOption(new Option('--attempt <number>', 'number of the attempt').env('BATON_ATTEMPT'))
    .addOption(new Option('--socket <path>', "path of the reporter's socket").env('BATON_SOCKET').default(SOCKET_PATH))
    .option('--timeout <seconds>', 'how long to retry and wait for the reporter', '10')
    .option('--check', 'only check that the reporter accepts reports')
    .exitOverride()
    .showHelpAfterError("Run 'baton report --help' for usage.");
}
