import type { Sink, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { withSharedSinks } from '../../core/sinks/shared-sinks.ts';
import type { AgentPorts } from '../ports.ts';

/** The sinks of a plan, and why some may be missing. */
export interface PlanSinks {
  readonly sinks: readonly Sink[];
  readonly problem: string | undefined;
}

/** Returns the plan's own and its shared sinks. */
export async function readPlanSinks(plan: UpgradePlan, { sharedSinks }: Pick<AgentPorts, 'sharedSinks'>): Promise<PlanSinks> {
  const { sinks, problem } = await sharedSinks.read(plan);
  return { sinks: withSharedSinks(plan, sinks).spec.notify?.sinks ?? [], problem };
}
