import type { Api } from '../api.ts';
import { condition, Kubelet } from './kubelet.ts';
import { eventTexts, has, listItems, read, settle, until, type Item } from './objects.ts';
import type { PlaneCase } from './case.ts';

const DISRUPTED = {
  ...condition('DisruptionTarget', 'True'),
  reason: 'EvictionByEvictionAPI',
  message: 'Eviction API: evicting',
};
const IGNORES_DISRUPTION = { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] };

interface JobScript {
  readonly name: string;
  readonly spec?: object;
  readonly podSpec?: object;
  /** What happens to the pods; the case ends with the Job, or when this says so. */
  readonly act: (kubelet: Kubelet, job: JobHandle) => Promise<void>;
  /** Whether the Job ends. */
  readonly ends?: boolean;
}

interface JobHandle {
  readonly path: string;
  readonly api: Api;
  /** Keeps what the Job looks like now. */
  readonly note: () => Promise<void>;
  readonly has: (type: string) => Promise<void>;
}

function jobCase({ name, spec = {}, podSpec = {}, act, ends = true }: JobScript): PlaneCase {
  return {
    name,
    run: async (api, namespace) => {
      const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
      const path = `${jobs}/j`;
      const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }], ...podSpec } };
      await api.post(jobs, { metadata: { name: 'j' }, spec: { template, ...spec } });
      const notes: unknown[] = [];
      const job: JobHandle = {
        path,
        api,
        note: async () => {
          notes.push((await read(api, path))?.status);
        },
        has: async (type) => {
          await until(api, path, (item) => has(item, type));
        },
      };
      await act(new Kubelet(api, namespace), job);
      if (ends) await until(api, path, (item) => item === undefined || has(item, 'Complete') || has(item, 'Failed'));
      await settle();
      return {
        notes,
        job: shown(await read(api, path)),
        pods: (await listItems(api, `/api/v1/namespaces/${namespace}/pods`)).sort(byPhase).map(shownPod),
        events: await eventTexts(api, namespace, 'j'),
      };
    },
  };
}

function byPhase(left: Item, right: Item): number {
  return (left.status.phase ?? '') < (right.status.phase ?? '') ? -1 : 1;
}

function shown(job: Item | undefined): unknown {
  return job && { metadata: job.metadata, status: job.status };
}

function shownPod({ metadata, status }: Item): unknown {
  const conditions = status.conditions?.filter(({ type }) => type === 'Ready' || type === 'DisruptionTarget');
  return { metadata, phase: status.phase, conditions };
}

