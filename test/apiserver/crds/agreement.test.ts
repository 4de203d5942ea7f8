import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { FieldValidation } from '../../../src/simulator/api-server/schema/admit.ts';
import { createApiClient, mustCall, type ApiClient } from '../../cluster/api-client.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { definitionOf, realServer, SIMULATED, type CrdRequest, type CrdServer } from '../../support/crd-server.ts';
import { applyCrds } from '../../support/crds.ts';
import { mutationsOf, type Mutation } from '../../support/mutations.ts';
import { plan, set, type Tree } from './objects.ts';
import { RIGHT } from './right-objects.ts';
import { WRONG_ROLLBACKS } from './rollbacks.ts';
import { ACTION, BATCH, BATCH_STATUS, PLAN, PLAN_STATUS } from './stored-objects.ts';
import { WRONG } from './wrong-objects.ts';

jest.setTimeout(process.env['MUTATIONS'] === 'all' ? 1_200_000 : 120_000);

/** Every n-th mutation is compared: `MUTATIONS=all` compares all of them, which takes minutes. */
const EVERY = process.env['MUTATIONS'] === 'all' ? 1 : 11;
/** What the REST layer checks before it knows the schema. */
const NOT_OF_THE_SCHEMA = /^(kind|apiVersion|metadata\.namespace)\b/;
/** Kubernetes takes a large number with a fraction, such as 1000000000.5, for an integer when it checks types. */
const KNOWN_DIFFERENCES = /^spec\.(index|format): set to a fraction above the maximum$/;

let cluster: Cluster;
let client: ApiClient;
let real: CrdServer;

beforeAll(async () => {
  cluster = await startCluster({ name: 'agreement', controlPlaneOnly: true });
  await applyCrds(cluster);
  client = createApiClient(cluster.name, cluster.server);
  real = realServer(client);
  await mustCall(client, 'POST', '/api/v1/namespaces', { metadata: { name: 'fleet' } });
}, 60_000);

afterAll(async () => {
  client.close();
  await cluster.stop();
});

/** Sends a request to both servers, which have to give the same answer. */
async function expectAgreement(request: CrdRequest): Promise<void> {
  expect(await SIMULATED.answer(request)).toEqual(await real.answer(request));
}

function creating(object: Tree, fieldValidation: FieldValidation = 'Strict'): CrdRequest {
  return { definition: definitionOf(object['kind']), object, fieldValidation };
}

/** Stores an object, and gives it as it is stored. */
async function store(object: Tree, status?: Tree): Promise<Tree> {
  const { group, version, plural } = definitionOf(object['kind']);
  const path = `/apis/${group}/${version}/namespaces/fleet/${plural}`;
  const stored = JSON.parse(await mustCall(client, 'POST', path, object)) as Tree;
  if (status === undefined) return stored;
  const { name } = stored['metadata'] as { name: string };
  return JSON.parse(await mustCall(client, 'PUT', `${path}/${name}/status`, { ...stored, status })) as Tree;
}

/** Compares the answers to many requests, and names those that differ. */
async function expectAgreementOnAll(
  mutations: readonly Mutation[],
  requestFor: (object: Tree) => CrdRequest,
  every = EVERY,
): Promise<void> {
  const sample = mutations.filter(
    ({ title }, index) =>
      index % (EVERY === 1 ? 1 : every) === 0 && !NOT_OF_THE_SCHEMA.test(title) && !KNOWN_DIFFERENCES.test(title),
  );
  const differences: unknown[] = [];
  for (const { title, object } of sample) {
    const request = requestFor(object);
    const [simulated, expected] = [await SIMULATED.answer(request), await real.answer(request)];
    if (!isSame(simulated, expected)) differences.push({ title, simulated, expected });
  }
  expect(sample.length).toBeGreaterThan(0);
  expect(differences).toEqual([]);
}

function isSame(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}

