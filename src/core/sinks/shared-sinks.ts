import type { Sink, UpgradePlan } from '../../api/generated/upgradeplan.ts';

/** A key of a ConfigMap in the plan's namespace. */
export interface SharedSinksKey {
  readonly name: string;
  readonly key: string;
}

/** Maximum number of sinks of a plan, including shared ones. The CRD has the same limit for `notify.sinks`. */
export const MAX_SINKS = 10;

const DEFAULT_KEY = 'sinks.yaml';

/** The ConfigMap keys with the sinks that the plan shares with other plans, in the order of precedence. */
export function sharedSinksKeys({ spec }: Pick<UpgradePlan, 'spec'>): readonly SharedSinksKey[] {
  return (spec.notify?.sinksFrom ?? []).map(({ configMapRef: { name, key = DEFAULT_KEY } }) => ({ name, key }));
}

/** Path of the file with a ConfigMap's key, relative to the directory of the shared sinks. */
export function sharedSinksFile({ name, key }: SharedSinksKey): string {
  return `${name}/${key}`;
}

/** The name of a ConfigMap's key in messages. */
export function sharedSinksName({ name, key }: SharedSinksKey): string {
  return `the ConfigMap ${name}, key ${key}`;
}

/** The plan with the shared sinks among its own. If several sinks have the same name, the plan's own takes precedence, then the first. */
export function withSharedSinks(plan: UpgradePlan, shared: readonly Sink[]): UpgradePlan {
  if (shared.length === 0) return plan;
  const sinks = new Map((plan.spec.notify?.sinks ?? []).map((sink) => [sink.name, sink]));
  for (const sink of shared) if (!sinks.has(sink.name)) sinks.set(sink.name, sink);
  return { ...plan, spec: { ...plan.spec, notify: { ...plan.spec.notify, sinks: [...sinks.values()] } } };
}
