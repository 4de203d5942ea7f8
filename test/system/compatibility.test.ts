import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_VERSION } from '../../src/api/names.ts';
import { findCondition } from '../support/kubernetes-objects.ts';
import { nodesNamed, upgradeRepository, upgradeVersion } from '../support/fleet.ts';
import { print } from '../support/print.ts';
import { describeRollout, readRollout, waitForRollout } from '../support/rollout.ts';
import { openSystem, openTimeoutMs, releaseNodes, waitForFreeNodes, type System } from '../support/system-cluster.ts';

let system: System;
let namespace: string;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace();
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

/** Looks from the inside at everything that an image of system-upgrade-controller may rely on; the first thing missing is its last word. */
const look = `
missing() { echo "missing: $1" > /dev/termination-log; exit 1; }
[ "$SYSTEM_UPGRADE_NODE_NAME" = node-1 ] || missing SYSTEM_UPGRADE_NODE_NAME
[ "$SYSTEM_UPGRADE_POD_NAME" != "" ] || missing SYSTEM_UPGRADE_POD_NAME
case "$SYSTEM_UPGRADE_POD_UID" in ????????-????-*) ;; *) missing SYSTEM_UPGRADE_POD_UID ;; esac
[ "$SYSTEM_UPGRADE_PLAN_NAME" = suc ] || missing SYSTEM_UPGRADE_PLAN_NAME
[ "\${#SYSTEM_UPGRADE_PLAN_LATEST_HASH}" -gt 20 ] || missing SYSTEM_UPGRADE_PLAN_LATEST_HASH
[ "$SYSTEM_UPGRADE_PLAN_LATEST_VERSION" = ${upgradeVersion} ] || missing SYSTEM_UPGRADE_PLAN_LATEST_VERSION
pod=/run/system-upgrade/pod
for label in upgrade.cattle.io/plan=\\"suc\\" upgrade.cattle.io/node=\\"node-1\\" upgrade.cattle.io/version=\\"${upgradeVersion}\\" \\
  plan.upgrade.cattle.io/suc=\\"$SYSTEM_UPGRADE_PLAN_LATEST_HASH\\" upgrade.cattle.io/controller= upgrade.cattle.io/exclusive=; do
  grep -qF "$label" $pod/labels || missing "the label $label"
done
grep -q baton.dev/node= $pod/annotations || missing "the annotations of the Pod"
if touch $pod/x 2> /dev/null; then missing "that $pod is read-only"; fi
[ -d /host/etc ] || missing "/host"
mark=/host/tmp/baton-compatibility-$SYSTEM_UPGRADE_POD_UID
touch $mark && rm $mark || missing "that /host can be written"
`;

const lookWithPower = `${look}
kubelet=$(grep -lx kubelet /proc/[0-9]*/comm 2> /dev/null | head -n 1 | cut -d / -f 3)
[ "$kubelet" != "" ] || missing hostPID
for space in net ipc; do
  [ "$(readlink /proc/self/ns/$space)" = "$(readlink /proc/$kubelet/ns/$space)" ] || missing "the host's $space namespace"
done
power=0x$(grep CapEff /proc/self/status | cut -f 2)
[ $((power >> 22 & 1)) = 1 ] || missing CAP_SYS_BOOT
[ $((power >> 21 & 1)) = 1 ] || missing "that it is privileged"
`;

const plan = (job: object): object => ({
  apiVersion: API_VERSION,
  kind: 'UpgradePlan',
  metadata: { name: 'suc', namespace },
  spec: {
    version: upgradeVersion,
    nodeSelector: nodesNamed('node-1'),
    batches: [{ size: 1 }],
    processes: [{ name: 'os', disruption: 'None', timing: { deadlineSeconds: 60 }, job }],
  },
});

describe('compatibility: SystemUpgradeController', () => {
  it('gives images made for system-upgrade-controller what they look for, on a real node', async () => {
    // Without a tag, as in Plans that leave it to their version.
    const container = (name: string, script: string): object => ({
      ...{ name, image: upgradeRepository, command: ['sh', '-c', script] },
    });
    const spec = { containers: [container('upgrade', lookWithPower)], initContainers: [container('prepare', look)] };
    await system.kubectl.apply(plan({ compatibility: 'SystemUpgradeController', template: { spec } }));

    const end = await waitForRollout(system.kubectl, {
      ...{ namespace, name: 'suc', what: 'the containers to have looked around' },
      until: ({ plan: current }) => ['Succeeded', 'Paused', 'Failed'].includes(current?.status?.summary ?? ''),
    });

    print(describeRollout(end));
    expect(end.batches[0]?.status?.nodes).toMatchObject([{ name: 'node-1', state: 'Succeeded' }]);
    await waitForFreeNodes(system.kubectl);
  }, 150_000);

  it('is part of the revision: without it the same image runs again, and misses its environment', async () => {
    const before = await readRollout(system.kubectl, namespace, 'suc');
    const image = `${upgradeRepository}:${upgradeVersion}`;
    const spec = { containers: [{ name: 'upgrade', image, command: ['sh', '-c', look] }] };
    await system.kubectl.apply(plan({ template: { spec } }));

    const end = await waitForRollout(system.kubectl, {
      ...{ namespace, name: 'suc', what: 'the container to have looked in vain' },
      until: ({ batches }) => batches.length === 2 && findCondition(batches[1], 'Settled')?.status === 'True',
    });

    expect(end.plan?.status?.revision).not.toBe(before.plan?.status?.revision);
    expect(JSON.stringify(end.batches[1]?.status?.nodes)).toContain('missing: SYSTEM_UPGRADE_NODE_NAME');
    await releaseNodes(system.kubectl, { namespace, plan: 'suc', nodes: ['node-1'] });
  }, 150_000);
});
