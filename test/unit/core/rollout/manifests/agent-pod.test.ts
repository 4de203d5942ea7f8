import { describe, expect, it } from '@jest/globals';
import type { NotifyPolicy } from '../../../../../src/api/generated/upgradeplan.ts';
import { agentPodName, agentPodSpec, buildAgentPod, mountsHash } from '../../../../../src/core/rollout/manifests/agent-pod.ts';
import { aLease, SETTINGS } from '../support/facts.ts';
import { aPlan, hash } from '../support/objects.ts';

const SINKS = [
  { name: 'ops', webhook: { url: 'https://hooks.example/a', signingSecretRef: { name: 'ops-webhook', key: 'secret' } } },
  { name: 'chat', webhook: { url: 'https://hooks.example/b' } },
];

const pod = buildAgentPod({
  plan: aPlan({ notify: { sinks: SINKS } }),
  lease: aLease(),
  transitions: 3,
  node: 'node-2',
  settings: SETTINGS,
  hash,
}) as unknown as {
  readonly metadata: { readonly name: string; readonly ownerReferences: readonly object[]; readonly labels: object };
  readonly spec: {
    readonly affinity: object;
    readonly serviceAccountName: string;
    readonly containers: readonly {
      readonly env: readonly { readonly name: string }[];
      readonly volumeMounts: readonly object[];
      readonly securityContext: object;
    }[];
    readonly volumes: readonly object[];
    readonly securityContext: object;
  };
};

describe('The agent Pod', () => {
  it('is found again after a kill by its name: the Lease and the transition', () => {
    expect(pod.metadata.name).toBe(agentPodName('uid-of-lease', 3, hash));
    expect(agentPodName('uid-of-lease', 4, hash)).not.toBe(pod.metadata.name);
    expect(agentPodName('another', 3, hash)).not.toBe(pod.metadata.name);
  });

  it('is owned by the Lease, so that `kubectl drain` finds a controller', () => {
    expect(pod.metadata.ownerReferences).toEqual([
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'os-agent', uid: 'uid-of-lease', controller: true },
    ]);
    expect(pod.metadata.labels).toMatchObject({ 'baton.dev/lease-uid': 'uid-of-lease', 'baton.dev/plan-uid': 'uid-of-os' });
  });

  it('is pinned to its node and runs as the agent', () => {
    expect(JSON.stringify(pod.spec.affinity)).toContain('"values":["node-2"]');
    expect(pod.spec.serviceAccountName).toBe('baton-agent');
  });

  it('knows its plan, Lease and node', () => {
    const names = pod.spec.containers[0]?.env.map((variable) => variable.name);
    expect(names).toEqual(
      expect.arrayContaining(['BATON_NAMESPACE', 'BATON_PLAN', 'BATON_LEASE', 'BATON_NODE', 'BATON_POD_NAME', 'BATON_POD_UID']),
    );
  });

  it("mounts each sink's Secret by itself, and starts without it", () => {
    const items = [{ key: 'secret', path: 'ops-webhook/secret' }];
    const sources = [{ secret: { name: 'ops-webhook', optional: true, items } }];
    expect(pod.spec.volumes).toEqual([{ name: 'sink-ops', projected: { defaultMode: 0o440, sources } }]);
    expect(pod.spec.containers[0]?.volumeMounts).toEqual([
      { name: 'sink-ops', mountPath: '/var/run/baton/sinks/ops', readOnly: true },
    ]);
  });

  it('mounts the ConfigMaps of shared sinks, with a directory for each, and starts without them', () => {
    const sinksFrom = [
      { configMapRef: { name: 'shared' } },
      { configMapRef: { name: 'team', key: 'chat.yaml' } },
      { configMapRef: { name: 'shared', key: 'more.yaml' } },
    ];
    const spec = agentPodSpec({
      ...{ plan: aPlan({ notify: { sinksFrom } }), settings: SETTINGS, affinity: {}, args: [], env: [], account: {} },
    });
    const shared = ['sinks.yaml', 'more.yaml'].map((key) => ({ key, path: `shared/${key}` }));
    const sources = [
      { configMap: { name: 'shared', optional: true, items: shared } },
      { configMap: { name: 'team', optional: true, items: [{ key: 'chat.yaml', path: 'team/chat.yaml' }] } },
    ];
    expect(spec['volumes']).toEqual([{ name: 'shared-sinks', projected: { defaultMode: 0o440, sources } }]);
    expect(spec['containers']).toMatchObject([
      { volumeMounts: [{ name: 'shared-sinks', mountPath: '/var/run/baton/sinks-from', readOnly: true }] },
    ]);
  });

  it('has a label for the Secrets and ConfigMaps that it was created with, independent of the order of sinks', () => {
    const mounts = (notify: NotifyPolicy): string => mountsHash(aPlan({ notify }), hash);
    expect(pod.metadata.labels).toMatchObject({ 'baton.dev/mounts': mounts({ sinks: SINKS.toReversed() }) });
    expect(mounts({ sinks: SINKS.slice(1) })).not.toBe(mounts({ sinks: SINKS }));
    expect(mounts({ sinksFrom: [{ configMapRef: { name: 'team' } }] })).not.toBe(mounts({}));
  });

  it('runs under Pod Security restricted', () => {
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.spec.containers[0]?.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
  });
});
