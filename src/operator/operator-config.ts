import { z } from 'zod';
import { createAddressPolicy, type AddressPolicy } from '../net/address-policy.ts';
import { logLevel, parseConfig } from '../settings/config.ts';
import { ExitError } from '../settings/exit-error.ts';
import type { CredentialBinding } from './credentials.ts';

const port = z.coerce.number().int().min(0).max(65535);

const resources = z.string().transform((json, context): Readonly<Record<string, unknown>> => {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(json));
  } catch {
    context.addIssue({ code: 'custom', message: 'not a JSON object' });
    return z.NEVER;
  }
});

const labels = z.string().transform((json, context): Readonly<Record<string, string>> => {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(json));
  } catch {
    context.addIssue({ code: 'custom', message: 'not a JSON object with string values' });
    return z.NEVER;
  }
});

const credentials = z.string().transform((json, context): readonly CredentialBinding[] => {
  try {
    return z.array(z.object({ name: z.string().regex(/^[a-z0-9-]+$/), hosts: z.array(z.string()) })).parse(JSON.parse(json));
  } catch {
    context.addIssue({ code: 'custom', message: 'not a JSON list of objects with name and hosts' });
    return z.NEVER;
  }
});

const SCHEMA = z.object({
  image: z.string().describe("the image of Baton, which agents use as well, for example 'registry.example/baton:0.1.0'"),
  imagePullPolicy: z.enum(['IfNotPresent', 'Always', 'Never']).default('IfNotPresent').describe('IfNotPresent, Always or Never'),
  namespace: z.string().default('baton-system').describe("the operator's own namespace"),
  reporterNamespace: z.string().default('').describe('the namespace of the reporters, or nothing if none are installed'),
  clusterName: z.string().default('').describe('the name of this cluster for notifications'),
  sinkAllow: z.string().default('').describe('the addresses that sinks may send requests to, separated by commas'),
  agentResources: resources.default({}).describe('the ResourceRequirements of agent Pods as JSON'),
  podUid: z.string().default('').describe("the UID of the operator's own Pod, or nothing outside a cluster"),
  nodeSelector: labels.default({}).describe("the nodeSelector of the operator's own Pod as JSON"),
  gateAllow: z.string().default('').describe('the addresses that gates may send requests to, separated by commas'),
  gateCredentials: credentials
    .default([])
    .describe(
      `the credentials of gates and their hosts as JSON, for example [{"name":"monitoring","hosts":["prometheus.example:9090"]}]`,
    ),
  gateCredentialsDirectory: z.string().default('/var/run/baton/credentials').describe("the directory of the credentials' files"),
  apiServer: z.string().default('').describe("the API server's address"),
  logLevel,
  healthPort: port.default(8080).describe('the port for health checks and metrics, or 0 for any free port'),
  kubeconfig: z.string().optional().describe('a kubeconfig file, if the operator runs outside the cluster'),
});

const VARIABLES = {
  image: 'BATON_IMAGE',
  imagePullPolicy: 'BATON_IMAGE_PULL_POLICY',
  namespace: 'BATON_NAMESPACE',
  reporterNamespace: 'BATON_REPORTER_NAMESPACE',
  clusterName: 'BATON_CLUSTER_NAME',
  sinkAllow: 'BATON_SINK_ALLOW',
  agentResources: 'BATON_AGENT_RESOURCES',
  podUid: 'BATON_POD_UID',
  nodeSelector: 'BATON_OPERATOR_NODE_SELECTOR',
  gateAllow: 'BATON_GATE_ALLOW',
  gateCredentials: 'BATON_GATE_CREDENTIALS',
  gateCredentialsDirectory: 'BATON_GATE_CREDENTIALS_DIRECTORY',
  // The kubelet sets it in every Pod.
  apiServer: 'KUBERNETES_SERVICE_HOST',
  logLevel: 'BATON_LOG_LEVEL',
  healthPort: 'BATON_HEALTH_PORT',
  kubeconfig: 'BATON_KUBECONFIG',
};

/** The configuration of the operator. */
export interface OperatorConfig extends z.output<typeof SCHEMA> {
  /** The addresses that gates and silences may send requests to. */
  readonly gatePolicy: AddressPolicy;
}

/**
 * Reads the configuration.
 *
 * @param env the environment, as in `process.env`.
 * @throws ExitError with code 2 when it is invalid.
 */
export function readOperatorConfig(env: Readonly<Record<string, string | undefined>>): OperatorConfig {
  const config = parseConfig(SCHEMA, env, VARIABLES);
  return { ...config, gatePolicy: gatePolicy(config) };
}

/** Gates may not send requests to the API server unless `gateAllow` names it. */
function gatePolicy({ gateAllow, apiServer }: z.output<typeof SCHEMA>): AddressPolicy {
  try {
    return createAddressPolicy({ allow: gateAllow, apiServer: [apiServer] });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExitError(`The environment variable BATON_GATE_ALLOW is invalid (${reason}): correct the entry.`, 2, {
      cause: error,
    });
  }
}
