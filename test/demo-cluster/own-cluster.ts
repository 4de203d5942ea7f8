import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { ensureBinaries } from '../cluster/cluster.ts';
import { findCommand } from '../cluster/installed.ts';
import { runCommand } from '../cluster/run-command.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { signingSecretManifest, namespaceManifest, type FleetPlan } from '../support/fleet.ts';
import { batonNamespace, installBaton, parseImage } from '../support/installation.ts';
import { createKubectl, type Kubectl } from '../support/kubectl.ts';
import { findCondition, type Node, type Pod } from '../support/kubernetes-objects.ts';
import type { Received } from '../support/receiver.ts';
import { COMPONENTS, LABELS } from '../../src/api/names.ts';
import type { Play, Say } from './play.ts';

const namespace = 'baton-demo';
const receiverName = 'receiver';
const sinkPort = 8080;
const controlPort = 8081;
const maximumNodes = 6;

/** The user's own cluster, as the command line gave it. */
export interface OwnCluster {
  readonly kubeconfig: string;
  /** The product's image, in a registry that the cluster reaches or on its nodes already. */
  readonly image: string;
  readonly say: Say;
}

async function program(name: 'kubectl' | 'helm', say: Say): Promise<string> {
  return findCommand(name) ?? (await ensureBinaries([name], say))[name];
}

function isUsable(node: Node): boolean {
  const controlPlane = node.metadata.labels?.['node-role.kubernetes.io/control-plane'] !== undefined;
  return !controlPlane && node.spec.unschedulable !== true && findCondition(node, 'Ready')?.status === 'True';
}

async function chooseNodes(kubectl: Kubectl): Promise<readonly Node[]> {
  const nodes = (await kubectl.list<Node>('nodes')).filter(isUsable).slice(0, maximumNodes);
  if (nodes.length >= 2) return nodes;
  throw new Error(`the demo needs at least 2 nodes that are Ready and run no control plane; this cluster has ${nodes.length}`);
}

async function requireUntouched(kubectl: Kubectl): Promise<void> {
  for (const [kind, name] of [
    ['namespace', namespace],
    ['customresourcedefinition', 'upgradeplans.baton.dev'],
  ] as const) {
    if ((await kubectl.get(kind, name)) !== undefined) {
      throw new Error(
        `the cluster has a ${kind} ${name} already; the demo touches nothing that it did not make. Remove it, or use another cluster`,
      );
    }
  }
}

async function askForYes(text: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // At the end of the input there is no answer, and that is no.
    const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    return (await Promise.race([terminal.question(text), closed])).trim() === 'yes';
  } finally {
    terminal.close();
  }
}

function receiverManifests(image: string): readonly unknown[] {
  const script = readFileSync(new URL('../support/receiver.ts', import.meta.url), 'utf8');
  const metadata = { name: receiverName, namespace };
  const args = ['/receiver/receiver.ts', '--port', `${sinkPort}`, '--control-port', `${controlPort}`];
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'receiver.ts': script } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: {
        terminationGracePeriodSeconds: 1,
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'receiver',
            image,
            imagePullPolicy: 'IfNotPresent',
            command: ['node', ...args],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            volumeMounts: [{ name: 'script', mountPath: '/receiver' }],
          },
        ],
        volumes: [{ name: 'script', configMap: { name: receiverName } }],
      },
    },
  ];
}

/** A process that only says what an upgrade would say; the product's image has no shell, but it has node. */
const pretence = `
const { execFileSync } = require('node:child_process');
const report = (...args) => execFileSync('baton', ['report', ...args], { stdio: 'inherit' });
report('started', '--note', 'pretending to upgrade');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
report('succeeded', '--note', 'nothing was changed');
`;

function ownPlan(image: string, nodes: readonly Node[], sinkUrl: string): FleetPlan {
  const hostnames = nodes.map((node) => node.metadata.labels?.['kubernetes.io/hostname'] ?? node.metadata.name);
  return {
    namespace,
    // Nodes remember what was done on them, so an earlier demo's version would find nothing to do.
    version: new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, '.'),
    nodeSelector: { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: hostnames }] },
    batches: [{ size: 1 }, { size: 2 }, { size: 3 }],
    maxUnavailable: 3,
    // No disruption: no node of the user is cordoned, and no Pod of theirs is evicted.
    processes: [{ name: 'os', image, command: ['node', '-e', pretence], report: 'Socket', disruption: 'None' }],
    sinkUrl,
    signed: true,
  };
}

