import type { Sink, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { PlanSnapshot } from '../../core/rollout/model/snapshot.ts';
import {
  MAX_SINKS,
  sharedSinksKeys,
  sharedSinksName,
  withSharedSinks,
  type SharedSinksKey,
} from '../../core/sinks/shared-sinks.ts';
import { cutToBytes } from '../../core/text.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError, type KubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { parseSinks } from '../../kube/parse-sinks.ts';
import { asObject } from '../../core/json.ts';

/** The plan for decisions, and whether it has all of its sinks. */
type Shared = Pick<PlanSnapshot, 'plan' | 'sharedSinks'>;

/** The sinks of a ConfigMap's key, or why they cannot be used. */
type Read =
  { readonly kind: 'Read'; readonly sinks: readonly Sink[] } | { readonly kind: 'Unreadable'; readonly message: string };

interface Cached {
  readonly generation: number;
  readonly read: Read;
  /** End of its validity (ms, monotonic). */
  readonly until: number;
}

/** How long sinks are cached, and how long a failure is (ms). */
const CACHE_MS = 30_000;
const RETRY_MS = 5000;
/** Maximum size of a message, so that it fits into a condition. */
const MAX_MESSAGE_BYTES = 768;

/**
 * Reads the sinks that plans share (`notify.sinksFrom`). The API server validates them, because it has the schema: by a dry run that puts
 * them in place of the plan's own sinks, once for each version of the plan and the ConfigMap.
 */
export class SharedSinks {
  readonly #client: Pick<KubeClient, 'get' | 'mergePatch'>;
  readonly #monotonic: () => number;
  /** By UID of the plan. */
  readonly #cache = new Map<string, Cached>();
  /** Versions that the API server has accepted, by UID of the plan. */
  readonly #accepted = new Map<string, Set<string>>();

  constructor(client: Pick<KubeClient, 'get' | 'mergePatch'>, monotonic: () => number) {
    this.#client = client;
    this.#monotonic = monotonic;
  }

  /** Adds the plan's shared sinks to its own, or returns why they cannot be read. */
  async share(plan: UpgradePlan): Promise<Shared> {
    const keys = sharedSinksKeys(plan);
    if (keys.length === 0) return { plan, sharedSinks: { kind: 'Known' } };
    const read = await this.#readCached(plan, keys);
    if (read.kind === 'Unreadable') return { plan, sharedSinks: read };
    const shared = withSharedSinks(plan, read.sinks);
    const count = shared.spec.notify?.sinks?.length ?? 0;
    if (count <= MAX_SINKS) return { plan: shared, sharedSinks: { kind: 'Known' } };
    const message = `the plan has ${count} sinks, including those of spec.notify.sinksFrom; at most ${MAX_SINKS} are allowed`;
    return { plan, sharedSinks: { kind: 'Unreadable', message } };
  }

  /** Forgets a plan that was deleted. */
  forget(uid: string): void {
    this.#cache.delete(uid);
    this.#accepted.delete(uid);
  }

  async #readCached(plan: UpgradePlan, keys: readonly SharedSinksKey[]): Promise<Read> {
    const { uid, generation } = plan.metadata;
    const cached = this.#cache.get(uid);
    if (cached?.generation === generation && this.#monotonic() < cached.until) return cached.read;
    const read = await this.#readAll(plan, keys);
    const until = this.#monotonic() + (read.kind === 'Read' ? CACHE_MS : RETRY_MS);
    this.#cache.set(uid, { generation, read, until });
    return read;
  }

  async #readAll(plan: UpgradePlan, keys: readonly SharedSinksKey[]): Promise<Read> {
    const accepted = this.#accepted.get(plan.metadata.uid) ?? new Set<string>();
    const current = new Set<string>();
    this.#accepted.set(plan.metadata.uid, current);
    const sinks: Sink[] = [];
    for (const key of keys) {
      const read = await this.#readKey(plan, key, { accepted, current });
      if (read.kind === 'Unreadable') {
        const message = `${sharedSinksName(key)}: ${cutToBytes(read.message, MAX_MESSAGE_BYTES)}`;
        return { kind: 'Unreadable', message };
      }
      sinks.push(...read.sinks);
    }
    return { kind: 'Read', sinks };
  }

  async #readKey(
    plan: UpgradePlan,
    { name, key }: SharedSinksKey,
    { accepted, current }: { readonly accepted: ReadonlySet<string>; readonly current: Set<string> },
  ): Promise<Read> {
    const { namespace, generation } = plan.metadata;
    try {
      const configMap = await this.#client.get<KubeObject>(resourcePath(KINDS.configMaps, { namespace, name }));
      const text = asObject(configMap['data'])[key];
      if (typeof text !== 'string') return { kind: 'Unreadable', message: 'the key is missing' };
      const parsed = parseSinks(text);
      if (parsed.kind === 'Invalid') return { kind: 'Unreadable', message: parsed.problem };
      const version = `${generation} ${configMap.metadata.uid} ${configMap.metadata.resourceVersion} ${key}`;
      if (!accepted.has(version)) await this.#dryRun(plan, parsed.sinks);
      current.add(version);
      return { kind: 'Read', sinks: parsed.sinks };
    } catch (error) {
      if (!isKubeError(error)) throw error;
      return { kind: 'Unreadable', message: problemOf(error) };
    }
  }

  async #dryRun({ metadata: { namespace, name } }: UpgradePlan, sinks: readonly Sink[]): Promise<void> {
    const path = resourcePath(KINDS.plans, { namespace, name });
    await this.#client.mergePatch(path, { spec: { notify: { sinks } } }, { dryRun: true, fieldValidation: 'Strict' });
  }
}

/** The API server's complaint, with fields named as in the ConfigMap's list: `[0].webhook.url`. */
function problemOf(error: KubeError): string {
  const path = /^spec\.notify\.sinks/;
  const causes = error.causes.flatMap(({ field = '', message = '' }) =>
    path.test(field) ? [`${field.replace(path, '') || 'the list'}: ${message}`] : [],
  );
  if (causes.length > 0) return causes.join('; ');
  // For an unknown field, the API server quotes the whole object first.
  const [, unknownField] = error.message.split('strict decoding error: ');
  return unknownField === undefined ? error.message : unknownField.replaceAll('spec.notify.sinks', '');
}
