import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { UpgradePlan } from '../api/generated/upgradeplan.ts';
import { createKubeClient } from '../kube/client/client.ts';
import { loadKubeConfig } from '../kube/client/pooled-kube-config.ts';
import { createAddressPolicy, type AddressPolicy } from '../net/address-policy.ts';
import { createConnect } from '../net/guarded-socket.ts';
import { createSink } from '../notify/create-sink.ts';
import { createHttpClient } from '../notify/http/http-client.ts';
import type { EventWriter } from '../notify/sink-environment.ts';
import { random, systemClock } from '../runtime/clock.ts';
import { logLevel, parseConfig } from '../runtime/config.ts';
import { ExitError } from '../runtime/exit-error.ts';
import { createLogger } from '../runtime/logging.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { VERSION } from '../runtime/version.ts';
import { kubeBatchSource } from './kube/kube-batch-source.ts';
import { kubeEventWriter } from './kube/kube-event-writer.ts';
import { kubeLeaseStore } from './kube/kube-lease-store.ts';
import { kubePlanSource } from './kube/kube-plan-source.ts';
import { kubeReportSource } from './kube/kube-report-source.ts';
import { runAgent } from './run-agent.ts';
import { sharedSinkFiles } from './kube/shared-sink-files.ts';
import { testSinks } from './delivery/test-sinks.ts';

const USAGE = `Usage: baton agent [options]

Deliver the notifications of a plan from this node. Runs in a Pod that the operator creates.
docs/notifications.md lists the environment variables.

Options:
  --kubeconfig <path>  path of a kubeconfig; by default the Pod's ServiceAccount is used
  --test               send a sample to the sinks of the plan in BATON_TEST_PLAN and exit
  -h, --help           print this help
`;

/** Timeout of a request for the Lease (ms): two requests fit between two renewals. */
const LEASE_REQUEST_TIMEOUT_MS = 2_500;

const schema = z.object({
  namespace: z.string().describe('the namespace of the plan'),
  plan: z.string().describe('the name of the plan'),
  lease: z.string().describe("the name of the plan's Lease"),
  node: z.string().describe('the name of this node (in a Pod: fieldRef spec.nodeName)'),
  pod: z.string().describe('the name of this Pod (fieldRef metadata.name)'),
  podUid: z.string().describe('the UID of this Pod (fieldRef metadata.uid)'),
  cluster: z.string().default('').describe('the name of the cluster'),
  sinkAllow: z.string().default('').describe('a comma-separated list of hosts, addresses and CIDR ranges'),
  sinkSecrets: z.string().default('/var/run/baton/sinks').describe("the directory of the sinks' Secrets"),
  sharedSinks: z.string().default('/var/run/baton/sinks-from').describe('the directory of the shared sinks'),
  apiServer: z.string().default('').describe('the address of the API server'),
  logLevel,
});

const names = {
  namespace: 'BATON_NAMESPACE',
  plan: 'BATON_PLAN',
  lease: 'BATON_LEASE',
  node: 'BATON_NODE',
  pod: 'BATON_POD_NAME',
  podUid: 'BATON_POD_UID',
  cluster: 'BATON_CLUSTER_NAME',
  sinkAllow: 'BATON_SINK_ALLOW',
  sinkSecrets: 'BATON_SINK_SECRETS',
  sharedSinks: 'BATON_SHARED_SINKS',
  // The kubelet sets this variable in every Pod.
  apiServer: 'KUBERNETES_SERVICE_HOST',
  logLevel: 'BATON_LOG_LEVEL',
} as const;

