import type { UpgradeBatch } from '../../../../api/generated/upgradebatch.ts';
import type { UpgradePlanStatus, GateStatus } from '../../../../api/generated/upgradeplan.ts';
import type { Reference } from '../../../timing/reference.ts';
import type { Budget } from '../../fleet/budget.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Hold } from '../../model/hold.ts';
import type { PlanControl } from '../../model/plan-control.ts';
import type { DecisionInput } from '../../model/snapshot.ts';
import type { Movement } from './stall.ts';

/** What the status of the plan depends on. */
export interface PlanStatusInput {
  readonly input: DecisionInput;
  /** The fleet with the records of this pass. */
  readonly fleet: Fleet;
  readonly budget: Budget;
  /** The open batch, if any. */
  readonly open: UpgradeBatch | undefined;
  /** Why nothing new starts, if anything holds it. */
  readonly hold: Hold | undefined;
  /** Pause, end, rollback and history of the plan. */
  readonly control: PlanControl;
  readonly agentProblem: string | undefined;
  readonly preflight: UpgradePlanStatus['preflight'];
  readonly prePull: UpgradePlanStatus['prePull'];
  /** The gates that whatever starts next has to pass. */
  readonly gates: readonly GateStatus[];
  /** How long each process is expected to take, by its name. */
  readonly references: ReadonlyMap<string, Reference>;
  /** Whether the rollout moves; undefined when it has ended. */
  readonly movement: Movement | undefined;
}
