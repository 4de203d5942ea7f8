import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { casesOf } from '../case.ts';

const MINIMAL = parse(readFileSync(fileURLToPath(new URL('../../fixtures/minimal.yaml', import.meta.url)), 'utf8')) as {
  readonly spec: object;
  readonly metadata: { readonly name: string };
};

function plans(namespace: string): string {
  return `/apis/baton.dev/v1alpha1/namespaces/${namespace}/upgradeplans`;
}

function plan(spec: object = {}): unknown {
  return { ...MINIMAL, metadata: { name: 'plan' }, spec: { ...MINIMAL.spec, ...spec } };
}

export const plansCases = casesOf([
  {
    name: 'The smallest plan gets its defaults.',
    run: (api, namespace) => api.post(plans(namespace), plan()),
  },
  {
    name: 'A plan with an unknown field loses it, unless validation is strict.',
    run: async (api, namespace) => [
      await api.post(`${plans(namespace)}?fieldValidation=Strict`, plan({ bogus: 1 })),
      await api.post(plans(namespace), plan({ bogus: 1 })),
    ],
  },
  {
    name: 'A plan that breaks its schema is rejected, field by field.',
    run: (api, namespace) => api.post(plans(namespace), plan({ processes: 'none' })),
  },
  {
    name: 'A plan without a spec is rejected.',
    run: (api, namespace) => api.post(plans(namespace), { ...MINIMAL, metadata: { name: 'plan' }, spec: undefined }),
  },
  {
    name: 'A change of a plan is counted, the writing of its status is not.',
    run: async (api, namespace) => {
      await api.post(plans(namespace), plan());
      const path = `${plans(namespace)}/plan`;
      return [
        await api.merge(path, { spec: { paused: true } }),
        await api.merge(`${path}/status`, { status: { observedGeneration: 2 } }),
        await api.merge(path, { spec: { processes: null } }),
      ];
    },
  },
]);
