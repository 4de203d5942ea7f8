import type { Sink, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { PlanSnapshot } from '../../core/rollout/model/snapshot.ts';
import {
  MOST_SINKS,
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
import { object } from '../json.ts';

/** The plan as decisions see it, and whether that has all of its sinks. */
type Shared = Pick<PlanSnapshot, 'plan' | 'sharedSinks'>;

/** The sinks of a ConfigMap's key, or what is wrong. */
type Read =
  { readonly kind: 'Read'; readonly sinks: readonly Sink[] } | { readonly kind: 'Unreadable'; readonly message: string };

interface Known {
  readonly generation: number;
  readonly read: Read;
  /** When it is read anew (ms, monotonic). */
  readonly until: number;
}

/** What was read is good for so long (ms), and what went wrong for so long. */
const READ_MS = 30_000;
const UNREADABLE_MS = 5000;
/** Conditions have room for so much of a message. */
const MESSAGE_BYTES = 768;

/**
 * Reads the sinks that plans share (`notify.sinksFrom`). Whether they are sinks the API server says, which has the schema: by a dry run
 * of the plan with them in place of its own, once for each version of plan and ConfigMap.
 */
export class SharedSinks {
  readonly #client: Pick<KubeClient, 'get' | 'mergePatch'>;
  readonly #monotonic: () => number;
  /** By the plan's UID. */
  readonly #known = new Map<string, Known>();
  /** By the plan's UID: versions that the API server has taken. */
  readonly #taken = new Map<string, Set<string>>();

  constructor(client: Pick<KubeClient, 'get' | 'mergePatch'>, monotonic: () => number) {
    this.#client = client;
    this.#monotonic = monotonic;
  }

  /** The plan with its shared sinks among its own, or why they are not known. */
  async share(plan: UpgradePlan): Promise<Shared> {
    const keys = sharedSinksKeys(plan);
    if (keys.length === 0) return { plan, sharedSinks: { kind: 'Known' } };
    const read = await this.#readOften(plan, keys);
    if (read.kind === 'Unreadable') return { plan, sharedSinks: read };
    const shared = withSharedSinks(plan, read.sinks);
    const count = shared.spec.notify?.sinks?.length ?? 0;
    if (count <= MOST_SINKS) return { plan: shared, sharedSinks: { kind: 'Known' } };
    const message = `the plan has ${count} sinks with those of spec.notify.sinksFrom, and may have ${MOST_SINKS}`;
    return { plan, sharedSinks: { kind: 'Unreadable', message } };
  }

  /** Forgets a plan that is gone. */
  forget(uid: string): void {
    this.#known.delete(uid);
    this.#taken.delete(uid);
  }

  async #readOften(plan: UpgradePlan, keys: readonly SharedSinksKey[]): Promise<Read> {
    const { uid, generation } = plan.metadata;
    const known = this.#known.get(uid);
    if (known?.generation === generation && this.#monotonic() < known.until) return known.read;
    const read = await this.#readAll(plan, keys);
    const until = this.#monotonic() + (read.kind === 'Read' ? READ_MS : UNREADABLE_MS);
    this.#known.set(uid, { generation, read, until });
    return read;
  }

  async #readAll(plan: UpgradePlan, keys: readonly SharedSinksKey[]): Promise<Read> {
    const taken = this.#taken.get(plan.metadata.uid) ?? new Set<string>();
    const current = new Set<string>();
    this.#taken.set(plan.metadata.uid, current);
    const sinks: Sink[] = [];
    for (const key of keys) {
      const read = await this.#readKey(plan, key, { taken, current });
      if (read.kind === 'Unreadable') {
        const message = `${sharedSinksName(key)}: ${cutToBytes(read.message, MESSAGE_BYTES)}`;
        return { kind: 'Unreadable', message };
      }
      sinks.push(...read.sinks);
    }
    return { kind: 'Read', sinks };
  }

  async #readKey(
    plan: UpgradePlan,
    { name, key }: SharedSinksKey,
    { taken, current }: { readonly taken: ReadonlySet<string>; readonly current: Set<string> },
  ): Promise<Read> {
    const { namespace, generation } = plan.metadata;
    try {
      const configMap = await this.#client.get<KubeObject>(resourcePath(KINDS.configMaps, { namespace, name }));
      const text = object(configMap['data'])[key];
      if (typeof text !== 'string') return { kind: 'Unreadable', message: 'the key is missing' };
      const parsed = parseSinks(text);
      if (parsed.kind === 'Invalid') return { kind: 'Unreadable', message: parsed.problem };
      const version = `${generation} ${configMap.metadata.uid} ${configMap.metadata.resourceVersion} ${key}`;
      if (!taken.has(version)) await this.#tryOut(plan, parsed.sinks);
      current.add(version);
      return { kind: 'Read', sinks: parsed.sinks };
    } catch (error) {
      if (!isKubeError(error)) throw error;
      return { kind: 'Unreadable', message: problemOf(error) };
    }
  }

  async #tryOut({ metadata: { namespace, name } }: UpgradePlan, sinks: readonly Sink[]): Promise<void> {
    const path = resourcePath(KINDS.plans, { namespace, name });
    await this.#client.mergePatch(path, { spec: { notify: { sinks } } }, { dryRun: true, fieldValidation: 'Strict' });
  }
}

/** What is wrong, with the fields as they are called in the ConfigMap's list: `[0].webhook.url`. */
function problemOf(error: KubeError): string {
  const path = /^spec\.notify\.sinks/;
  const causes = error.causes.flatMap(({ field = '', message = '' }) =>
    path.test(field) ? [`${field.replace(path, '') || 'the list'}: ${message}`] : [],
  );
  if (causes.length > 0) return causes.join('; ');
  // About a field that it does not know it quotes the whole object first.
  const [, unknown] = error.message.split('strict decoding error: ');
  return unknown === undefined ? error.message : unknown.replaceAll('spec.notify.sinks', '');
}
