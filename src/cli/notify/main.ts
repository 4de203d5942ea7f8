import process from 'node:process';
import { Command, CommanderError } from 'commander';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { consolidate } from '../../core/notification/consolidation/consolidate.ts';
import { styleOf } from '../../core/notification/text/message-style.ts';
import { createSink } from '../../notify/create-sink.ts';
import type { SinkPreview } from '../../notify/sink.ts';
import { createKubeClient } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { loadKubeConfig } from '../../kube/client/pooled-kube-config.ts';
import { random, systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logging.ts';
import { VERSION } from '../../runtime/version.ts';
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

/** `baton notify`: exit code 0 when it was done, 2 with what is wrong on standard error. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = OK;
  const command = new Command('baton notify').description('Try the notifications of a plan.');
  const exit = (code: number): void => {
    exitCode = code;
  };
  for (const subcommand of [previewCommand(exit), testCommand(exit)]) command.addCommand(subcommand);
  command.exitOverride();
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has said what is wrong, or has shown the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : BAD_INPUT;
    throw error;
  }
  return exitCode;
}

function previewCommand(exit: (code: number) => void): Command {
  return new Command('preview')
    .description(
      'Print what each sink of a plan would get for a batch, without network and Secrets. For example: ' +
        'kubectl get uplan,ubatch -n fleet -o yaml | baton notify preview -f -',
    )
    .requiredOption<string[]>(
      '-f, --filename <file>',
      'a YAML or JSON file with an UpgradePlan, its UpgradeBatches and the ConfigMaps of its shared sinks, - for standard input; may be given several times',
      (file, files: string[] | undefined) => [...(files ?? []), file],
    )
    .option('--batch <name>', 'the UpgradeBatch; without it, the last one of the plan, or an invented one where there is none')
    .option('--sink <name>', 'only this sink')
    .option('--cluster <name>', 'the name of the cluster', '')
    .exitOverride()
    .showHelpAfterError("See 'baton notify preview --help'.")
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
    .description(
      "Send a sample through a plan's sinks from one of its nodes, by a Pod in the plan's namespace that is removed again. Exit code 0 when " +
        'each sink has taken it, 1 when one has not, 2 when it could not be tried.',
    )
    .argument('<plan>', 'the name of the UpgradePlan')
    .option('-n, --namespace <namespace>', 'the namespace of the UpgradePlan', 'default')
    .option('--kubeconfig <path>', 'a kubeconfig; without it, the ServiceAccount of this Pod')
    .option('--sink <name>', 'only this sink')
    .option('--node <name>', 'from this node')
    .option('--operator-namespace <namespace>', 'where the operator runs', 'baton-system')
    .option('--timeout <seconds>', 'how long the Pod may take', '180')
    .exitOverride()
    .showHelpAfterError("See 'baton notify test --help'.")
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
  if (!(seconds > 0)) return refuse([`--timeout must be a number of seconds, but is '${timeout}'.`]);
  const { monotonic, sleep } = systemClock;
  const log = createLogger({ component: 'cli', level: 'error' });
  const kubeConfig = loadKubeConfig({ kubeconfigPath: kubeconfig });
  const client = createKubeClient({ kubeConfig, userAgent: `baton-cli/${VERSION}`, log, now: monotonic, random, sleep });
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
    return refuse([`The cluster refused: ${error.message}.`]);
  }
}

async function preview({ filename, batch, sink, cluster }: PreviewOptions): Promise<number> {
  const { sources, problems } = await readSources(filename);
  if (problems.length > 0) return refuse(problems);
  const shown = previewText({
    ...{ sources, batch, sink, now: systemClock.now() },
    previewSink: (plan, name, of) => previewSink({ plan, sink: name, batch: of, cluster }),
  });
  if (shown.kind === 'Refused') return refuse(shown.problems);
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
  if (spec === undefined) throw new Error(`the plan has no sink ${sink}`);
  const agent = { node: batch.status?.agent ?? 'preview', pod: 'preview' };
  const notification = consolidate({ batch, reports: [], cluster, agent, ...styleOf(plan, spec) });
  const nothing = (): Promise<never> => Promise.reject(new Error('a preview sends nothing'));
  const noNetwork = {
    http: { post: nothing, probe: nothing, close: () => Promise.resolve() },
    connect: nothing,
    events: { write: nothing },
  };
  return createSink(spec, { ...noNetwork, userAgent: `baton/${VERSION}`, secretsDirectory: '' }).preview(notification);
}

function refuse(problems: readonly string[]): number {
  process.stderr.write(`${problems.join('\n')}\n`);
  return BAD_INPUT;
}
