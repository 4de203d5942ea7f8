import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ensureBinaries, startCluster, stopCluster, type Cluster } from '../cluster/cluster.ts';
import { startDaemon } from '../cluster/daemon.ts';
import { requireBuildable } from '../cluster/binaries.ts';
import { requirePrerequisites } from '../cluster/prerequisites.ts';
import { clusterBinaryNames } from '../cluster/versions.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { namespaceManifest, firmwareImage, signingSecretManifest, type FleetPlan } from '../support/fleet.ts';
import { importImages, installBaton } from '../support/installation.ts';
import { createKubectl } from '../support/kubectl.ts';
import { createReceiverClient, inNetwork, type ReceiverClient } from '../support/receiver-client.ts';
import type { Play, Say } from './play.ts';

/** The name of the demo's cluster. */
export const demoCluster = 'demo';
const demoNamespace = 'fleet';
const nodeCount = 6;
const sinkPort = 18_080;
const controlPort = 18_081;

const firmwareScript = `
set -e
echo "writing firmware 7"
sleep 3
echo "firmware 7 is active" | tee /dev/termination-log
`;

// What a user's own upgrade does: its work, and `baton report` wherever there is something to say.
const osScript = `
set -e
baton report started --note "unpacking $BATON_VERSION"
sleep 2
baton report progressing --progress 50 --task install --note "installing"
sleep 2
baton report succeeded --to-version "$BATON_VERSION" --note "now at $BATON_VERSION"
echo "now at $BATON_VERSION" > /dev/termination-log
`;

function demoPlan(sinkUrl: string): FleetPlan {
  return {
    namespace: demoNamespace,
    batches: [{ size: 1 }, { size: 2 }, { size: 3 }],
    maxUnavailable: 3,
    processes: [
      { name: 'firmware', image: firmwareImage, nodeSelector: { storage: 'yes' }, script: firmwareScript },
      { name: 'os', report: 'Socket', script: osScript },
    ],
    sinkUrl,
    signed: true,
  };
}

/** Starts a receiver that goes with the cluster when it is taken down. */
async function startReceiver(cluster: Cluster): Promise<ReceiverClient> {
  const program = fileURLToPath(new URL('../support/receiver.ts', import.meta.url));
  const args = ['--host', cluster.hostAddress, '--port', `${sinkPort}`, '--control-port', `${controlPort}`];
  await startDaemon({ cluster: cluster.name, role: 'receiver', command: process.execPath, args: [program, ...args] });
  const receiver = createReceiverClient(`http://${cluster.hostAddress}:${controlPort}`);
  await waitFor(
    async () => {
      try {
        return await receiver.received();
      } catch {
        // It does not listen yet; the wait has an end.
        return undefined;
      }
    },
    { what: 'the receiver to listen', timeoutMs: 10_000 },
  );
  return receiver;
}

/** Brings up the demo's cluster from nothing and installs Baton in it. */
export async function playInTestCluster(say: Say): Promise<Play> {
  const preparations: string[] = [];
  let began = performance.now();
  const done = (what: string): void => {
    const seconds = Math.round((performance.now() - began) / 1000);
    began = performance.now();
    preparations.push(`${what} ${seconds} s`);
    say(`${what} (${seconds} s)`);
  };
  // First, because nothing here installs Go.
  await requireBuildable(clusterBinaryNames);
  await requirePrerequisites({ realNodes: true, log: say });
  await ensureBinaries(clusterBinaryNames, say);
  done("Kubernetes' programs are built");
  await stopCluster(demoCluster);
  const cluster = await startCluster({
    name: demoCluster,
    nodes: nodeCount,
    nodeLabels: (index): Record<string, string> => ({ role: 'worker', ...(index > nodeCount - 2 ? { storage: 'yes' } : {}) }),
    log: say,
  });
  done(`${nodeCount} nodes are Ready`);
  const kubectl = createKubectl((args, input) => cluster.kubectl(args, input === undefined ? {} : { input }));
  const receiver = await startReceiver(cluster);
  const image = await importImages(cluster, say);
  done('the images are on the nodes');
  await installBaton({
    helm: (args) => cluster.helm(args, { timeoutMs: 240_000 }),
    image,
    clusterName: demoCluster,
    sinkAllow: [cluster.hostAddress],
  });
  done('Baton is installed with Helm');
  const signingKey = `whsec_${randomBytes(24).toString('base64')}`;
  await kubectl.apply(namespaceManifest(demoNamespace));
  await kubectl.apply(signingSecretManifest(demoNamespace, signingKey));
  return {
    kubectl,
    kubeconfig: cluster.kubeconfigPath,
    nodes: cluster.nodes.map((node) => node.name),
    preparations,
    plan: demoPlan(`http://${cluster.hostAddress}:${sinkPort}/upgrades`),
    signingKey,
    received: () => receiver.received(),
    originOf: (address) => {
      const node = cluster.nodes.find((candidate) => inNetwork(address, candidate.podCidr));
      return Promise.resolve({
        node: node?.name,
        evidence: `${address} is in ${node?.podCidr ?? 'no Pod network'} of ${node?.name ?? 'any node'}`,
      });
    },
    farewell: [
      'The cluster stays up. To look around:',
      `  export KUBECONFIG=${cluster.kubeconfigPath}`,
      `  kubectl get uplan,ubatch -n ${demoNamespace}`,
      `  kubectl describe ubatch -n ${demoNamespace}`,
      'To remove it:',
      '  make demo-cluster-down',
    ],
  };
}
