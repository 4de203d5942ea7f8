import { beforeEach, describe, expect, it } from '@jest/globals';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import { KubeError } from '../../../../src/kube/client/kube-error.ts';
import { SharedSinks } from '../../../../src/operator/gather/shared-sinks.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';

const CHAT = { name: 'chat', webhook: { url: 'https://chat.example/' } };
const OPS = { name: 'ops', webhook: { url: 'https://ops.example/' } };

/** What the ConfigMap `shared` has; undefined: there is none. */
let data: Record<string, string> | undefined;
let version: number;
let clock: number;
let reads: number;
let tried: object[];
/** What the API server says to the dry run; undefined: it takes it. */
let refusal: KubeError | undefined;
let shared: SharedSinks;

beforeEach(() => {
  [data, version, clock, reads, tried, refusal] = [{ 'sinks.yaml': JSON.stringify([CHAT]) }, 1, 0, 0, [], undefined];
  const client = {
    get: <T>(path: string): Promise<T> => {
      reads += 1;
      const found = { metadata: { uid: 'u', resourceVersion: String(version) }, data };
      if (data === undefined || !path.endsWith('/configmaps/shared'))
        return Promise.reject(new KubeError(`GET ${path} was answered with 404`, { code: 404, reason: 'NotFound' }));
      return Promise.resolve(found as T);
    },
    mergePatch: <T>(path: string, body: unknown, options?: object): Promise<T> => {
      tried.push({ path, body, options });
      return refusal === undefined ? Promise.resolve({} as T) : Promise.reject(refusal);
    },
  };
  shared = new SharedSinks(client, () => clock);
});

function planWith(notify: UpgradePlan['spec']['notify'] = {}): UpgradePlan {
  return aPlan({ notify: { sinksFrom: [{ configMapRef: { name: 'shared' } }], sinks: [OPS], ...notify } }, { generation: 1 });
}

async function problem(plan = planWith()): Promise<string> {
  const found = await shared.share(plan);
  expect(found.plan).toBe(plan);
  return found.sharedSinks.kind === 'Unreadable' ? found.sharedSinks.message : 'it was read';
}

describe('The sinks that a plan shares', () => {
  it('stand among its own once the API server has taken them in a dry run', async () => {
    const plan = planWith();
    const found = await shared.share(plan);
    expect(found.sharedSinks).toEqual({ kind: 'Known' });
    expect(found.plan.spec.notify?.sinks).toEqual([OPS, CHAT]);
    const path = `/apis/baton.dev/v1alpha1/namespaces/${plan.metadata.namespace}/upgradeplans/${plan.metadata.name}`;
    const options = { dryRun: true, fieldValidation: 'Strict' };
    expect(tried).toEqual([{ path, body: { spec: { notify: { sinks: [CHAT] } } }, options }]);
  });

  it('are read anew after half a minute, and tried again only when the ConfigMap has changed', async () => {
    await shared.share(planWith());
    await shared.share(planWith());
    expect([reads, tried.length]).toEqual([1, 1]);
    clock = 30_000;
    await shared.share(planWith());
    expect([reads, tried.length]).toEqual([2, 1]);
    [clock, version, data] = [60_000, 2, { 'sinks.yaml': JSON.stringify([{ ...CHAT, name: 'news' }]) }];
    expect((await shared.share(planWith())).plan.spec.notify?.sinks?.map(({ name }) => name)).toEqual(['ops', 'news']);
    expect([reads, tried.length]).toEqual([3, 2]);
  });

  it('are none for a plan without sinksFrom, and nobody is asked', async () => {
    const plan = aPlan();
    expect(await shared.share(plan)).toEqual({ plan, sharedSinks: { kind: 'Known' } });
    expect(reads).toBe(0);
  });

  it('are not known without the ConfigMap, and are soon looked for again', async () => {
    data = undefined;
    expect(await problem()).toMatch(/^the ConfigMap shared, key sinks\.yaml: .*404/);
    [data, clock] = [{ 'sinks.yaml': JSON.stringify([CHAT]) }, 5000];
    expect((await shared.share(planWith())).sharedSinks).toEqual({ kind: 'Known' });
  });

  it('are not known without the key, or when that is no list', async () => {
    data = {};
    expect(await problem()).toBe('the ConfigMap shared, key sinks.yaml: the key is missing');
    [data, clock] = [{ 'sinks.yaml': 'name: chat' }, 5000];
    expect(await problem()).toBe('the ConfigMap shared, key sinks.yaml: must be a YAML list of sinks');
  });

  it('are refused with the words of the API server, and the fields as the ConfigMap has them', async () => {
    const causes = [{ reason: 'FieldValueInvalid', field: 'spec.notify.sinks[0].webhook.url', message: 'must be a URL' }];
    refusal = new KubeError('PATCH was answered with 422', { code: 422, reason: 'Invalid', causes });
    expect(await problem()).toBe('the ConfigMap shared, key sinks.yaml: [0].webhook.url: must be a URL');
  });

  it('are too many where there are more than ten with its own', async () => {
    data = { 'sinks.yaml': JSON.stringify(Array.from({ length: 10 }, (_, index) => ({ ...CHAT, name: `chat-${index}` }))) };
    expect(await problem()).toBe('the plan has 11 sinks with those of spec.notify.sinksFrom, and may have 10');
  });
});
