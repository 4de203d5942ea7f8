import process from 'node:process';
import { Command, CommanderError } from 'commander';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { consolidate } from '../../core/notification/consolidate.ts';
import { createSink } from '../../notify/create-sink.ts';
import type { SinkPreview } from '../../notify/sink.ts';
import { systemClock } from '../../runtime/clock.ts';
import { VERSION } from '../../runtime/version.ts';
import { previewText } from './preview-text.ts';
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
  for (const subcommand of [previewCommand(exit)]) command.addCommand(subcommand);
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
      'a YAML or JSON file with an UpgradePlan and its UpgradeBatches, - for standard input; may be given several times',
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
  const detail = { plan: plan.spec.notify?.nodeDetail, sink: spec.nodeDetail };
  const notification = consolidate({ batch, reports: [], cluster, agent, detail });
  const noNetwork = { post: () => Promise.reject(new Error('a preview sends nothing')), close: () => Promise.resolve() };
  return createSink(spec, { http: noNetwork, userAgent: `baton/${VERSION}`, secretsDirectory: '' }).preview(notification);
}

function refuse(problems: readonly string[]): number {
  process.stderr.write(`${problems.join('\n')}\n`);
  return BAD_INPUT;
}
