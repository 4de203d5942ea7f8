import type { Api } from '../api.ts';
import { casesOf, configMap, configMaps } from '../case.ts';

const CONTAINER = { name: 'c', image: 'busybox' };
const GADGET = { apiVersion: 'test.baton.dev/v1', kind: 'Gadget' };

function jobs(namespace: string): string {
  return `/apis/batch/v1/namespaces/${namespace}/jobs`;
}

function job(spec: object = {}, podSpec: object = {}, rest: object = {}): unknown {
  const template = { spec: { restartPolicy: 'Never', containers: [CONTAINER], ...podSpec } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: { template, ...spec }, ...rest };
}

const TYPOS = job(
  { backofLimit: 1 },
  {
    containerz: [],
    containers: [{ ...CONTAINER, imag: 'x', env: [{ name: 'A', valu: 'b' }], resources: { limit: {} } }],
    volumes: [{ name: 'v', hostPath: { path: '/', typ: 'x' } }],
    nodeSelector: { any: 'key' },
  },
  { metadata: { name: 'j', label: {} }, sepc: {} },
);

/** Values of the wrong type, by what is wrong. */
const WRONG_TYPES: Readonly<Record<string, unknown>> = {
  'a text for a number': job({ backoffLimit: 'x' }),
  'a number for a text': job({}, { hostname: 1 }),
  'a text for a list': job({}, { containers: 'c' }),
  'a list for an object': job({}, { nodeSelector: [] }),
  'a text for an object': job({ template: 'x' }),
  'a text for a boolean': job({ suspend: 'true' }),
  'a fraction': job({ backoffLimit: 1.5 }),
  'a number too large': job({ backoffLimit: 3_000_000_000 }),
  'a number in a map of texts': job({}, { nodeSelector: { a: 1 } }),
  'a number in a list of texts': job({}, { containers: [{ ...CONTAINER, args: [1] }] }),
  'a text for an entry': job({}, { containers: ['c'] }),
  'a list for a label': job({}, {}, { metadata: { name: 'j', labels: { a: ['b'] } } }),
};

/** Two fields of the same name, which JSON.stringify cannot write. */
const DUPLICATES =
  '{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j","labels":{"a":"1","a":"2"}},"spec":{"suspend":false,"suspend":true,' +
  '"bogus":1,"template":{"spec":{"restartPolicy":"Never","restartPolicy":"Never","containers":[{"name":"c","image":"busybox","name":"d"}]}}}}';
const DUPLICATE_GADGET =
  '{"apiVersion":"test.baton.dev/v1","kind":"Gadget","metadata":{"name":"g","name":"g"},"spec":{"x":1,"x":2},"bogus":1}';

