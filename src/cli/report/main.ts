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

/** `baton report`: exit code 0 when reported, 1 when it could not be delivered, 2 when the options are wrong. */
export async function main(args: readonly string[]): Promise<number> {
  const command = reportCommand();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    // Commander has said what is wrong, or has shown the help.
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
  if (!(seconds >= 0)) return { kind: 'Misused', message: `--timeout must be a number of seconds, but is '${timeout}'.` };
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
    .description('Tell how an upgrade process on this host is getting on. Works in containers and on hosts, without credentials.')
    .argument('[state]', `what to report: ${[...STATES.keys()].join(', ')}`)
    .option('--reason <reason>', 'the same in full, for example UpgradeProgressing')
    .addOption(new Option('--process <name>', 'the process that reports; needed when the plan has several').env('BATON_PROCESS'))
    .option('--note <text>', 'a sentence for people, at most 1,024 bytes')
    .option('--progress <percent>', 'a whole number from 0 to 100')
    .option('--task <text>', 'what the process is doing')
    .option('--checkpoint <key=value>', 'what the next attempt shall find in BATON_CHECKPOINT; an empty value takes the key back')
    .addOption(new Option('--from-version <version>', 'the version before').env('BATON_FROM_VERSION'))
    .addOption(new Option('--to-version <version>', 'the version after').env('BATON_VERSION'))
    .addOption(new Option('--attempt <number>', 'the attempt that reports').env('BATON_ATTEMPT'))
    .addOption(new Option('--socket <path>', "the reporter's socket").env('BATON_SOCKET').default(SOCKET_PATH))
    .option('--timeout <seconds>', 'how long to wait for the reporter', '10')
    .option('--check', 'report nothing; ask whether the reporter takes reports')
    .exitOverride()
    .showHelpAfterError("See 'baton report --help'.");
}
