import type { ReadFile } from '../api/read-file.ts';
import { createKubeClient } from '../kube/client/client.ts';
import type { ProgramPorts } from '../kube/program-ports.ts';
import type { CreateSink } from '../notify/create-sink.ts';
import { createHttpClient } from '../notify/http/http-client.ts';
import type { HttpTransport } from '../notify/http/http-transport.ts';
import type { OpenMailTransport } from '../notify/mail-transport.ts';
import type { AgentEnvironment, EventWriter } from '../notify/sink-environment.ts';
import { VERSION } from '../settings/version.ts';
import type { AgentProgramConfig, SinkTestConfig } from './agent-config.ts';
import { testSinks } from './delivery/test-sinks.ts';
import { kubeBatchSource } from './kube/kube-batch-source.ts';
import { kubeEventWriter } from './kube/kube-event-writer.ts';
import { kubeLeaseStore } from './kube/kube-lease-store.ts';
import { kubePlanSource } from './kube/kube-plan-source.ts';
import { kubeReportSource } from './kube/kube-report-source.ts';
import { sharedSinkFiles } from './kube/shared-sink-files.ts';
import { runAgent } from './run-agent.ts';

/** What sending through sinks depends on. The transports must enforce the policy of the configuration. */
export interface SinkPorts extends Pick<ProgramPorts, 'clock' | 'setTimer' | 'random'> {
  readonly http: HttpTransport;
  readonly openMail: OpenMailTransport;
  readonly createSink: CreateSink;
  /** Reads the sinks' Secrets and the ConfigMaps of shared sinks. */
  readonly readFile: ReadFile;
}

/** What the agent program depends on. */
export interface AgentProgramEnvironment extends ProgramPorts, SinkPorts {
  readonly config: AgentProgramConfig;
}

/** What a test of sinks depends on. */
export interface SinkTestEnvironment extends SinkPorts, Pick<ProgramPorts, 'log'> {
  readonly config: SinkTestConfig;
  /** Writes the results, which become the termination message of the Pod. */
  readonly writeResults: (json: string) => Promise<void>;
}

/** Timeout of a request for the Lease (ms): two requests fit between two renewals. */
const LEASE_REQUEST_TIMEOUT_MS = 2_500;

/** The Pod of a test has no credentials for the API server, so that it cannot act as the agent. */
const NO_EVENTS: EventWriter = {
  write: () => Promise.resolve({ kind: 'Permanent', reason: 'NotTried', message: 'a test creates no Events' }),
};

/** Runs the agent until `stop` is aborted. */
export async function runAgentProgram(environment: AgentProgramEnvironment): Promise<void> {
  const { config, kubeConfig, clock, setTimer, random, log, stop, readFile, createSink } = environment;
  const { namespace, plan, lease, node, pod, podUid, cluster } = config;
  // Clients and watches measure durations, which must not change when the host's clock is set.
  const measured = { now: clock.monotonic, sleep: clock.sleep, random, log };
  const clientOptions = { ...measured, setTimer, kubeConfig, userAgent: `baton-agent/${VERSION}` };
  const client = createKubeClient(clientOptions);
  const leaseClient = createKubeClient({ ...clientOptions, deadlineMs: LEASE_REQUEST_TIMEOUT_MS });
  const sinks = sinkEnvironment(environment, kubeEventWriter(client, { namespace, node }));
  await runAgent(
    {
      config: { node, pod, podUid, cluster },
      leases: kubeLeaseStore(leaseClient, namespace, lease),
      batches: kubeBatchSource({ ...measured, client, namespace }, plan),
      plans: kubePlanSource(client, namespace, plan),
      sharedSinks: sharedSinkFiles(readFile, config.sharedSinks),
      reports: kubeReportSource({ ...measured, client, namespace }),
      createSink: (spec) => createSink(spec, sinks),
      clock,
      random,
      log,
    },
    stop,
  );
  await sinks.http.close();
}

/** Sends a sample to the plan's sinks. Returns the exit code: 0 when every sink accepted it, else 1. */
export async function runSinkTest(environment: SinkTestEnvironment): Promise<number> {
  const { config, clock, setTimer, random, log, createSink } = environment;
  const sinks = sinkEnvironment(environment, NO_EVENTS);
  const results = await testSinks({
    ...{ plan: config.plan, sink: config.sink, cluster: config.cluster, now: clock.now(), setTimer, random },
    createSink: (spec) => createSink(spec, sinks),
  });
  for (const result of results) log.info('Tested a sink', { ...result });
  await environment.writeResults(JSON.stringify(results));
  await sinks.http.close();
  return results.every(({ outcome }) => outcome === 'Delivered') ? 0 : 1;
}

function sinkEnvironment(
  { config, http, openMail, readFile, setTimer }: SinkPorts & { readonly config: { readonly sinkSecrets: string } },
  events: EventWriter,
): AgentEnvironment {
  return {
    http: createHttpClient({ transport: http, setTimer }),
    openMail,
    events,
    setTimer,
    readFile,
    userAgent: `baton/${VERSION}`,
    secretsDirectory: config.sinkSecrets,
  };
}
