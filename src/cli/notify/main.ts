import process from 'node:process';
import { Command, CommanderError } from 'commander';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { consolidate } from '../../core/notification/consolidation/consolidate.ts';
import { styleOf } from '../../core/notification/text/message-style.ts';
import { createSink } from '../../notify/create-sink.ts';
import { offlineEnvironment } from '../../notify/sink-environment.ts';
import type { SinkPreview } from '../../notify/sink.ts';
import { createKubeClient } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { loadKubeConfig } from '../../kube/client/pooled-kube-config.ts';
import { random, systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logging.ts';
import { VERSION } from '../../settings/version.ts';
import { previewText } from './preview-text.ts';
import { testPlan, type TestOutcome } from './test-plan.ts';
import { readSources } from '../read-sources.ts';

const OK = 0;
const BAD_INPUT = 2;

interface PreviewOptions {
  readonly filename: readonly string[];
  readonly batch?: string;
  readonly sink?: string;
  readonly cluster: string;
}

/** `baton notify`. Exit code 0: done; 1: a test sample was not delivered; 2: the problems are on standard error. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = OK;
  const command = new Command('baton notify').description('Preview and test the notifications of an UpgradePlan.');
  const exit = (code: number): void => {
    exitCode = code;
  };
  for (const subcommand of [previewCommand(exit), testCommand(exit)]) command.addCommand(subcommand);
  command.exitOverride();
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has already printed the error or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : BAD_INPUT;
    throw error;
  }
  return exitCode;
}

function previewCommand(exit: (code: number) => void): Command {
  return new Command('preview')
    .summary('print what each sink would receive for a batch')
    .description(
      'Print what each sink of an UpgradePlan would receive for a batch. Needs neither network nor Secrets.\n\n' +
        'Example: kubectl get uplan,ubatch -n fleet -o yaml | baton notify preview -f -\n\n' +
        'Exit code: 0 when printed, 2 when something is wrong.',
    )
    .requiredOption<string[]>(
      '-f, --filename <file>',
      'YAML or JSON file with an UpgradePlan, its UpgradeBatches and the ConfigMaps of its shared sinks, or - for standard input; repeat it for several files',
      (file, files: string[] | undefined) => [...(files ?? []), file],
    )
    .option('--batch <name>', "name of the UpgradeBatch; by default the plan's last one, or a sample if the plan has none")
    .option('--sink <name>', 'show only this sink')
    .option('--cluster <name>', 'name of the cluster to show in the texts', '')
    .exitOverride()
    .showHelpAfterError("Run 'baton notify preview --help' for usage.")
    .action(async (options: PreviewOptions) => {
      exit(await preview(options));
    });
}

interface TestOptions {
  readonly namespace: string;
  readonly kubeconfig?: string;
  readonly sink?: string;
  readonly node?: string;
  readonly operatorNamespace: string;
  readonly timeout: string;
}

function testCommand(exit: (code: number) => void): Command {
  return new Command('test')
    .summary('send a sample notification to the sinks')
    .description(
      "Send a sample notification to an UpgradePlan's sinks. A Pod in the plan's namespace sends it from one of the plan's nodes and is " +
        'deleted afterwards.\n\n' +
        'Exit code: 0 when each sink accepted the sample, 1 when one did not, 2 when the test could not be run.',
    )
    .argument('<plan>', 'name of the UpgradePlan')
    .option('-n, --namespace <namespace>', 'namespace of the UpgradePlan', 'default')
    .option('--kubeconfig <path>', 'path of a kubeconfig; required outside of a cluster')
    .option('--sink <name>', 'test only this sink')
    .option('--node <name>', 'node to send from; by default any node that an agent of the plan may run on')
    .option('--operator-namespace <namespace>', 'namespace of the operator', 'baton-system')
    .option('--timeout <seconds>', 'how long to wait for the Pod to finish', '180')
    .exitOverride()
    .showHelpAfterError("Run 'baton notify test --help' for usage.")
    .action(async (plan: string, options: TestOptions) => {
      exit(await test(plan, options));
    });
}

const EXIT_CODES: Readonly<Record<TestOutcome['kind'], number>> = { Delivered: OK, Failed: 1, Misused: BAD_INPUT };

async function test(
  plan: string,
  { namespace, kubeconfig, sink, node, operatorNamespace, timeout }: TestOptions,
): Promise<number> {
  const seconds = Number(timeout);
  if (!(seconds > 0)) return reject([`--timeout must be a positive number of seconds, got '${timeout}'.`]);
  const { monotonic, sleep, setTimer } = systemClock;
  const log = createLogger({ component: 'cli', level: 'error', now: systemClock.now });
  const kubeConfig = loadKubeConfig({ kubeconfigPath: kubeconfig });
  const userAgent = `baton-cli/${VERSION}`;
  const client = createKubeClient({ kubeConfig, userAgent, log, now: monotonic, random, sleep, setTimer });
  try {
    const outcome = await testPlan(
      { client, monotonic, sleep },
      { namespace, plan, sink, node, operatorNamespace, timeoutMs: seconds * 1000 },
    );
    const stream = outcome.kind === 'Misused' ? process.stderr : process.stdout;
    stream.write(`${outcome.lines.join('\n')}\n`);
    return EXIT_CODES[outcome.kind];
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return reject([`The request to the cluster failed: ${error.message}.`]);
  }
}

async function preview({ filename, batch, sink, cluster }: PreviewOptions): Promise<number> {
  const { sources, problems } = await readSources(filename);
  if (problems.length > 0) return reject(problems);
  const shown = previewText({
    ...{ sources, batch, sink, now: systemClock.now() },
    previewSink: (plan, name, of) => previewSink({ plan, sink: name, batch: of, cluster }),
  });
  if (shown.kind === 'Rejected') return reject(shown.problems);
  process.stdout.write(shown.text);
  return OK;
}

interface Previewed {
  readonly plan: UpgradePlan;
  readonly sink: string;
  readonly batch: UpgradeBatch;
  readonly cluster: string;
}

function previewSink({ plan, sink, batch, cluster }: Previewed): SinkPreview {
  const spec = plan.spec.notify?.sinks?.find(({ name }) => name === sink);
  if (spec === undefined) throw new Error(`The UpgradePlan has no sink ${sink}.`);
  const agent = { node: batch.status?.agent ?? 'preview', pod: 'preview' };
  const notification = consolidate({ batch, reports: [], cluster, agent, ...styleOf(plan, spec) });
  return createSink(spec, offlineEnvironment(`baton/${VERSION}`)).preview(notification);
}

function reject(problems: readonly string[]): number {
  process.stderr.write(`${problems.join('\n')}\n`);
  return BAD_INPUT;
}
