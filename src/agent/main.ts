import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { loadKubeConfig } from '../kube/client/pooled-kube-config.ts';
import type { AddressPolicy } from '../net/address-policy.ts';
import { createConnect } from '../net/guarded-socket.ts';
import { createSink } from '../notify/create-sink.ts';
import { createHttpTransport } from '../notify/http/http-transport.ts';
import { smtpTransports } from '../notify/kinds/email/smtp-transport.ts';
import { random, systemClock } from '../runtime/clock.ts';
import { ExitError } from '../settings/exit-error.ts';
import { createLogger } from '../runtime/logging.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { readAgentConfig, readSinkTestConfig } from './agent-config.ts';
import { runAgentProgram, runSinkTest, type SinkPorts } from './agent-program.ts';

const USAGE = `Usage: baton agent [options]

Deliver the notifications of a plan from this node. Runs in a Pod that the operator creates.
docs/notifications.md lists the environment variables.

Options:
  --kubeconfig <path>  path of a kubeconfig; by default the Pod's ServiceAccount is used
  --test               send a sample to the sinks of the plan in BATON_TEST_PLAN and exit
  -h, --help           print this help
`;

/** `baton agent`: runs until SIGTERM and then exits with 0. With `--test`: 0 when every sink accepted the sample, else 1. */
export async function main(args: readonly string[]): Promise<number> {
  const { kubeconfig, help, test } = parseOptions(args);
  if (help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (test === true) return runTest();
  const config = readAgentConfig(process.env);
  const log = createLogger({ component: 'agent', level: config.logLevel, now: systemClock.now });
  const kubeConfig = loadKubeConfig({ kubeconfigPath: kubeconfig });
  const stop = onShutdown();
  await runAgentProgram({ ...sinkPorts(config.policy), config, kubeConfig, log, stop });
  return 0;
}

/** Sends a sample to the plan's sinks. Returns 0 when every sink accepted it, else 1. The results become the termination message. */
async function runTest(): Promise<number> {
  const config = readSinkTestConfig(process.env);
  const log = createLogger({ component: 'agent', level: config.logLevel, now: systemClock.now });
  return runSinkTest({
    ...sinkPorts(config.policy),
    config,
    log,
    writeResults: (results) => writeFile(config.results, results),
  });
}

function sinkPorts(policy: AddressPolicy): SinkPorts {
  return {
    clock: systemClock,
    setTimer: systemClock.setTimer,
    random,
    http: createHttpTransport({ policy }),
    createSink,
    openMail: smtpTransports(createConnect({ policy })),
    readFile: (path) => readFile(path),
  };
}

function parseOptions(args: readonly string[]): {
  readonly kubeconfig?: string;
  readonly help?: boolean;
  readonly test?: boolean;
} {
  try {
    return parseArgs({
      args: [...args],
      options: { kubeconfig: { type: 'string' }, help: { type: 'boolean', short: 'h' }, test: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new ExitError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2, { cause: error });
  }
}
