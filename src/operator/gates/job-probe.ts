import type { Gate, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { ANNOTATIONS, COMPONENTS, LABELS } from '../../api/names.ts';
import type { Hash } from '../../core/facts.ts';
import { toInstant } from '../../core/text.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { asObject, asObjects, asText } from '../../core/json.ts';
import { gateJob, gateJobName } from './gate-job.ts';
import { closedBecause, type Probe, type Observation } from './observation.ts';

/** What Job gates need. */
export interface JobProbeDeps {
  readonly client: Pick<KubeClient, 'list' | 'create' | 'deleteCollection' | 'delete'>;
  readonly now: () => number;
  readonly hash: Hash;
}

/** How long after the end of a Job the next one starts (ms). */
const REPEAT_MS = 60_000;
/** How long the outcome of a finished Job counts (ms). */
const OUTCOME_VALID_MS = 5 * 60_000;

const JOB_STARTED = 'its Job has just started';

/** One run of a gate. */
interface Run {
  readonly number: number;
  readonly name: string;
  readonly uid: string;
  readonly outcome: 'Running' | 'Complete' | 'Failed';
  readonly message: string;
  readonly endedAt: number;
  /** Whether the gate was open when the run started. This counts until the run has finished. */
  readonly wasOpen: boolean;
}

/**
 * Evaluates Job gates: open while the latest finished Job has completed. Each run is a new Job that records the state of the gate when it
 * started, so that a restarted operator knows the state while a Job runs.
 */
export function createJobProbe({ client, now, hash }: JobProbeDeps): Probe {
  async function start(plan: UpgradePlan, gate: Gate, number: number, open: boolean): Promise<void> {
    try {
      await client.create(
        resourcePath(KINDS.jobs, { namespace: plan.metadata.namespace }),
        gateJob({ plan, gate, number, open, hash }),
      );
    } catch (error) {
      // The Job was created after the list.
      if (!isKubeError(error, 'AlreadyExists')) throw error;
    }
  }

  return {
    async evaluate(plan, gate, signal) {
      const { namespace } = plan.metadata;
      const query = { labelSelector: selectorOf(plan, gate) };
      const { items } = await client.list<KubeObject>(resourcePath(KINDS.jobs, { namespace }), query, { signal });
      const runs = items.map(runOf).sort((a, b) => b.number - a.number);
      // A Job from before a change of the gate's spec does not count.
      const last = runs.find((run) => run.name === gateJobName({ plan, gate, number: run.number, hash }));
      for (const { name, uid } of runs.filter((run) => run !== last)) {
        const path = resourcePath(KINDS.jobs, { namespace, name });
        await client.delete(path, { propagationPolicy: 'Background', preconditions: { uid }, signal });
      }
      if (last === undefined) {
        await start(plan, gate, 1, false);
        return closedBecause(JOB_STARTED);
      }
      const observation = observationOf(last);
      if (last.outcome === 'Running') return observation;
      const age = now() - last.endedAt;
      if (age > OUTCOME_VALID_MS) {
        await start(plan, gate, last.number + 1, false);
        return closedBecause(JOB_STARTED);
      }
      if (age > REPEAT_MS) await start(plan, gate, last.number + 1, observation.open);
      return observation;
    },
    async cleanUp(plan, gate) {
      const path = resourcePath(KINDS.jobs, { namespace: plan.metadata.namespace });
      await client.deleteCollection(path, { labelSelector: selectorOf(plan, gate) }, { propagationPolicy: 'Background' });
    },
  };
}

function selectorOf(plan: UpgradePlan, gate: Gate): string {
  return `${LABELS.component}=${COMPONENTS.gate},${LABELS.planUid}=${plan.metadata.uid},${LABELS.gate}=${gate.name}`;
}

function runOf(job: KubeObject): Run {
  const status = asObject(job['status']);
  const ended = asObjects(status['conditions']).find(
    ({ type, status: holds }) => (type === 'Complete' || type === 'Failed') && holds === 'True',
  );
  const annotations = job.metadata.annotations ?? {};
  return {
    number: Number(annotations[ANNOTATIONS.gateRun] ?? 0),
    name: job.metadata.name ?? '',
    uid: job.metadata.uid ?? '',
    outcome: ended === undefined ? 'Running' : ended['type'] === 'Complete' ? 'Complete' : 'Failed',
    message: asText(ended?.['message']),
    endedAt: toInstant(asText(ended?.['lastTransitionTime'])) ?? 0,
    wasOpen: annotations[ANNOTATIONS.gateOpen] === 'true',
  };
}

function observationOf({ outcome, name, message, wasOpen }: Run): Observation {
  if (outcome === 'Running') {
    return wasOpen ? { open: true, value: 'Complete' } : closedBecause(`its Job ${name} is still running`);
  }
  return outcome === 'Complete' ? { open: true, value: 'Complete' } : closedBecause(`its Job ${name} failed: ${message}`);
}