describe('The simulator answers as the API server to', () => {
  it.each([...RIGHT, ...WRONG, ...WRONG_ROLLBACKS].map(([what, object]) => ({ what, object })))('$what', async ({ object }) => {
    await expectAgreement(creating({ ...object }));
  });

  it.each<FieldValidation>(['Strict', 'Warn', 'Ignore'])('unknown and repeated fields with fieldValidation %s', async (mode) => {
    const object = plan(
      'w',
      set({ unknownB: 1, unknownA: { x: 1 }, batches: [{ size: 1, unknown: 2 }, { size: 2 }], drain: null }),
    );
    Object.assign(object, { other: true, metadata: { ...(object['metadata'] as Tree), unknown: 1 } });
    const text = JSON.stringify(object)
      .replace('"size":1', '"size":3,"size":1')
      .replace('"size":2', '"size":4,"size":2,"size":2')
      .replace('"spec":{', '"spec":{"paused":true,"paused":false,');
    await expectAgreement({ ...creating(object, mode), text });
  });

  it.each<readonly [string, Tree]>([
    ['names of many kinds', { name: 'Not_a.Name', labels: { 'a b': 'c d', 'x/y/z': 'v', '/n': '-' } }],
    ['a name that is too long', { name: 'n'.repeat(254) }],
    ['a name of 41 characters', { name: 'n'.repeat(41) }],
    ['annotations and finalizers', { name: 'w', annotations: { 'B b': '' }, finalizers: ['f', 'a.b', 'a.b/c', 'a b'] }],
    ['finalizers without a domain', { name: 'w', finalizers: ['f', 'a.b', 'a.b/c', 'orphan'] }],
    ['finalizers that exclude each other', { name: 'w', finalizers: ['orphan', 'foregroundDeletion'] }],
    ['owners', { name: 'w', ownerReferences: [{ apiVersion: 'a/b/c', kind: 'K', name: '', uid: '' }] }],
    [
      'two controllers',
      {
        name: 'w',
        ownerReferences: ['a', 'b'].map((uid) => ({ apiVersion: 'v1', kind: 'K', name: 'n', uid, controller: true })),
      },
    ],
    ['labels that are no texts', { name: 'w', labels: { a: 1 } }],
    ['a label that is null', { name: 'w', labels: { a: null } }],
    ['finalizers that are no list', { name: 'w', finalizers: 'f' }],
    ['an owner that is no object', { name: 'w', ownerReferences: [{ controller: 'yes' }] }],
    ['unknown fields', { name: 'w', labelz: {}, ownerReferences: [{ apiVersion: 'v1', kind: 'K', name: 'n', uid: 'u', x: 1 }] }],
    ['empty fields', { name: 'w', labels: {}, annotations: {}, finalizers: [], generateName: '' }],
  ])('metadata with %s', async (_what, metadata) => {
    await expectAgreement(creating({ ...plan('w', () => undefined), metadata }));
  });

  it('mutations of the example plan', async () => {
    await expectAgreementOnAll(mutationsOf(PLAN, definitionOf('UpgradePlan').schema), (object) => creating(object));
  });

  it('mutations of the example action', async () => {
    await expectAgreementOnAll(mutationsOf(ACTION, definitionOf('UpgradeAction').schema), (object) => creating(object), 3);
  });

  it('mutations of a batch', async () => {
    await expectAgreementOnAll(mutationsOf(BATCH, definitionOf('UpgradeBatch').schema), (object) => creating(object), 3);
  });
});

describe('The simulator answers as the API server to an update:', () => {
  it.each<readonly [string, Tree, Tree | undefined]>([
    ['mutations of a stored plan', PLAN, PLAN_STATUS],
    ['mutations of a stored action', ACTION, undefined],
    ['mutations of a stored batch', BATCH, BATCH_STATUS],
  ])('%s', async (_what, object, status) => {
    const stored = await store(object, status);
    const definition = definitionOf(object['kind']);
    const requestFor = (changed: Tree): CrdRequest => ({ definition, object: changed, stored, fieldValidation: 'Warn' });
    await expectAgreement(requestFor(stored));
    const mutations = mutationsOf(stored, definition.schema).filter(({ title }) => /^(spec|status)\b/.test(title));
    await expectAgreementOnAll(mutations, requestFor, object === PLAN ? EVERY * 3 : EVERY);
    await expectAgreementOnAll(
      mutationsOf(stored, definition.schema).filter(({ title }) => /^status\b/.test(title)),
      (changed) => ({ ...requestFor(changed), subresource: 'status' }),
      object === ACTION ? 1 : 3,
    );
  });
});
