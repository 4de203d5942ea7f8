import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/kube/client/client.ts';
import { KINDS, resourcePath } from '../../../../src/kube/resource-path.ts';
import { startCluster, type Cluster } from '../../../cluster/cluster.ts';
import { followAuditLog, type AuditTail } from '../../../support/audit-log.ts';
import { CONFIG_MAPS, USER_AGENT, configMap, connectDirectly, type TestClient } from '../reflected-cluster.ts';

describe('the KubeClient on a real API server', () => {
  let cluster: Cluster;
  let direct: TestClient;
  let audit: AuditTail;

  beforeAll(async () => {
    cluster = await startCluster({ name: 'kube-client', controlPlaneOnly: true });
    direct = connectDirectly(cluster);
    audit = followAuditLog(cluster.auditLogPath);
  }, 120_000);

  afterAll(async () => {
    audit.close();
    await direct.close();
    await cluster.stop();
  }, 60_000);

  it('says in the audit log who it is', async () => {
    await direct.client.get('/api/v1/namespaces/default');

    const entry = await audit.next(({ requestURI }) => requestURI === '/api/v1/namespaces/default', 10_000);

    expect(entry.userAgent).toBe(USER_AGENT);
  });

  it('tells an existing object, a failed test, a stale version, a wrong UID and a missing object apart', async () => {
    const { client } = direct;
    const path = `${CONFIG_MAPS}/refused`;
    const made = await client.create<KubeObject>(CONFIG_MAPS, configMap('refused'));
    await client.mergePatch(path, { data: { value: 'newer' } });

    await expect(client.create(CONFIG_MAPS, configMap('refused'))).rejects.toMatchObject({ code: 409, reason: 'AlreadyExists' });
    const operations = [{ op: 'test', path: '/metadata/uid', value: 'another' }] as const;
    await expect(client.jsonPatch(path, operations)).rejects.toMatchObject({ code: 422, reason: 'Invalid' });
    await expect(client.replace(path, { ...made, data: {} })).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
    const preconditions = { uid: 'another' };
    await expect(client.delete(path, { preconditions })).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
    await client.delete(path);
    await client.delete(path);
    await expect(client.get(path)).rejects.toMatchObject({ code: 404, reason: 'NotFound' });
  });

  it('opens a JSON Patch that demands that a label is missing, for the first one only', async () => {
    const { client } = direct;
    const path = `${CONFIG_MAPS}/claimed`;
    await client.create(CONFIG_MAPS, configMap('claimed', '', { other: 'label' }));
    const claim = [
      { op: 'test', path: '/metadata/labels/baton.dev~1claim', value: null },
      { op: 'add', path: '/metadata/labels/baton.dev~1claim', value: 'plan-uid' },
    ] as const;

    const claimed = await client.jsonPatch<KubeObject>(path, claim);
    expect(claimed.metadata.labels).toMatchObject({ 'baton.dev/claim': 'plan-uid' });

    await expect(client.jsonPatch(path, claim)).rejects.toMatchObject({ code: 422, reason: 'Invalid' });
  });

  it('keeps fields of a Job that nobody here knows the type of, and stores nothing in a dry run', async () => {
    const { client } = direct;
    const jobs = resourcePath(KINDS.jobs, { namespace: 'default' });
    const container = { name: 'c', image: 'i', resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }] };
    const template = { spec: { restartPolicy: 'Never', containers: [container] } };
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'dry' },
      spec: { podReplacementPolicy: 'Failed', template },
    };

    const answer = await client.create<{ spec: { podReplacementPolicy: string; template: unknown } }>(jobs, job, {
      dryRun: true,
    });

    expect(answer.spec).toMatchObject({ podReplacementPolicy: 'Failed', template });
    await expect(client.get(`${jobs}/dry`)).rejects.toMatchObject({ reason: 'NotFound' });
  });

  it('has a misspelt field refused when asked to be strict', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'strict' }, dta: {} };

    const refused = direct.client.create(CONFIG_MAPS, body, { dryRun: true, fieldValidation: 'Strict' });

    await expect(refused).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('unknown field "dta"') as unknown,
    });
  });
});
