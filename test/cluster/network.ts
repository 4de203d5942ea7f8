import { createHash } from 'node:crypto';
import { clusterDirectory } from './locations.ts';
import { machineInit, networkArguments } from './machine.ts';
import { mustRun, runCommand } from './run-command.ts';
import { readState, updateState } from './state.ts';

/** The role of the machine that holds the control plane and routes between nodes and host. */
export const controlPlaneMachine = 'control-plane';

/** The first address of the Service range: where pods find the API server. */
export const serviceAddress = '10.96.0.1';

/** Where pods look for DNS, which the cluster does not have. */
export const dnsAddress = '10.96.0.10';

const serviceRange = '10.96.0.0/16';

/**
 * Every cluster gets a /20 of 198.18.0.0/15, which is set aside for tests and so is on no real network:
 * x.y.T.0/24 for links, x.y.(T+i).0/24 for the pods of node i. Nothing is translated between pods, nodes and host, so
 * a receiver on the host sees a pod's own address.
 */
const blockCount = 32;

/** Real nodes that fit in one cluster's addresses. */
export const maximumNodes = 15;

function prefix(block: number, offset: number): string {
  return `198.${18 + Math.floor(block / 16)}.${(block % 16) * 16 + offset}`;
}

/** The addresses of a cluster with real nodes. */
export interface ClusterAddresses {
  readonly block: number;
  /** The host, as pods and nodes reach it. */
  readonly host: string;
  readonly controlPlane: string;
  /** The control plane, as the nodes' next hop. */
  readonly router: string;
  readonly everything: string;
  readonly device: string;
  node(index: number): string;
  podCidr(index: number): string;
  podGateway(index: number): string;
}

/** All addresses that follow from a block's number. */
export function addressesOf(block: number): ClusterAddresses {
  const links = prefix(block, 0);
  return {
    block,
    host: `${links}.1`,
    controlPlane: `${links}.2`,
    router: `${links}.65`,
    everything: `${links}.0/20`,
    device: `baton${block}`,
    node: (index) => `${links}.${65 + index}`,
    podCidr: (index) => `${prefix(block, index)}.0/24`,
    podGateway: (index) => `${prefix(block, index)}.1`,
  };
}

/** The addresses of a running cluster. */
export function clusterAddresses(cluster: string): ClusterAddresses {
  const block = readState(cluster)?.block;
  if (block === undefined) throw new Error(`the cluster ${cluster} has no network of its own`);
  return addressesOf(block);
}

async function ipBatch(lines: readonly string[], entry: readonly string[] = []): Promise<void> {
  const [command = 'ip', ...args] = entry.length === 0 ? [] : [...entry, 'ip'];
  await mustRun(command, [...args, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/** What the device is marked with; another cluster may have one of the same name when this cluster's is gone. */
function aliasOf(cluster: string): string {
  return `baton-${createHash('sha256').update(clusterDirectory(cluster)).digest('hex').slice(0, 16)}`;
}

/**
 * Removes the host's end of the pair, if it is still this cluster's. It usually goes with the machine, but a connection that
 * nobody answers any more can keep the machine's network for minutes.
 */
export async function disconnectControlPlane(cluster: string, block: number): Promise<void> {
  const { device } = addressesOf(block);
  const shown = await runCommand('ip', ['-json', 'link', 'show', device]);
  if (shown.code !== 0) return;
  const links = JSON.parse(shown.stdout) as readonly { readonly ifalias?: string }[];
  if (links[0]?.ifalias !== aliasOf(cluster)) return;
  const removed = await runCommand('ip', ['link', 'del', device]);
  if (removed.code !== 0 && !removed.stderr.includes('Cannot find device')) {
    throw new Error(`ip link del ${device} failed: ${removed.stderr.trim()}`);
  }
}

/**
 * Connects the control plane's machine to the host. The kernel picks the winner when two clusters want one block: a device
 * name exists once. When the machine ends, its end of the pair goes, and with it the host's end, addresses and routes.
 */
export async function connectControlPlane(cluster: string): Promise<ClusterAddresses> {
  const init = machineInit(cluster, controlPlaneMachine);
  for (let block = 0; block < blockCount; block += 1) {
    const addresses = addressesOf(block);
    const { device } = addresses;
    const routes = await runCommand('ip', ['-4', 'route', 'show', 'root', addresses.everything]);
    if (routes.stdout.trim() !== '') continue;
    const added = await runCommand('ip', ['link', 'add', device, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', `${init}`]);
    if (added.code !== 0 && added.stderr.includes('File exists')) continue;
    if (added.code !== 0) throw new Error(`ip link add ${device} failed: ${added.stderr.trim()}`);
    updateState(cluster, () => ({ block }));
    await ipBatch([
      `link set ${device} alias ${aliasOf(cluster)}`,
      `address add ${addresses.host}/30 dev ${device}`,
      `link set ${device} up`,
      `route add ${addresses.everything} via ${addresses.controlPlane} dev ${device}`,
    ]);
    await ipBatch(
      [
        'link set lo up',
        // In a namespace of its own the API server can have the Service's address and port, so no rule has to redirect.
        `address add ${serviceAddress}/32 dev lo`,
        // Every other Service address is refused at once instead of being sent out to the world.
        `route add unreachable ${serviceRange}`,
        `address add ${addresses.controlPlane}/30 dev uplink`,
        'link set uplink up',
        `route add default via ${addresses.host}`,
        // Fixed hardware addresses: after a reboot a neighbour's cached one still holds.
        'link add nodes address 02:00:00:00:00:01 type bridge',
        `address add ${addresses.router}/26 dev nodes`,
        'link set nodes up',
      ],
      networkArguments(cluster, controlPlaneMachine),
    );
    return addresses;
  }
  throw new Error(`all ${blockCount} address blocks are in use; take clusters down with: npm run cluster -- down --all`);
}

function portName(index: number): string {
  return `node${index}`;
}

/** Plugs a freshly booted node into the control plane's bridge. */
export async function connectNode(cluster: string, index: number, machine: string): Promise<void> {
  const addresses = clusterAddresses(cluster);
  const port = portName(index);
  const router = networkArguments(cluster, controlPlaneMachine);
  // The kernel frees a dead machine's network a moment later; its port must not be in the way of the new one.
  const stale = await runCommand(router[0] ?? '', [...router.slice(1), 'ip', 'link', 'show', port]);
  const hardware = `02:00:00:00:01:${index.toString(16).padStart(2, '0')}`;
  await ipBatch(
    [
      ...(stale.code === 0 ? [`link del ${port}`] : []),
      `link add ${port} type veth peer name eth0 address ${hardware} netns ${machineInit(cluster, machine)}`,
      `link set ${port} master nodes up`,
      `route replace ${addresses.podCidr(index)} via ${addresses.node(index)}`,
    ],
    router,
  );
  await ipBatch(
    [
      'link set lo up',
      `address add ${addresses.node(index)}/26 dev eth0`,
      'link set eth0 up',
      `route add default via ${addresses.router}`,
    ],
    networkArguments(cluster, machine),
  );
}

/** Pulls out or plugs in a node's only cable. */
export async function setNodeLink(cluster: string, index: number, up: boolean): Promise<void> {
  await ipBatch([`link set ${portName(index)} ${up ? 'up' : 'down'}`], networkArguments(cluster, controlPlaneMachine));
}
