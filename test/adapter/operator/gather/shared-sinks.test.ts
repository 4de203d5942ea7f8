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
let rejection: KubeError | undefined;
let shared: SharedSinks;

beforeEach(() => {
  [data, version, clock, reads, tried, rejection] = [{ 'sinks.yaml': JSON.stringify([CHAT]) }, 1, 0, 0, [], undefined];
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
      return rejection === undefined ? Promise.resolve({} as T) : Promise.reject(rejection);
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
  it('are added to its own once the API server has accepted them in a dry run', async () => {
    const plan = planWith();
    const found = await shared.share(plan);
    expect(found.sharedSinks).toEqual({ kind: 'Known' });
    expect(found.plan.spec.notify?.sinks).toEqual([OPS, CHAT]);
    const path = `/apis/baton.dev/v1alpha1/namespaces/${plan.metadata.namespace}/upgradeplans/${plan.metadata.name}`;
    const options = { dryRun: true, fieldValidation: 'Strict' };
    expect(tried).toEqual([{ path, body: { spec: { notify: { sinks: [CHAT] } } }, options }]);
  });

  it('are read again after half a minute, and validated again only when the ConfigMap has changed', async () => {
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

  it('are not read for a plan without sinksFrom', async () => {
    const plan = aPlan();
    expect(await shared.share(plan)).toEqual({ plan, sharedSinks: { kind: 'Known' } });
    expect(reads).toBe(0);
  });

  it('are unreadable without the ConfigMap, and soon read again', async () => {
    data = undefined;
    expect(await problem()).toMatch(/^the ConfigMap shared, key sinks\.yaml: .*404/);
    [data, clock] = [{ 'sinks.yaml': JSON.stringify([CHAT]) }, 5000];
    expect((await shared.share(planWith())).sharedSinks).toEqual({ kind: 'Known' });
  });

  it('are unreadable without the key, or when its value is not a list', async () => {
    data = {};
    expect(await problem()).toBe('the ConfigMap shared, key sinks.yaml: the key is missing');
    [data, clock] = [{ 'sinks.yaml': 'name: chat' }, 5000];
    expect(await problem()).toBe('the ConfigMap shared, key sinks.yaml: must be a YAML list of sinks');
  });

  it('are rejected with the message of the API server, and the fields as in the ConfigMap', async () => {
    const causes = [{ reason: 'FieldValueInvalid', field: 'spec.notify.sinks[0].webhook.url', message: 'must be a URL' }];
    rejection = new KubeError('PATCH was answered with 422', { code: 422, reason: 'Invalid', causes });
    expect(await problem()).toBe('the ConfigMap shared, key sinks.yaml: [0].webhook.url: must be a URL');
  });

  it('are rejected when the plan has more than ten sinks with them', async () => {
    data = { 'sinks.yaml': JSON.stringify(Array.from({ length: 10 }, (_, index) => ({ ...CHAT, name: `chat-${index}` }))) };
    expect(await problem()).toBe('the plan has 11 sinks, including those of spec.notify.sinksFrom; at most 10 are allowed');
  });
});