/** Installs Baton in the user's own cluster, after asking, and prepares a plan that changes nothing on its nodes. */
export async function playInOwnCluster({ kubeconfig, image, say }: OwnCluster): Promise<Play | undefined> {
  const programs = { kubectl: await program('kubectl', say), helm: await program('helm', say) };
  const kubectl = createKubectl((args, input) =>
    runCommand(programs.kubectl, ['--kubeconfig', kubeconfig, ...args], {
      timeoutMs: 120_000,
      ...(input === undefined ? {} : { input }),
    }),
  );
  const server = (await kubectl.run(['config', 'view', '--minify', '--output=jsonpath={.clusters[0].cluster.server}'])).trim();
  await requireUntouched(kubectl);
  const nodes = await chooseNodes(kubectl);
  say(`Cluster: ${server} (from ${kubeconfig})`);
  say(`Nodes:   ${nodes.map((node) => node.metadata.name).join(', ')}`);
  say(
    `The demo installs Baton (${image}) with Helm into the namespace ${batonNamespace}, makes the namespace ${namespace} with a receiver,`,
  );
  say(
    'and runs on each of these nodes a Job that only reports. It cordons no node, evicts no Pod and changes nothing on a host.',
  );
  if (!(await askForYes('Type yes to go on: '))) return undefined;

  await kubectl.apply(namespaceManifest(namespace));
  await kubectl.apply(...receiverManifests(image));
  await kubectl.run(['wait', '--for=condition=Ready', `pod/${receiverName}`, '--namespace', namespace, '--timeout=120s']);
  const address = await waitFor(async () => (await kubectl.get<Pod>('pod', receiverName, namespace))?.status.podIP, {
    what: "the receiver's address",
    timeoutMs: 30_000,
  });
  const helm = (args: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand(programs.helm, ['--kubeconfig', kubeconfig, ...args], { timeoutMs: 240_000 });
  await installBaton({ helm, image: parseImage(image), clusterName: new URL(server).hostname, sinkAllow: [address] });
  const signingKey = `whsec_${randomBytes(24).toString('base64')}`;
  await kubectl.apply(signingSecretManifest(namespace, signingKey));

  // Agents come and go, so their addresses are noted while they are there.
  const agents = new Map<string, { readonly pod: string; readonly node: string }>();
  const control = `/api/v1/namespaces/${namespace}/pods/${receiverName}:${controlPort}/proxy/requests`;
  return {
    kubectl,
    kubeconfig,
    nodes: nodes.map((node) => node.metadata.name),
    preparations: [],
    plan: ownPlan(image, nodes, `http://${address}:${sinkPort}/upgrades`),
    signingKey,
    received: async () => {
      for (const pod of await kubectl.list<Pod>('pods', namespace, `${LABELS.component}=${COMPONENTS.agent}`)) {
        if (pod.status.podIP !== undefined)
          agents.set(pod.status.podIP, { pod: pod.metadata.name, node: pod.spec.nodeName ?? '' });
      }
      return JSON.parse(await kubectl.run(['get', '--raw', control])) as readonly Received[];
    },
    originOf: (from) => {
      const agent = agents.get(from);
      return Promise.resolve({
        node: agent?.node,
        evidence: agent === undefined ? `${from} is no agent's` : `${from} is ${agent.pod} on ${agent.node}`,
      });
    },
    farewell: [
      'Everything stays for you to look at. To remove it:',
      `  kubectl delete uplan --all -n ${namespace} && kubectl delete namespace ${namespace}`,
      `  helm uninstall baton -n ${batonNamespace} && kubectl delete namespace ${batonNamespace}`,
      '  kubectl delete crd upgradeplans.baton.dev upgradebatches.baton.dev upgradeactions.baton.dev',
    ],
  };
}
