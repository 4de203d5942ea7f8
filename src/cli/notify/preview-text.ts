import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { Sink, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { API_VERSION } from '../../api/names.ts';
import type { Instant } from '../../core/facts.ts';
import { asObjects, asObject, type Json } from '../../core/json.ts';
import { sampleBatch } from '../../core/notification/consolidation/sample-batch.ts';
import { readBatch, readPlan } from '../../core/renamed-fields.ts';
import { sharedSinksKeys, sharedSinksName, withSharedSinks } from '../../core/sinks/shared-sinks.ts';
import { counted } from '../../core/text.ts';
import { parseSinks } from '../../kube/parse-sinks.ts';
import type { SinkPreview } from '../../notify/sink.ts';
import { objectsOf, type Found, type Source } from '../yaml-objects.ts';

/** What to preview. */
export interface PreviewInput {
  readonly sources: readonly Source[];
  /** Name of the batch; undefined for the plan's last one. */
  readonly batch: string | undefined;
  /** Name of a sink; undefined for all sinks. */
  readonly sink: string | undefined;
  readonly now: Instant;
  /** Renders what a sink would receive for a batch. */
  readonly previewSink: (plan: UpgradePlan, sink: string, batch: UpgradeBatch) => SinkPreview;
}

/** The previews as one text, or one sentence for each problem, which begins with its location. */
export type Preview =
  { readonly kind: 'Previewed'; readonly text: string } | { readonly kind: 'Rejected'; readonly problems: readonly string[] };

/** Renders what each sink of a plan would receive for a batch. */
export function previewText({ sources, batch: wanted, sink, now, previewSink }: PreviewInput): Preview {
  const problems: string[] = [];
  const objects = sources.flatMap((source) => objectsOf(source, problems));
  const plans = objects.flatMap(({ where, object }) => planOf(where, object, problems) ?? []);
  const batches = objects.flatMap(({ where, object }) => batchOf(where, object, problems) ?? []);
  if (problems.length > 0) return { kind: 'Rejected', problems };
  const [written, second] = plans;
  if (written === undefined) return reject('The files contain no UpgradePlan.');
  if (second !== undefined) return reject('The files contain several UpgradePlans: pass only one.');
  const shared = sharedSinks(written, objects);
  if (shared.problems.length > 0) return { kind: 'Rejected', problems: shared.problems };
  const plan = withSharedSinks(written, shared.sinks);
  const own = batches.filter(({ spec }) => spec.plan === plan.metadata.name).toSorted((a, b) => a.spec.index - b.spec.index);
  const batch = wanted === undefined ? own.at(-1) : own.find(({ metadata }) => metadata.name === wanted);
  if (wanted !== undefined && batch === undefined)
    return reject(`The files contain no UpgradeBatch ${wanted} of the UpgradePlan ${plan.metadata.name}.`);
  const names = (plan.spec.notify?.sinks ?? []).map(({ name }) => name);
  if (names.length === 0) {
    const [missing] = shared.missing;
    return reject(
      missing === undefined
        ? `The UpgradePlan ${plan.metadata.name} has no sinks: add one to spec.notify.sinks.`
        : `The UpgradePlan ${plan.metadata.name} has no sinks of its own, and the files do not contain ${missing}: pass that too.`,
    );
  }
  if (sink !== undefined && !names.includes(sink))
    return reject(`The UpgradePlan ${plan.metadata.name} has no sink ${sink}: its sinks are ${names.join(', ')}.`);
  const shown = batch ?? sampleBatch(plan, now);
  const which = batch === undefined ? 'a sample batch, because the plan has none yet' : batch.metadata.name;
  const parts = names
    .filter((name) => sink === undefined || name === sink)
    .map((name) => {
      const { contentType, body, problem } = previewSink(plan, name, shown);
      const size = counted(Buffer.byteLength(body), 'byte');
      const wrong = problem === undefined ? '' : `# ${problem}; the built-in text is sent instead\n`;
      return `# sink ${name}, ${which}: ${contentType}, ${size}\n${wrong}${readable(contentType, body)}\n`;
    });
  const missing = shared.missing.map((name) => `# The files do not contain ${name}: its sinks are not shown\n`);
  return { kind: 'Previewed', text: [...missing, ...parts].join('\n') };
}

interface SharedPreview {
  readonly sinks: readonly Sink[];
  /** Names of the ConfigMaps that the files do not contain. */
  readonly missing: readonly string[];
  readonly problems: readonly string[];
}

/** Reads the plan's shared sinks from the ConfigMaps among the objects. */
function sharedSinks(plan: UpgradePlan, objects: readonly Found[]): SharedPreview {
  const sinks: Sink[] = [];
  const missing: string[] = [];
  const problems: string[] = [];
  for (const key of sharedSinksKeys(plan)) {
    const found = objects.find(({ object }) => isConfigMapOf(plan, key.name, object));
    if (found === undefined) {
      missing.push(sharedSinksName(key));
      continue;
    }
    const text = asObject(found.object['data'])[key.key];
    const parsed = typeof text === 'string' ? parseSinks(text) : ({ kind: 'Invalid', problem: 'the key is missing' } as const);
    if (parsed.kind === 'Parsed') sinks.push(...parsed.sinks);
    else problems.push(`${found.where}: ${sharedSinksName(key)}: ${parsed.problem}.`);
  }
  return { sinks, missing, problems };
}

function isConfigMapOf({ metadata: { namespace } }: UpgradePlan, name: string, object: Json): boolean {
  const metadata = asObject(object['metadata']);
  // A manifest written by hand may leave the namespace to kubectl.
  const sameNamespace = (metadata['namespace'] ?? namespace) === namespace;
  return object['apiVersion'] === 'v1' && object['kind'] === 'ConfigMap' && metadata['name'] === name && sameNamespace;
}

function reject(problem: string): Preview {
  return { kind: 'Rejected', problems: [problem] };
}

/** Indents JSON, which is sent in one line. */
function readable(contentType: string, body: string): string {
  if (!contentType.includes('json')) return body;
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    // A template may produce something other than its content type.
    return `${body}\n# This is not valid JSON.`;
  }
}

function isOurs(object: Json, kind: string): boolean {
  return object['apiVersion'] === API_VERSION && object['kind'] === kind;
}

/** The API server validates its objects. In a manifest written by hand, only the fields that a preview needs are checked. */
function planOf(where: string, object: Json, problems: string[]): UpgradePlan | undefined {
  if (!isOurs(object, 'UpgradePlan')) return undefined;
  const [metadata, spec] = [asObject(object['metadata']), asObject(object['spec'])];
  if (typeof metadata['name'] !== 'string' || typeof spec['version'] !== 'string' || asObjects(spec['processes']).length === 0) {
    problems.push(`${where}: metadata.name, spec.version and spec.processes are required in an UpgradePlan.`);
    return undefined;
  }
  return readPlan({ ...object, metadata: { namespace: 'default', uid: '', ...metadata } });
}

function batchOf(where: string, object: Json, problems: string[]): UpgradeBatch | undefined {
  if (!isOurs(object, 'UpgradeBatch')) return undefined;
  const [metadata, spec] = [asObject(object['metadata']), asObject(object['spec'])];
  if (typeof metadata['uid'] !== 'string' || typeof spec['plan'] !== 'string' || asObjects(spec['nodes']).length === 0) {
    problems.push(
      `${where}: metadata.uid, spec.plan and spec.nodes are required in an UpgradeBatch: get it with 'kubectl get ubatch -o yaml'.`,
    );
    return undefined;
  }
  return readBatch(object);
}
