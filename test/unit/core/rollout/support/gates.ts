import type { BatchStep, Gate, GateStatus, UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import { gateStatus } from '../../../../../src/core/rollout/holds/gate.ts';
import type { GateObservation } from '../../../../../src/core/rollout/model/facts.ts';
import { aSnapshot } from './facts.ts';
import { aPlan, at, hash } from './objects.ts';

/** A gate before each batch. */
export const GATE: Gate = {
  name: 'pages',
  when: 'BeforeBatch',
  forSeconds: 0,
  timeoutSeconds: 10,
  http: { url: 'https://status.example/ready', expectStatus: 200 },
};

/** An observation of the gate, some seconds after START. */
export function seen(open: boolean, seconds: number, changes: Partial<GateObservation> = {}): GateObservation {
  const observedTime = at(seconds);
  const closed = { value: '3', threshold: 'max 0', closedTime: observedTime };
  return {
    open,
    value: '0',
    threshold: 'max 0',
    message: undefined,
    observedTime,
    closedTime: undefined,
    ...(open ? {} : closed),
    ...changes,
  };
}

/** A plan whose status says this of its gate. */
export function planWith(gate: Gate, status?: GateStatus, step: Omit<BatchStep, 'size'> = {}): UpgradePlan {
  const plan = aPlan({ gates: [gate], batches: [{ size: 1, ...step }], notify: { sinks: [] } });
  return status === undefined ? plan : { ...plan, status: { gates: [status] } };
}

/** The gate's status after these observations, one after the other. */
export function after(gate: Gate, observations: readonly GateObservation[], from?: GateStatus): GateStatus | undefined {
  let status = from;
  for (const observation of observations) {
    const snapshot = aSnapshot({ plan: planWith(gate, status), gates: new Map([[gate.name, observation]]) });
    status = gateStatus(gate, { snapshot, hash });
  }
  return status;
}
