import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { Sink, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { API_VERSION } from '../../api/names.ts';
import type { Instant } from '../../core/facts.ts';
import { list, record, type Json } from '../../core/json.ts';
import { sampleBatch } from '../../core/notification/consolidation/sample-batch.ts';
import { readBatch, readPlan } from '../../core/renamed-fields.ts';
import { sharedSinksKeys, sharedSinksName, withSharedSinks } from '../../core/sinks/shared-sinks.ts';
import { counted } from '../../core/text.ts';
import { parseSinks } from '../../kube/parse-sinks.ts';
import type { SinkPreview } from '../../notify/sink.ts';
import { objectsOf, type Found, type Source } from '../yaml-objects.ts';

/** What is previewed. */
export interface PreviewInput {
  readonly sources: readonly Source[];
  /** Name of the batch; without it, the last one of the plan. */
  readonly batch: string | undefined;
  /** Name of the one sink; without it, all of them. */
  readonly sink: string | undefined;
  readonly now: Instant;
  /** What a sink would get. */
  readonly previewSink: (plan: UpgradePlan, sink: string, batch: UpgradeBatch) => SinkPreview;
}

/** The previews as one text, or what is wrong: one sentence each, beginning with where. */
export type Preview =
  { readonly kind: 'Previewed'; readonly text: string } | { readonly kind: 'Refused'; readonly problems: readonly string[] };

/** What each sink of a plan would get for a batch. */
export function previewText({ sources, batch: wanted, sink, now, previewSink }: PreviewInput): Preview {
  const problems: string[] = [];
  const objects = sources.flatMap((source) => objectsOf(source, problems));
  const plans = objects.flatMap(({ where, object }) => planOf(where, object, problems) ?? []);
  const batches = objects.flatMap(({ where, object }) => batchOf(where, object, problems) ?? []);
  if (problems.length > 0) return { kind: 'Refused', problems };
  const [written, second] = plans;
  if (written === undefined) return refused('There is no UpgradePlan in what was given.');
  if (second !== undefined) return refused('There are several UpgradePlans in what was given: give one.');
  const shared = sharedSinks(written, objects);
  if (shared.problems.length > 0) return { kind: 'Refused', problems: shared.problems };
  const plan = withSharedSinks(written, shared.sinks);
  const own = batches.filter(({ spec }) => spec.plan === plan.metadata.name).toSorted((a, b) => a.spec.index - b.spec.index);
  const batch = wanted === undefined ? own.at(-1) : own.find(({ metadata }) => metadata.name === wanted);
  if (wanted !== undefined && batch === undefined)
    return refused(`There is no UpgradeBatch ${wanted} of the plan in what was given.`);
  const names = (plan.spec.notify?.sinks ?? []).map(({ name }) => name);
  if (names.length === 0) {
    const [missing] = shared.missing;
    return refused(
      missing === undefined
        ? 'The plan has no sinks: add some in spec.notify.sinks.'
        : `The plan has no sinks of its own, and ${missing} is not in what was given.`,
    );
  }
  if (sink !== undefined && !names.includes(sink))
    return refused(`The plan has no sink ${sink}: its sinks are ${names.join(', ')}.`);
  const shown = batch ?? sampleBatch(plan, now);
  const which = batch === undefined ? 'an invented batch, as there is none yet' : batch.metadata.name;
  const parts = names
    .filter((name) => sink === undefined || name === sink)
    .map((name) => {
      const { contentType, body, problem } = previewSink(plan, name, shown);
      const size = counted(Buffer.byteLength(body), 'byte');
      const wrong = problem === undefined ? '' : `# ${problem}; the built-in text goes out\n`;
      return `# sink ${name}, ${which}: ${contentType}, ${size}\n${wrong}${readable(contentType, body)}\n`;
    });
  const missing = shared.missing.map((name) => `# ${name} is not in what was given: its sinks are not shown\n`);
  return { kind: 'Previewed', text: [...missing, ...parts].join('\n') };
}

interface SharedPreview {
  readonly sinks: readonly Sink[];
  /** The ConfigMaps that were not given. */
  readonly missing: readonly string[];
  readonly problems: readonly string[];
}

/** The sinks that the plan shares, from the ConfigMaps among the objects. */
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
    const text = record(found.object['data'])[key.key];
    const parsed = typeof text === 'string' ? parseSinks(text) : ({ kind: 'Refused', problem: 'the key is missing' } as const);
    if (parsed.kind === 'Parsed') sinks.push(...parsed.sinks);
    else problems.push(`${found.where}: ${sharedSinksName(key)}: ${parsed.problem}.`);
  }
  return { sinks, missing, problems };
}

function isConfigMapOf({ metadata: { namespace } }: UpgradePlan, name: string, object: Json): boolean {
  const metadata = record(object['metadata']);
  // What a person wrote may leave the namespace to kubectl.
  const sameNamespace = (metadata['namespace'] ?? namespace) === namespace;
  return object['apiVersion'] === 'v1' && object['kind'] === 'ConfigMap' && metadata['name'] === name && sameNamespace;
}

function refused(problem: string): Preview {
  return { kind: 'Refused', problems: [problem] };
}

/** JSON goes over the wire in one line; a person wants to read it. */
function readable(contentType: string, body: string): string {
  if (!contentType.includes('json')) return body;
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    // What a template makes need not be what it says that it is.
    return `${body}\n# This is no JSON.`;
  }
}

function isOurs(object: Json, kind: string): boolean {
  return object['apiVersion'] === API_VERSION && object['kind'] === kind;
}

/** The API server has checked what it gives out; of what a person wrote, only that is checked without which nothing can be shown. */
function planOf(where: string, object: Json, problems: string[]): UpgradePlan | undefined {
  if (!isOurs(object, 'UpgradePlan')) return undefined;
  const [metadata, spec] = [record(object['metadata']), record(object['spec'])];
  if (typeof metadata['name'] !== 'string' || typeof spec['version'] !== 'string' || list(spec['processes']).length === 0) {
    problems.push(`${where}: an UpgradePlan needs metadata.name, spec.version and spec.processes.`);
    return undefined;
  }
  return readPlan({ ...object, metadata: { namespace: 'default', uid: '', ...metadata } });
}

function batchOf(where: string, object: Json, problems: string[]): UpgradeBatch | undefined {
  if (!isOurs(object, 'UpgradeBatch')) return undefined;
  const [metadata, spec] = [record(object['metadata']), record(object['spec'])];
  if (typeof metadata['uid'] !== 'string' || typeof spec['plan'] !== 'string' || list(spec['nodes']).length === 0) {
    problems.push(`${where}: an UpgradeBatch is needed as the API server has it; get it with 'kubectl get ubatch -o yaml'.`);
    return undefined;
  }
  return readBatch(object);
}
