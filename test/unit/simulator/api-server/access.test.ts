import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ADMINISTRATOR, callerOf, impersonationHeaders } from '../../../../src/simulator/api-server/access/caller.ts';
import { createApiServer, type ApiServer } from '../../../../src/simulator/api-server/create-api-server.ts';
import { ClusterClient } from '../../../../src/simulator/cluster/cluster-client.ts';
import { VirtualTime } from '../../../../src/simulator/time/virtual-time.ts';
import { RecordingLog } from '../../../adapter/kube/support/recording-log.ts';

const POD_UID = 'authentication.kubernetes.io/pod-uid';
const OPERATOR = 'system:serviceaccount:baton-system:baton-operator';

function readText(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), 'utf8');
}

function startServer(): ApiServer {
  const time = new VirtualTime(0);
  return createApiServer({
    definitions: [readText('crds/upgradeactions.baton.dev.yaml')],
    roles: [readText('deploy/base/baton.yaml')],
    ...{ now: time.now, random: () => 0.5, setTimer: time.setTimer, log: new RecordingLog() },
  });
}

/** The status of a GET on behalf of somebody. */
function read(server: ApiServer, path: string, user: string): number {
  const query = new URLSearchParams();
  return server.handle({ method: 'GET', path, query, headers: impersonationHeaders({ user }), body: '' }).status;
}

describe('callerOf', () => {
  it('returns the administrator when no user is named', () => {
    expect(callerOf({})).toEqual(ADMINISTRATOR);
  });

  it('returns the identity of a Pod, as its headers name it', () => {
    const user = 'system:serviceaccount:fleet:baton-agent';
    expect(callerOf(impersonationHeaders({ user, groups: ['a', 'b'], extra: { [POD_UID]: 'u' } }))).toEqual({
      user,
      groups: ['a', 'b', 'system:serviceaccounts', 'system:serviceaccounts:fleet', 'system:authenticated'],
      extra: { [POD_UID]: 'u' },
    });
  });
});

describe('Roles', () => {
  it('apply from the start', () => {
    const server = startServer();
    expect(read(server, '/api/v1/nodes', OPERATOR)).toBe(200);
    expect(read(server, '/api/v1/secrets', OPERATOR)).toBe(403);
    expect(read(server, '/api/v1/secrets', 'system:kube-scheduler')).toBe(200);
  });

  it('apply as soon as they are bound, and no longer than that', () => {
    const server = startServer();
    const admin = new ClusterClient(server, 'admin');
    const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'baton-view' };
    const jane = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' };
    const actions = '/apis/baton.dev/v1alpha1/upgradeactions';
    const before = read(server, actions, 'jane');
    admin.create(bindings, { metadata: { name: 'jane' }, roleRef, subjects: [jane] });
    const bound = read(server, actions, 'jane');
    admin.delete(`${bindings}/jane`);
    expect([before, bound, read(server, actions, 'jane')]).toEqual([403, 200, 403]);
  });
});

describe('ClusterClient', () => {
  it('acts in the name of its user', () => {
    const actions = '/apis/baton.dev/v1alpha1/namespaces/default/upgradeactions';
    const action = { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradeAction', metadata: { name: 'a' } };
    const spec = { plan: 'p', action: 'Release', nodes: ['n'] };
    const outcome = new ClusterClient(startServer(), 'jane').create(actions, { ...action, spec });
    expect(outcome).toMatchObject({ ok: true, object: { spec: { requestedBy: 'jane' } } });
  });
});
