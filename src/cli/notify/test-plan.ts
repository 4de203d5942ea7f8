import type { Sink, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { asObjects, asObject, type Json } from '../../core/json.ts';
import { buildTestPod, type TestPodInput } from '../../core/rollout/manifests/test-pod.ts';
import { sharedSinksKeys, withSharedSinks } from '../../core/sinks/shared-sinks.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { parseSinks } from '../../kube/parse-sinks.ts';

/** What a test of a plan's sinks depends on. */
export interface TestPlanDeps {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'delete'>;
  /** Monotonic clock in milliseconds. */
  readonly monotonic: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What to test. */
export interface TestPlanInput {
  readonly namespace: string;
  readonly plan: string;
  readonly sink: string | undefined;
  readonly node: string | undefined;
  readonly operatorNamespace: string;
  readonly timeoutMs: number;
}

/** The result of a test; the lines are for the user. */
export type TestOutcome =
  /** Each sink accepted the sample. */
  | { readonly kind: 'Delivered'; readonly lines: readonly string[] }
  /** A sink did not accept it, or the Pod failed before it could send. */
  | { readonly kind: 'Failed'; readonly lines: readonly string[] }
  /** The test could not be run. */
  | { readonly kind: 'Misused'; readonly lines: readonly string[] };

const POLL_MS = 1000;

/** Sends a sample to a plan's sinks from a Pod like an agent's on one of the plan's nodes, and returns the results. */
export async function testPlan(deps: TestPlanDeps, input: TestPlanInput): Promise<TestOutcome> {
  const found = await readPlan(deps, input);
  if (found.kind === 'Misused') return found;
  const read = await readSettings(deps, input.operatorNamespace);
  if (read.kind === 'Misused') return read;
  const path = resourcePath(KINDS.pods, { namespace: input.namespace });
  const manifest = buildTestPod({ plan: found.plan, settings: read.settings, sink: input.sink, node: input.node });
  const pod = await deps.client.create<KubeObject>(path, manifest);
  const name = pod.metadata.name ?? '';
  try {
    return await followPod(deps, input, name);
  } finally {
    await deps.client.delete(resourcePath(KINDS.pods, { namespace: input.namespace, name }));
  }
}

type Misused = Extract<TestOutcome, { readonly kind: 'Misused' }>;

function misused(line: string): Misused {
  return { kind: 'Misused', lines: [line] };
}

async function readPlan(
  { client }: TestPlanDeps,
  { namespace, plan: name, sink }: TestPlanInput,
): Promise<{ readonly kind: 'Found'; readonly plan: UpgradePlan } | Misused> {
  const written = await getOrNothing<UpgradePlan>(client, resourcePath(KINDS.plans, { namespace, name }));
  if (written === undefined)
    return misused(`UpgradePlan ${name} not found in the namespace ${namespace}: check the name and --namespace.`);
  const shared = await readSharedSinks(client, written);
  if (shared.kind === 'Misused') return shared;
  const plan = withSharedSinks(written, shared.sinks);
  const names = (plan.spec.notify?.sinks ?? []).map((each) => each.name);
  if (names.length === 0) return misused(`The UpgradePlan ${name} has no sinks: add one to spec.notify.sinks.`);
  if (sink === undefined || names.includes(sink)) return { kind: 'Found', plan };
  return misused(`The UpgradePlan ${name} has no sink ${sink}: its sinks are ${names.join(', ')}.`);
}

/** Reads the plan's shared sinks with the user's permissions. */
async function readSharedSinks(
  client: Pick<KubeClient, 'get'>,
  plan: UpgradePlan,
): Promise<{ readonly kind: 'Read'; readonly sinks: readonly Sink[] } | Misused> {
  const sinks: Sink[] = [];
  for (const key of sharedSinksKeys(plan)) {
    const path = resourcePath(KINDS.configMaps, { namespace: plan.metadata.namespace, name: key.name });
    const configMap = await getOrNothing<Json>(client, path);
    if (configMap === undefined)
      return misused(
        `ConfigMap ${key.name} not found in the namespace ${plan.metadata.namespace}: spec.notify.sinksFrom of the plan names it.`,
      );
    const text = asObject(configMap['data'])[key.key];
    if (typeof text !== 'string') return misused(`ConfigMap ${key.name}: the key ${key.key} is missing.`);
    const parsed = parseSinks(text);
    if (parsed.kind === 'Invalid') return misused(`ConfigMap ${key.name}, key ${key.key}: ${parsed.problem}.`);
    sinks.push(...parsed.sinks);
  }
  return { kind: 'Read', sinks };
}

/** Reads the agents' settings from the operator's Deployment. */
async function readSettings(
  { client }: TestPlanDeps,
  namespace: string,
): Promise<{ readonly kind: 'Read'; readonly settings: TestPodInput['settings'] } | Misused> {
  const path = resourcePath(KINDS.deployments, { namespace, name: 'baton-operator' });
  const deployment = await getOrNothing<Json>(client, path);
  if (deployment === undefined) {
    return misused(
      `Deployment baton-operator not found in the namespace ${namespace}: pass the operator's namespace with --operator-namespace.`,
    );
  }
  const spec = asObject(asObject(asObject(deployment['spec'])['template'])['spec']);
  const [container = {}] = asObjects(spec['containers']);
  const env = new Map(asObjects(container['env']).map(({ name, value }) => [name, typeof value === 'string' ? value : '']));
  const text = (name: string): string => env.get(name) ?? '';
  const settings = {
    image: text('BATON_IMAGE'),
    imagePullPolicy: text('BATON_IMAGE_PULL_POLICY'),
    agentResources: asObject(JSON.parse(text('BATON_AGENT_RESOURCES') || '{}')),
    sinkAllow: text('BATON_SINK_ALLOW'),
    clusterName: text('BATON_CLUSTER_NAME'),
  };
  return { kind: 'Read', settings };
}

async function getOrNothing<T>(client: Pick<KubeClient, 'get'>, path: string): Promise<T | undefined> {
  try {
    return await client.get<T>(path);
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function followPod(deps: TestPlanDeps, { namespace, timeoutMs }: TestPlanInput, name: string): Promise<TestOutcome> {
  const until = deps.monotonic() + timeoutMs;
  const path = resourcePath(KINDS.pods, { namespace, name });
  for (;;) {
    const pod = await deps.client.get<Json>(path);
    const status = asObject(pod['status']);
    const { phase } = status;
    if (phase === 'Succeeded' || phase === 'Failed') return readResults(status, asObject(pod['spec'])['nodeName']);
    if (deps.monotonic() > until) {
      return {
        kind: 'Failed',
        lines: [`The Pod ${name} did not finish within ${timeoutMs / 1000} s: ${waitingReason(status)}.`],
      };
    }
    await deps.sleep(POLL_MS);
  }
}

function waitingReason(status: Json): string {
  const [container = {}] = asObjects(status['containerStatuses']);
  const waiting = asObject(asObject(container['state'])['waiting']);
  const condition = asObjects(status['conditions']).find(
    (each) => each['status'] === 'False' && typeof each['message'] === 'string',
  );
  const parts = [waiting['reason'], waiting['message'], condition?.['message'], status['phase']];
  return parts.find((part) => typeof part === 'string') ?? 'its status is empty';
}

function readResults(status: Json, node: unknown): TestOutcome {
  const [container = {}] = asObjects(status['containerStatuses']);
  const terminated = asObject(asObject(container['state'])['terminated']);
  const from = `from the node ${typeof node === 'string' ? node : '?'}`;
  const results = parseResults(terminated['message']);
  if (results === undefined) {
    const why = [terminated['reason'], terminated['message'], status['message']].find(
      (part) => typeof part === 'string' && part !== '',
    );
    return {
      kind: 'Failed',
      lines: [`The Pod ended without results, ${from}: ${typeof why === 'string' ? why : 'no reason is known'}.`],
    };
  }
  const lines = results.map(({ sink, outcome, reason, message }) => {
    const [name, what] = [String(sink), outcome === 'Delivered' ? 'delivered' : 'FAILED'];
    return `${name}: ${what} ${from}${typeof reason === 'string' ? `, ${reason}: ${String(message)}` : ''}`;
  });
  return { kind: results.every(({ outcome }) => outcome === 'Delivered') ? 'Delivered' : 'Failed', lines };
}

function parseResults(message: unknown): readonly Json[] | undefined {
  if (typeof message !== 'string') return undefined;
  try {
    const results: unknown = JSON.parse(message);
    return Array.isArray(results) ? asObjects(results) : undefined;
  } catch {
    // A container that crashed leaves its last log lines here, which are not JSON.
    return undefined;
  }
}
