import type { Sink, UpgradePlan } from '../../api/generated/upgradeplan.ts';

/** A key of a ConfigMap in the plan's namespace. */
export interface SharedSinksKey {
  readonly name: string;
  readonly key: string;
}

/** As many sinks a plan may have, its own and shared ones: as many as the schema lets it have of its own. */
export const MOST_SINKS = 10;

const DEFAULT_KEY = 'sinks.yaml';

/** Where the sinks are that the plan shares with others, in the order in which they count. */
export function sharedSinksKeys({ spec }: Pick<UpgradePlan, 'spec'>): readonly SharedSinksKey[] {
  return (spec.notify?.sinksFrom ?? []).map(({ configMapRef: { name, key = DEFAULT_KEY } }) => ({ name, key }));
}

/** The file of a ConfigMap's key, within the directory of the shared sinks. */
export function sharedSinksFile({ name, key }: SharedSinksKey): string {
  return `${name}/${key}`;
}

/** How a ConfigMap's key is called in messages. */
export function sharedSinksName({ name, key }: SharedSinksKey): string {
  return `the ConfigMap ${name}, key ${key}`;
}

/** The plan as if the shared sinks were its own. Of several sinks of one name the plan's own counts, else the first. */
export function withSharedSinks(plan: UpgradePlan, shared: readonly Sink[]): UpgradePlan {
  if (shared.length === 0) return plan;
  const sinks = new Map((plan.spec.notify?.sinks ?? []).map((sink) => [sink.name, sink]));
  for (const sink of shared) if (!sinks.has(sink.name)) sinks.set(sink.name, sink);
  return { ...plan, spec: { ...plan.spec, notify: { ...plan.spec.notify, sinks: [...sinks.values()] } } };
}
