import type { JobProcess, UpgradePlan, UpgradeProcess } from '../../api/generated/upgradeplan.ts';
import { buildPodSpec } from '../../core/rollout/manifests/job.ts';
import type { Validation } from '../../core/rollout/model/snapshot.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { gatePods, findInvalidGate } from '../gates/validate-gates.ts';
import { asObject } from '../../core/json.ts';
import { findInvalidWindow } from './find-invalid-window.ts';

interface Known {
  readonly generation: number;
  readonly validation: Validation;
  /** When it may be asked again (ms, monotonic); undefined: never. */
  readonly until: number | undefined;
}

/** A refusal may have been about the namespace rather than the plan: it is tried again after so long (ms). */
const REFUSED_MS = 15_000;
const PENDING_MS = 5000;

/**
 * Asks the API server, by a dry run, whether it would take a Pod of each process: Pod Security only warns on Jobs, which then would
 * hang without a word. Before that, it looks whether the windows ever open. Each generation of a plan is asked about once.
 */
export class PlanValidator {
  readonly #client: Pick<KubeClient, 'create'>;
  readonly #monotonic: () => number;
  readonly #known = new Map<string, Known>();

  constructor(client: Pick<KubeClient, 'create'>, monotonic: () => number) {
    this.#client = client;
    this.#monotonic = monotonic;
  }

  /** Whether the plan can be carried out. */
  async validate(plan: UpgradePlan): Promise<Validation> {
    if (plan.metadata.deletionTimestamp !== undefined) return { kind: 'Valid' };
    const known = this.#known.get(plan.metadata.uid);
    const { generation } = plan.metadata;
    if (known?.generation === generation && (known.until === undefined || this.#monotonic() < known.until))
      return known.validation;
    const validation = await this.#ask(plan);
    const waitMs = { Valid: undefined, Refused: REFUSED_MS, Pending: PENDING_MS }[validation.kind];
    const until = waitMs === undefined ? undefined : this.#monotonic() + waitMs;
    this.#known.set(plan.metadata.uid, { generation, validation, until });
    return validation;
  }

  /** Forgets a plan that is gone. */
  forget(uid: string): void {
    this.#known.delete(uid);
  }

  async #ask(plan: UpgradePlan): Promise<Validation> {
    const schedules = findInvalidWindow(plan);
    if (schedules !== undefined) return schedules;
    const gate = findInvalidGate(plan);
    if (gate !== undefined) return gate;
    const path = resourcePath(KINDS.pods, { namespace: plan.metadata.namespace });
    const pods = templatesOf(plan).map((template) => ({
      where: `${template.field} (process '${template.process.name}')`,
      pod: dryRunPod(plan, template),
    }));
    for (const { where, pod } of [...pods, ...gatePods(plan)]) {
      const refused = await this.#try(path, where, pod);
      if (refused !== undefined) return refused;
    }
    return { kind: 'Valid' };
  }

  /** Asks whether the API server would take a Pod; undefined: it would. */
  async #try(path: string, where: string, pod: object): Promise<Validation | undefined> {
    try {
      await this.#client.create(path, pod, { dryRun: true, fieldValidation: 'Strict' });
      return undefined;
    } catch (error) {
      if (!isKubeError(error)) throw error;
      if (error.message.includes('exceeded quota')) return undefined;
      if (['Invalid', 'Forbidden', 'BadRequest'].includes(error.reason)) {
        return { kind: 'Refused', message: `${where}: the API server refuses its Pod: ${error.message}` };
      }
      return { kind: 'Pending', message: `${where} could not be tried: ${error.message}` };
    }
  }
}

interface Template {
  /** Where in the plan it stands. */
  readonly field: string;
  readonly process: UpgradeProcess;
  readonly template: JobProcess['template'];
  readonly compatibility: JobProcess['compatibility'];
}

function templatesOf(plan: UpgradePlan): readonly Template[] {
  return plan.spec.processes.flatMap((process, index): Template[] => {
    const { job, verify } = process;
    const templates = [
      { field: 'job.template', template: job?.template, compatibility: job?.compatibility },
      { field: 'job.rollback.template', template: job?.rollback?.template, compatibility: undefined },
      { field: 'verify.job.template', template: verify?.job?.template, compatibility: undefined },
    ];
    return templates.flatMap(({ field, template, compatibility }) =>
      template === undefined ? [] : [{ field: `spec.processes[${index}].${field}`, process, template, compatibility }],
    );
  });
}

/** The Pod as a Job would make it, on a node that stands for any. */
function dryRunPod(plan: UpgradePlan, { process, template, compatibility }: Template): object {
  const { namespace, name } = plan.metadata;
  const metadata = asObject(template['metadata']);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, namespace, generateName: 'baton-dry-run-' },
    spec: buildPodSpec({
      namespace,
      plan: name,
      version: plan.spec.version,
      batch: `${name}-dry-run`,
      process: {
        name: process.name,
        report: process.report,
        template,
        ...(compatibility === undefined ? {} : { compatibility }),
      },
      revision: 'any-revision',
      node: 'any-node',
      hostname: undefined,
      attempt: 1,
      fromVersion: '',
    }),
  };
}
