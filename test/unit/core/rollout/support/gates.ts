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

/** What was seen of it after so many seconds. */
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

/** What the status says after these looks, one after the other. */
export function after(gate: Gate, looks: readonly GateObservation[], from?: GateStatus): GateStatus | undefined {
  let status = from;
  for (const look of looks) {
    const snapshot = aSnapshot({ plan: planWith(gate, status), gates: new Map([[gate.name, look]]) });
    status = gateStatus(gate, { snapshot, hash });
  }
  return status;
}
