import type { Api } from '../api.ts';
import { casesOf } from '../case.ts';

const CONTAINER = { name: 'c', image: 'busybox' };
const NEVER = { restartPolicy: 'Never', containers: [CONTAINER] };

function withContainer(fields: object): object {
  return { ...NEVER, containers: [{ ...CONTAINER, ...fields }] };
}

/** Templates of Jobs with a mistake, by the mistake. */
const MISTAKES: Readonly<Record<string, object>> = {
  'no restart policy': { containers: [CONTAINER] },
  'an unknown restart policy': { ...NEVER, restartPolicy: 'never' },
  'no containers': { restartPolicy: 'Never' },
  'a container without a name or an image': { restartPolicy: 'Never', containers: [{}] },
  'a container with a wrong name': withContainer({ name: 'A_b' }),
  'the same container twice': { ...NEVER, containers: [CONTAINER, CONTAINER] },
  'an init container with the name of a container': { ...NEVER, initContainers: [CONTAINER] },
  'a mount without a volume': withContainer({ volumeMounts: [{ name: 'v', mountPath: '/x' }] }),
  'mounts at the same place, and at none': {
    ...withContainer({ volumeMounts: [{ name: 'v', mountPath: '/x' }, { name: 'v', mountPath: '/x' }, { name: 'v' }] }),
    volumes: [{ name: 'v', emptyDir: {} }],
  },
  'the same volume twice': { ...NEVER, volumes: ['v', 'v'].map((name) => ({ name, emptyDir: {} })) },
  'variables without a name, and with a wrong one': withContainer({ env: [{ name: '' }, { name: 'a=b' }, { name: 'a b' }] }),
  'an unknown pull policy': withContainer({ imagePullPolicy: 'never' }),
  'a wrong quantity': withContainer({ resources: { limits: { cpu: 'abc' } } }),
  'wrong tolerations': {
    ...NEVER,
    tolerations: [{ operator: 'Exists', value: 'x' }, { key: 'a b' }, { effect: 'No' }, {}],
  },
  'a wrong node selector': { ...NEVER, nodeSelector: { 'a b': 'c d' } },
  'a wrong service account': { ...NEVER, serviceAccountName: 'A_' },
  'several mistakes': { containers: [{ name: 'A' }], volumes: [{ name: 'v' }, { name: 'v' }] },
};

async function job(api: Api, namespace: string, podSpec: object, spec: object = {}): Promise<unknown> {
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs?dryRun=All&fieldValidation=Strict`;
  return api.post(path, { metadata: { name: 'j' }, spec: { ...spec, template: { spec: podSpec } } });
}

export const templates = casesOf([
  ...Object.entries(MISTAKES).map(([mistake, podSpec]) => ({
    name: `A mistake in a template is named: ${mistake}.`,
    run: (api: Api, namespace: string) => job(api, namespace, podSpec),
  })),
  {
    name: 'The numbers of a Job are not negative.',
    run: (api, namespace) => {
      const negative = {
        backoffLimit: -1,
        parallelism: -1,
        completions: -1,
        activeDeadlineSeconds: -1,
        ttlSecondsAfterFinished: -1,
      };
      return job(api, namespace, NEVER, negative);
    },
  },
  {
    name: 'A Pod and a DaemonSet are checked alike.',
    run: async (api, namespace) => {
      const selector = { matchLabels: { a: 'b' } };
      const template = { metadata: { labels: { a: 'b' } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c' }] } };
      return [
        await api.post(`/api/v1/namespaces/${namespace}/pods`, {
          metadata: { name: 'p' },
          spec: { containers: [{ name: 'c' }] },
        }),
        await api.post(`/apis/apps/v1/namespaces/${namespace}/daemonsets`, {
          metadata: { name: 'd' },
          spec: { selector, template },
        }),
      ];
    },
  },
]);
