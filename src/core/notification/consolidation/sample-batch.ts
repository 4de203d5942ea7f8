import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { API_VERSION } from '../../../api/names.ts';
import type { Instant } from '../../facts.ts';
import { toRfc3339 } from '../../text.ts';

/** How long the invented batch took (ms). */
const DURATION_MS = 20 * 60_000;

/**
 * An invented batch of a plan, to test its sinks before a real batch has settled: two nodes succeeded, and the first process of the third
 * failed.
 *
 * @param now when it settled.
 */
export function sampleBatch({ metadata, spec }: Pick<UpgradePlan, 'metadata' | 'spec'>, now: Instant): UpgradeBatch {
  const names = ['sample-node-1', 'sample-node-2', 'sample-node-3'];
  const processes = spec.processes.map((process) => process.name);
  const startTime = toRfc3339(now - DURATION_MS);
  const settledTime = toRfc3339(now);
  const [first = ''] = processes;
  const failure = { reason: 'JobFailed', message: 'exit code 1: this is a sample' };
  return {
    apiVersion: API_VERSION,
    kind: 'UpgradeBatch',
    metadata: {
      name: `${metadata.name}-sample-1`,
      namespace: metadata.namespace,
      uid: '00000000-0000-4000-8000-000000000000',
      resourceVersion: '0',
      generation: 1,
      creationTimestamp: startTime,
    },
    spec: {
      plan: metadata.name,
      planUid: metadata.uid,
      revision: 'sample',
      version: spec.version,
      index: 1,
      step: 0,
      planNodes: names.length,
      nodes: names.map((name) => ({ name, uid: name, processes })),
      processes: spec.processes.map(({ name }) => ({ name, disruption: 'None', report: 'None', deadlineSeconds: 3600 })),
    },
    status: {
      startTime,
      settledTime,
      nodes: names.map((name, index) =>
        index < 2
          ? {
              ...{ name, state: 'Succeeded', startTime, endTime: settledTime },
              processes: processes.map((process) => ({ name: process, state: 'Succeeded', startTime, endTime: settledTime })),
            }
          : {
              ...{ name, state: 'Failed', startTime, endTime: settledTime, quarantined: true, ...failure },
              processes: [{ name: first, state: 'Failed', startTime, endTime: settledTime, ...failure }],
            },
      ),
      outlook: {
        next: 'Done',
        message: '2 of 3 nodes done, 1 failed',
        planNodes: 3,
        planSucceeded: 2,
        planFailed: 1,
        maxFailed: 0,
      },
    },
  };
}
