import type { JobProcess, UpgradePlan, UpgradeProcess } from '../../api/generated/upgradeplan.ts';
import { buildPodSpec } from '../../core/rollout/manifests/job.ts';
import type { Validation } from '../../core/rollout/model/snapshot.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { gatePods, findInvalidGate } from '../gates/validate-gates.ts';
import { asObject } from '../../core/json.ts';
import { findInvalidWindow } from './find-invalid-window.ts';

interface Cached {
  readonly generation: number;
  readonly validation: Validation;
  /** End of its validity (ms, monotonic); undefined if it never ends. */
  readonly until: number | undefined;
}

/** When a plan that was rejected is validated again (ms), because the reason may be the namespace and not the plan. */
const REJECTED_RETRY_MS = 15_000;
/** When a plan that could not be validated is validated again (ms). */
const PENDING_RETRY_MS = 5000;

/**
 * Validates each generation of a plan once: its windows, the expressions of its gates, and the Pod of each process by a dry run. Without the
 * dry run, a Job would hang without an error, because Pod Security only warns about Jobs.
 */
export class PlanValidator {
  readonly #client: Pick<KubeClient, 'create'>;
  readonly #monotonic: () => number;
  readonly #cache = new Map<string, Cached>();

  constructor(client: Pick<KubeClient, 'create'>, monotonic: () => number) {
    this.#client = client;
    this.#monotonic = monotonic;
  }

  /** Validates a plan. */
  async validate(plan: UpgradePlan): Promise<Validation> {
    if (plan.metadata.deletionTimestamp !== undefined) return { kind: 'Valid' };
    const cached = this.#cache.get(plan.metadata.uid);
    const { generation } = plan.metadata;
    if (cached?.generation === generation && (cached.until === undefined || this.#monotonic() < cached.until)) {
      return cached.validation;
    }
    const validation = await this.#check(plan);
    const retryMs = { Valid: undefined, Refused: REJECTED_RETRY_MS, Pending: PENDING_RETRY_MS }[validation.kind];
    const until = retryMs === undefined ? undefined : this.#monotonic() + retryMs;
    this.#cache.set(plan.metadata.uid, { generation, validation, until });
    return validation;
  }

  /** Forgets a plan that was deleted. */
  forget(uid: string): void {
    this.#cache.delete(uid);
  }

  async #check(plan: UpgradePlan): Promise<Validation> {
    const invalid = findInvalidWindow(plan) ?? findInvalidGate(plan);
    if (invalid !== undefined) return invalid;
    const path = resourcePath(KINDS.pods, { namespace: plan.metadata.namespace });
    const pods = templatesOf(plan).map((template) => ({
      where: `${template.field} (process '${template.process.name}')`,
      pod: dryRunPod(plan, template),
    }));
    for (const { where, pod } of [...pods, ...gatePods(plan)]) {
      const problem = await this.#dryRun(path, where, pod);
      if (problem !== undefined) return problem;
    }
    return { kind: 'Valid' };
  }

  /** Creates a Pod in a dry run; undefined when the API server accepts it. */
  async #dryRun(path: string, where: string, pod: object): Promise<Validation | undefined> {
    try {
      await this.#client.create(path, pod, { dryRun: true, fieldValidation: 'Strict' });
      return undefined;
    } catch (error) {
      if (!isKubeError(error)) throw error;
      if (error.message.includes('exceeded quota')) return undefined;
      if (['Invalid', 'Forbidden', 'BadRequest'].includes(error.reason)) {
        return { kind: 'Refused', message: `${where}: the API server rejects its Pod: ${error.message}` };
      }
      return { kind: 'Pending', message: `${where} could not be validated yet: ${error.message}` };
    }
  }
}

interface Template {
  /** Field of the plan. */
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

/** Builds the Pod that a Job would create, for a placeholder node. */
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
