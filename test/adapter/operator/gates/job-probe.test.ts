import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Gate } from '../../../../src/api/generated/upgradeplan.ts';
import type { KubeObject } from '../../../../src/kube/client/client.ts';
import { createJobProbe, type JobProbeDeps } from '../../../../src/operator/gates/job-probe.ts';
import type { Probe, Observation } from '../../../../src/operator/gates/observation.ts';
import { aPlan, at, timeAt } from '../../../unit/core/rollout/support/objects.ts';

/** The Jobs of a namespace, as the API server has them. */
class Jobs {
  readonly stored: KubeObject[] = [];
  readonly client: JobProbeDeps['client'] = {
    list: (() =>
      Promise.resolve({ items: structuredClone(this.stored), resourceVersion: '1' })) as JobProbeDeps['client']['list'],
    create: <T>(_path: string, body: unknown) => {
      const job = body as KubeObject;
      this.stored.push({ ...job, metadata: { ...job.metadata, uid: `uid-${this.stored.length}` } });
      return Promise.resolve(job as T);
    },
    delete: (path: string) => {
      const index = this.stored.findIndex(({ metadata }) => path.endsWith(`/${metadata.name ?? ''}`));
      this.stored.splice(index, 1);
      return Promise.resolve();
    },
    deleteCollection: () => {
      this.stored.length = 0;
      return Promise.resolve();
    },
  };

  /** Ends the newest Job. */
  end(type: 'Complete' | 'Failed', seconds: number, message = ''): void {
    const last = this.stored.at(-1);
    if (last === undefined) throw new Error('There is no Job.');
    const status = { conditions: [{ type, status: 'True', message, lastTransitionTime: timeAt(seconds) }] };
    this.stored[this.stored.length - 1] = { ...last, status };
  }
}

const template = { spec: { containers: [{ name: 'smoke', image: 'smoke:$(BATON_VERSION)' }] } };
const GATE: Gate = { name: 'smoke', when: 'BeforeBatch', forSeconds: 0, timeoutSeconds: 300, job: { template } };

let jobs: Jobs;
let now: number;
let probe: Probe;

beforeEach(() => {
  jobs = new Jobs();
  now = 0;
  probe = restarted();
});

function restarted(): Probe {
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  return createJobProbe({ client: jobs.client, now: () => at(now), hash });
}

function evaluate(seconds: number, gate = GATE): Promise<Observation> {
  now = seconds;
  return probe.evaluate(aPlan({ version: '12.9' }), gate, new AbortController().signal);
}

describe('gates[].job', () => {
  it('is closed until its Job has completed', async () => {
    expect(await evaluate(0)).toMatchObject({ open: false, message: 'its Job has just started' });
    expect(await evaluate(15)).toMatchObject({ open: false });
    jobs.end('Complete', 20);
    expect(await evaluate(30)).toEqual({ open: true, value: 'Complete' });
    expect(jobs.stored).toHaveLength(1);
  });

  it('is closed when its Job has failed, and says why', async () => {
    await evaluate(0);
    jobs.end('Failed', 10, 'BackoffLimitExceeded');
    expect((await evaluate(15)).message).toMatch(/^its Job baton-gate-[0-9a-f]{32} failed: BackoffLimitExceeded$/);
  });

  it('runs again a minute later, and keeps its state until then, even if the operator restarts', async () => {
    await evaluate(0);
    jobs.end('Complete', 10);
    expect((await evaluate(75)).open).toBe(true);
    expect(jobs.stored).toHaveLength(2);
    probe = restarted();
    expect(await evaluate(90)).toMatchObject({ open: true });
    expect(jobs.stored).toHaveLength(1);
    jobs.end('Failed', 95, 'it broke');
    expect(await evaluate(105)).toMatchObject({ open: false });
  });

  it('ignores an outcome that is minutes old', async () => {
    await evaluate(0);
    jobs.end('Complete', 10);
    expect(await evaluate(400)).toMatchObject({ open: false, message: 'its Job has just started' });
  });

  it('ignores the Job of an earlier definition', async () => {
    await evaluate(0);
    jobs.end('Complete', 10);
    const other = { spec: { containers: [{ name: 'smoke', image: 'other:1' }] } };
    expect(await evaluate(15, { ...GATE, job: { template: other } })).toMatchObject({ open: false });
    expect(jobs.stored).toHaveLength(1);
  });

  it('avoids nodes in their turn, runs once, and has the timeout as its deadline', async () => {
    await evaluate(0);
    const claimed = { key: 'baton.dev/claim', operator: 'DoesNotExist' };
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [claimed] }] },
    };
    expect(jobs.stored[0]).toMatchObject({
      spec: {
        ...{ backoffLimit: 0, activeDeadlineSeconds: 300 },
        template: {
          spec: { restartPolicy: 'Never', affinity: { nodeAffinity }, containers: [{ image: 'smoke:12.9' }] },
        },
      },
    });
  });

  it('deletes its Jobs when it is no longer evaluated', async () => {
    await evaluate(0);
    await probe.cleanUp?.(aPlan(), GATE);
    expect(jobs.stored).toEqual([]);
  });
});