export const jobCases: readonly PlaneCase[] = [
  jobCase({
    name: 'A pod succeeds.',
    act: async (kubelet, job) => {
      const pod = await kubelet.run();
      await job.note();
      await kubelet.end(pod, 0);
    },
  }),
  jobCase({
    name: 'A pod fails, and none is tried again.',
    spec: { backoffLimit: 0 },
    act: async (kubelet) => kubelet.end(await kubelet.run(), 1),
  }),
  jobCase({
    name: 'A pod fails, and the next one succeeds.',
    spec: { backoffLimit: 1 },
    act: async (kubelet, job) => {
      await kubelet.end(await kubelet.run(), 1);
      const pod = await kubelet.run();
      await job.note();
      await kubelet.end(pod, 0);
    },
  }),
  jobCase({
    name: 'The deadline comes while the pod runs, and the kubelet takes its time.',
    spec: { activeDeadlineSeconds: 4, podReplacementPolicy: 'Failed' },
    act: async (kubelet, job) => {
      const pod = await kubelet.run();
      await job.has('FailureTarget');
      await settle();
      await job.note();
      await kubelet.delete(pod, 0);
    },
  }),
  jobCase({
    name: 'The deadline comes, and the pod fails before it is gone.',
    spec: { activeDeadlineSeconds: 4, backoffLimit: 0, podReplacementPolicy: 'Failed' },
    act: async (kubelet, job) => {
      const pod = await kubelet.run();
      await job.has('FailureTarget');
      await kubelet.end(pod, 143);
      await job.has('Failed');
      await job.note();
      await kubelet.delete(pod, 0);
    },
  }),
  jobCase({
    name: 'The deadline comes before the pod has a node.',
    spec: { activeDeadlineSeconds: 2 },
    act: async (kubelet) => {
      await kubelet.pending();
    },
  }),
  jobCase({
    name: 'A disruption does not count.',
    spec: { backoffLimit: 0, podFailurePolicy: IGNORES_DISRUPTION },
    act: async (kubelet, job) => {
      await kubelet.end(await kubelet.run(), 137, [DISRUPTED]);
      const pod = await kubelet.run();
      await job.note();
      await kubelet.end(pod, 0);
    },
  }),
  jobCase({
    name: 'An exit code fails the Job at once.',
    spec: {
      backoffLimit: 5,
      podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }] },
    },
    act: async (kubelet) => kubelet.end(await kubelet.run(), 42),
  }),
  jobCase({
    name: 'A pod that is deleted is replaced when it has ended.',
    spec: { backoffLimit: 3, podReplacementPolicy: 'Failed' },
    act: async (kubelet, job) => {
      const first = await kubelet.run();
      await kubelet.delete(first, 60);
      await settle();
      await job.note();
      await kubelet.end(first, 143);
      await kubelet.delete(first, 0);
      const second = await kubelet.run();
      await job.note();
      await kubelet.end(second, 0);
    },
  }),
  jobCase({
    name: 'A pod that is deleted counts as failed at once.',
    spec: { backoffLimit: 0 },
    act: async (kubelet, job) => {
      const pod = await kubelet.run();
      await kubelet.delete(pod, 60);
      await job.has('FailureTarget');
      await settle();
      await job.note();
      await kubelet.delete(pod, 0);
    },
  }),
  jobCase({
    name: 'A pod vanishes.',
    spec: { backoffLimit: 0, podReplacementPolicy: 'Failed' },
    act: async (kubelet) => kubelet.delete(await kubelet.run(), 0),
  }),
  jobCase({
    name: 'A Job is suspended and resumed.',
    act: async (kubelet, job) => {
      const first = await kubelet.run();
      await job.api.merge(job.path, { spec: { suspend: true } });
      await settle();
      await job.note();
      await kubelet.delete(first, 0);
      await settle();
      await job.note();
      await job.api.merge(job.path, { spec: { suspend: false } });
      await kubelet.end(await kubelet.run(), 0);
    },
  }),
  jobCase({
    name: 'One of two pods fails, and the other one is killed.',
    spec: { backoffLimit: 0, completions: 2, parallelism: 2 },
    act: async (kubelet, job) => {
      const [first, second] = [await kubelet.run(), await kubelet.run()];
      await kubelet.end(first, 1);
      await job.has('FailureTarget');
      await settle();
      await job.note();
      await kubelet.delete(second, 0);
    },
  }),
  jobCase({
    name: 'Containers restart too often.',
    spec: { backoffLimit: 1 },
    podSpec: { restartPolicy: 'OnFailure' },
    act: async (kubelet, job) => {
      const pod = await kubelet.run();
      await kubelet.restart(pod);
      await job.has('FailureTarget');
      await kubelet.delete(pod, 0);
    },
  }),
  jobCase({
    name: 'A Job that has ended is deleted after its time.',
    spec: { ttlSecondsAfterFinished: 1 },
    act: async (kubelet, job) => {
      await kubelet.end(await kubelet.run(), 0);
      await until(job.api, job.path, (item) => item === undefined);
    },
  }),
  jobCase({
    name: 'A Job is deleted in the foreground while its pod runs.',
    ends: false,
    act: async (kubelet, job) => {
      const pod = await kubelet.run();
      await job.api.delete(job.path, { propagationPolicy: 'Foreground' });
      await settle();
      await kubelet.delete(pod, 0);
      await until(job.api, job.path, (item) => item === undefined);
    },
  }),
  jobCase({
    name: 'A Job is deleted, and its pod stays.',
    ends: false,
    act: async (kubelet, job) => {
      await kubelet.run();
      await job.api.delete(job.path);
      await until(job.api, job.path, (item) => item === undefined);
    },
  }),
];
