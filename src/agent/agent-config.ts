import { z } from 'zod';
import type { UpgradePlan } from '../api/generated/upgradeplan.ts';
import { createAddressPolicy, type AddressPolicy } from '../net/address-policy.ts';
import { logLevel, parseConfig } from '../settings/config.ts';
import { ExitError } from '../settings/exit-error.ts';

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

/** The configuration of an agent. */
export interface AgentProgramConfig extends z.output<typeof schema> {
  /** The addresses that sinks may send requests to. */
  readonly policy: AddressPolicy;
}

/** The environment variables of a program, as in `process.env`. */
type Env = Readonly<Record<string, string | undefined>>;

/** Reads the configuration. Throws an ExitError with code 2 when it is invalid. */
export function readAgentConfig(env: Env): AgentProgramConfig {
  const config = parseConfig(schema, env, names);
  return { ...config, policy: readPolicy(config) };
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

/** The configuration of a test of sinks. */
export interface SinkTestConfig extends z.output<typeof testSchema> {
  /** The addresses that sinks may send requests to. */
  readonly policy: AddressPolicy;
}

/** Reads the configuration of a test of sinks. Throws an ExitError with code 2 when it is invalid. */
export function readSinkTestConfig(env: Env): SinkTestConfig {
  const config = parseConfig(testSchema, env, testNames);
  return { ...config, policy: readPolicy(config) };
}

function readPolicy({ sinkAllow, apiServer }: Pick<z.output<typeof schema>, 'sinkAllow' | 'apiServer'>): AddressPolicy {
  try {
    return createAddressPolicy({ allow: sinkAllow, apiServer: [apiServer] });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExitError(`The environment variable BATON_SINK_ALLOW is invalid (${reason}): correct the entry.`, 2, {
      cause: error,
    });
  }
}