/** `baton agent`: runs until SIGTERM and then exits with 0. With `--test`: 0 when every sink accepted the sample, else 1. */
export async function main(args: readonly string[]): Promise<number> {
  const { kubeconfig, help, test } = parseOptions(args);
  if (help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (test === true) return runTest();
  const config = parseConfig(schema, process.env, names);
  const { namespace, plan, lease, node, pod, podUid, cluster } = config;
  const policy = readPolicy(config.sinkAllow, config.apiServer);
  const log = createLogger({ component: 'agent', level: config.logLevel });
  const kubeConfig = loadKubeConfig({ kubeconfigPath: kubeconfig });
  const stop = onShutdown();
  const { monotonic, sleep } = systemClock;
  // Clients and watches measure durations, which must not change when the host's clock is set.
  const measured = { now: monotonic, sleep, random, log };
  const userAgent = `baton/${VERSION}`;
  const clientOptions = { ...measured, kubeConfig, userAgent: `baton-agent/${VERSION}` };
  const client = createKubeClient(clientOptions);
  const leaseClient = createKubeClient({ ...clientOptions, deadlineMs: LEASE_REQUEST_TIMEOUT_MS });
  const http = createHttpClient({ policy });
  const connect = createConnect({ policy });
  const events = kubeEventWriter(client, { namespace, node });
  await runAgent(
    {
      config: { node, pod, podUid, cluster },
      leases: kubeLeaseStore(leaseClient, namespace, lease),
      batches: kubeBatchSource({ ...measured, client, namespace }, plan),
      plans: kubePlanSource(client, namespace, plan),
      sharedSinks: sharedSinkFiles(config.sharedSinks),
      reports: kubeReportSource({ ...measured, client, namespace }),
      createSink: (spec) => createSink(spec, { http, connect, events, userAgent, secretsDirectory: config.sinkSecrets }),
      clock: systemClock,
      random,
      log,
    },
    stop,
  );
  await http.close();
  return 0;
}

const plan = z.string().transform((json, context): UpgradePlan => {
  try {
    return JSON.parse(json) as UpgradePlan;
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
});

const testSchema = schema.pick({ cluster: true, sinkAllow: true, sinkSecrets: true, apiServer: true, logLevel: true }).extend({
  plan: plan.describe('the plan as JSON'),
  sink: z.string().default('').describe('the name of a sink, or nothing to test all sinks'),
  results: z.string().default('/dev/termination-log').describe('the path of the file for the results'),
});

const testNames = {
  plan: 'BATON_TEST_PLAN',
  sink: 'BATON_TEST_SINK',
  results: 'BATON_TEST_RESULTS',
  cluster: names.cluster,
  sinkAllow: names.sinkAllow,
  sinkSecrets: names.sinkSecrets,
  apiServer: names.apiServer,
  logLevel: names.logLevel,
} as const;

/** The Pod of a test has no credentials for the API server, so that it cannot act as the agent. */
const NO_EVENTS: EventWriter = {
  write: () => Promise.resolve({ kind: 'Permanent', reason: 'NotTried', message: 'a test creates no Events' }),
};

/** Sends a sample to the plan's sinks. Returns 0 when every sink accepted it, else 1. The results become the termination message. */
async function runTest(): Promise<number> {
  const config = parseConfig(testSchema, process.env, testNames);
  const log = createLogger({ component: 'agent', level: config.logLevel });
  const policy = readPolicy(config.sinkAllow, config.apiServer);
  const http = createHttpClient({ policy });
  const environment = { http, connect: createConnect({ policy }), events: NO_EVENTS };
  const results = await testSinks({
    ...{ plan: config.plan, sink: config.sink, cluster: config.cluster, now: systemClock.now(), random },
    createSink: (spec) =>
      createSink(spec, { ...environment, userAgent: `baton/${VERSION}`, secretsDirectory: config.sinkSecrets }),
  });
  for (const result of results) log.info('Tested a sink', { ...result });
  await writeFile(config.results, JSON.stringify(results));
  await http.close();
  return results.every(({ outcome }) => outcome === 'Delivered') ? 0 : 1;
}

function readPolicy(allow: string, apiServer: string): AddressPolicy {
  try {
    return createAddressPolicy({ allow, apiServer: [apiServer] });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExitError(`The environment variable BATON_SINK_ALLOW is invalid (${reason}): correct the entry.`, 2, {
      cause: error,
    });
  }
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