export const fields = casesOf([
  {
    name: 'Unknown fields of a built-in kind are dropped with warnings, or silently, or reject the object.',
    run: async (api, namespace) => {
      const strict = await api.post(`${jobs(namespace)}?fieldValidation=Strict`, TYPOS);
      const answers = [];
      for (const validation of ['Warn', 'Ignore']) {
        const path = `${jobs(namespace)}?dryRun=All&fieldValidation=${validation}`;
        const { status, headers, text } = await api.exchange('POST', path, TYPOS);
        answers.push({ status, warning: headers['warning'] ?? null, body: JSON.parse(text) as unknown });
      }
      return { strict, answers };
    },
  },
  {
    name: 'Fields that occur twice are reported, and the last one counts.',
    run: async (api, namespace) => {
      const { status, headers, text } = await api.exchange('POST', `${jobs(namespace)}?dryRun=All`, DUPLICATES);
      return {
        strict: await api.call('POST', `${jobs(namespace)}?fieldValidation=Strict`, DUPLICATES),
        warn: { status, warning: headers['warning'] ?? null, body: JSON.parse(text) as unknown },
      };
    },
  },
  {
    name: 'Fields that occur twice in a custom resource are reported as well.',
    run: async (api, namespace) => {
      const gadgets = `/apis/test.baton.dev/v1/namespaces/${namespace}/gadgets`;
      const { status, headers, text } = await api.exchange('POST', `${gadgets}?dryRun=All`, DUPLICATE_GADGET);
      return {
        strict: await api.call('POST', `${gadgets}?fieldValidation=Strict`, DUPLICATE_GADGET),
        warn: { status, warning: headers['warning'] ?? null, body: JSON.parse(text) as unknown },
        made: await api.post(gadgets, { ...GADGET, metadata: { name: 'g' } }),
        patched: await api.call(
          'PATCH',
          `${gadgets}/g?fieldValidation=Strict`,
          '{"bogus":1,"bogus":2}',
          'application/merge-patch+json',
        ),
        patchedOnce: await api.call('PATCH', `${gadgets}/g?fieldValidation=Strict`, { bogus: 1 }, 'application/merge-patch+json'),
      };
    },
  },
  {
    name: 'Unknown fields that a patch of a built-in object brings are handled alike.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a', { data: { k: 'v' } }));
      const path = `${configMaps(namespace)}/a`;
      const strict = `${path}?fieldValidation=Strict`;
      const merge = 'application/merge-patch+json';
      const warned = await api.exchange('PATCH', path, { bogus: 1, metadata: { bogus: 2 } }, merge);
      return {
        strict: await api.call('PATCH', strict, { bogus: 1, metadata: { bogus: 2 } }, merge),
        duplicate: await api.call('PATCH', strict, '{"data":{"a":"1","a":"2"}}', merge),
        duplicateWarned: (await api.exchange('PATCH', path, '{"data":{"a":"1","a":"2"}}', merge)).headers['warning'] ?? null,
        warned: { warning: warned.headers['warning'] ?? null, body: JSON.parse(warned.text) as unknown },
        replaced: await api.put(strict, { ...(configMap('a') as object), bogus: 1 }),
        wrongType: await api.call('PATCH', path, { data: { k: 1 } }, merge),
      };
    },
  },
  ...Object.entries(WRONG_TYPES).map(([what, object]) => ({
    name: `A field of the wrong type is rejected: ${what}.`,
    run: (api: Api, namespace: string) => api.post(`${jobs(namespace)}?dryRun=All`, object),
  })),
  {
    name: 'Nothing else than the kind of the path is accepted.',
    run: async (api, namespace) => {
      const other = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } };
      await api.post(configMaps(namespace), configMap('a'));
      const gadgets = `/apis/test.baton.dev/v1/namespaces/${namespace}/gadgets`;
      await api.post(gadgets, { ...GADGET, metadata: { name: 'g' } });
      return [
        await api.post(configMaps(namespace), other),
        await api.post(configMaps(namespace), { ...(configMap('b') as object), apiVersion: 'v2', kind: 'ConfigMap' }),
        await api.post(configMaps(namespace), { ...(configMap('b') as object), kind: 'ConfigMap' }),
        await api.post(configMaps(namespace), { ...(configMap('b') as object), apiVersion: 'v1' }),
        await api.put(`${configMaps(namespace)}/a`, other),
        await api.merge(`${configMaps(namespace)}/a`, { kind: 'Secret' }),
        await api.merge(`${configMaps(namespace)}/a`, { apiVersion: 'v2' }),
        await api.post(jobs(namespace), { ...(job() as object), apiVersion: 'batch/v2' }),
        await api.post(gadgets, { ...GADGET, kind: 'Other', metadata: { name: 'o' } }),
        await api.post(gadgets, { ...GADGET, apiVersion: 'test.baton.dev/v9', metadata: { name: 'o' } }),
        await api.put(`${gadgets}/g`, { ...GADGET, kind: 'Other', metadata: { name: 'g' } }),
        await api.merge(`${gadgets}/g`, { kind: 'Other' }),
      ];
    },
  },
  {
    name: 'A body has to be a JSON object.',
    run: async (api, namespace) => [
      await api.call('POST', configMaps(namespace), '[]'),
      await api.call('POST', configMaps(namespace), ''),
      await api.call('POST', configMaps(namespace), 'null'),
      await api.call('POST', configMaps(namespace), '{"metadata":'),
    ],
  },
  {
    name: 'Names are checked by kind.',
    run: async (api, namespace) => [
      await api.post(configMaps(namespace), configMap('a'.repeat(254))),
      await api.post(configMaps(namespace), configMap('-a')),
      await api.post('/api/v1/namespaces', { metadata: { name: 'a.b' } }),
      await api.post('/api/v1/namespaces', { metadata: { name: 'a'.repeat(64) } }),
      await api.post('/api/v1/nodes', { metadata: { name: 'A' } }),
      await api.post(jobs(namespace), { ...(job() as object), metadata: { name: 'a.b' } }),
      await api.post(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`, {
        metadata: { name: 'A:b' },
        rules: [],
      }),
      await api.post(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`, {
        metadata: { name: 'a/b' },
        rules: [],
      }),
      await api.post(configMaps(namespace), configMap('a', { metadata: { labels: { 'a b': 'c' } } })),
      await api.post(configMaps(namespace), configMap('a', { metadata: { labels: { a: 'b c' } } })),
      await api.post(configMaps(namespace), configMap('a', { metadata: { annotations: { 'a b': 'c' } } })),
      await api.post(configMaps(namespace), configMap('a', { metadata: { finalizers: ['a b'] } })),
    ],
  },
  {
    name: 'The prefix of a generated name is checked as well.',
    run: async (api, namespace) => {
      const { status, text } = await api.exchange('POST', configMaps(namespace), { metadata: { generateName: 'A_' } });
      return { status, text: text.trim().replace(/A_\w{5}/g, 'A_<random>') };
    },
  },
  {
    name: 'An update brings no wrong label, annotation or finalizer.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      await api.post('/api/v1/nodes', { metadata: { name: 'fields-node' } });
      const answers = [];
      for (const path of [`${configMaps(namespace)}/a`, '/api/v1/nodes/fields-node', '/api/v1/nodes/fields-node/status']) {
        answers.push(
          await api.merge(path, { metadata: { labels: { a: 'b c' } } }),
          await api.merge(path, { metadata: { annotations: { 'a b': 'c' } } }),
          await api.merge(path, { metadata: { finalizers: ['plain'] } }),
        );
      }
      return answers;
    },
  },
]);
