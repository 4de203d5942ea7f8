import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCertificate, keyPair, writeKubeconfig } from './certificates.ts';
import { pauseImage } from './images.ts';
import { clusterDirectory } from './locations.ts';
import { clusterAddresses, dnsAddress } from './network.ts';
import { findPluginFolder } from './installed.ts';

/** A real node's place in its cluster. */
export interface NodePlace {
  readonly cluster: string;
  /** From 1. */
  readonly index: number;
  readonly name: string;
}

/** The name of a real node. */
export function nodeName(index: number): string {
  return `node-${index}`;
}

/** A node's disk. */
export function nodeDirectory(place: NodePlace): string {
  return join(clusterDirectory(place.cluster), 'nodes', place.name);
}

/** The file that the node's kernel shows as its boot id. */
export function bootIdPath(place: NodePlace): string {
  return join(nodeDirectory(place), 'boot_id');
}

/** Gives the node a boot id that it never had. */
export function writeNewBootId(place: NodePlace): void {
  writeFileSync(bootIdPath(place), `${randomUUID()}\n`);
}

// The kubelet wants these values and would set them for the whole machine; it is shown files that have them already.
const kernelSettings: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

function presentSettings(): [string, string][] {
  return Object.entries(kernelSettings).filter(([name]) => existsSync(`/proc/sys/${name}`));
}

function settingPath(place: NodePlace, name: string): string {
  return join(nodeDirectory(place), 'sysctl', name.replaceAll('/', '.'));
}

/** Parts of the host's file system that every node has for itself; a cache below them would be hidden. */
export const privateDirectories = ['/run', '/etc', '/var/lib', '/var/log'];

/**
 * What a node's init mounts: its own boot id, its own disk at the usual places, and an /etc that starts as the host's. So
 * a hostPath volume such as /run/x is another folder on every node, and /run is empty after a reboot.
 */
export function nodeMounts(place: NodePlace): string[][] {
  const directory = nodeDirectory(place);
  const overlay = `lowerdir=/etc,upperdir=${directory}/etc,workdir=${directory}/etc-work`;
  return [
    ['mount', '--bind', bootIdPath(place), '/proc/sys/kernel/random/boot_id'],
    ...presentSettings().map(([name]) => ['mount', '--bind', settingPath(place, name), `/proc/sys/${name}`]),
    ['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/run'],
    ['mount', '--bind', join(directory, 'lib'), '/var/lib'],
    ['mount', '--bind', join(directory, 'log'), '/var/log'],
    ['mount', '-t', 'overlay', '-o', overlay, 'overlay', '/etc'],
    // The kubelet and the container runtime pass mounts on to containers.
    ['mount', '--make-rshared', '/'],
  ];
}

function containerdConfig(place: NodePlace): string {
  return `version = 3
root = '/var/lib/containerd'
state = '/run/containerd'
disabled_plugins = ['io.containerd.nri.v1.nri']

[grpc]
address = '/run/containerd/containerd.sock'

[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = '${pauseImage}'

[plugins.'io.containerd.cri.v1.images'.registry]
# A test that has a registry of its own says there how it is spoken to.
config_path = '/etc/containerd/certs.d'

[plugins.'io.containerd.cri.v1.runtime']
# Without CAP_SYS_RESOURCE on the host no container could start with the score that the kubelet asks for.
restrict_oom_score_adj = true
# A profile would be loaded into the host's kernel, and stay there.
disable_apparmor = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ['${findPluginFolder() ?? '/opt/cni/bin'}']
conf_dir = '${join(nodeDirectory(place), 'cni')}'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
SystemdCgroup = false
`;
}

function podNetwork(place: NodePlace): unknown {
  const addresses = clusterAddresses(place.cluster);
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'pods',
        isGateway: true,
        isDefaultGateway: true,
        // A receiver of a Pod's request has to see the Pod's own address.
        ipMasq: false,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: addresses.podCidr(place.index), gateway: addresses.podGateway(place.index) }]],
          dataDir: '/run/cni-addresses',
        },
      },
    ],
  };
}

function kubeletConfig(place: NodePlace): unknown {
  const directory = nodeDirectory(place);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    authentication: { x509: { clientCAFile: keyPair(place.cluster, 'ca').certificate } },
    failCgroupV1: false,
    failSwapOn: false,
    cgroupDriver: 'cgroupfs',
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    oomScoreAdj: 0,
    makeIPTablesUtilChains: false,
    resolvConf: join(directory, 'resolv.conf'),
    // Nothing answers there, and at once: see network.ts. Without an address every Pod would get a warning event.
    clusterDNS: [dnsAddress],
    clusterDomain: 'cluster.local',
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%', 'nodefs.inodesFree': '1%' },
    // The images were imported; a full disk on the host must not make the kubelet remove them.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    nodeStatusUpdateFrequency: '2s',
    nodeLeaseDurationSeconds: 8,
    syncFrequency: '10s',
    eventRecordQPS: 0,
    kubeAPIQPS: 100,
    kubeAPIBurst: 200,
    volumeStatsAggPeriod: '0s',
    registerNode: true,
  };
}

/** Writes a new node's disk: folders, certificate and the configuration of its daemons. */
export async function prepareNode(place: NodePlace, server: string): Promise<void> {
  const directory = nodeDirectory(place);
  for (const name of ['lib', 'log', 'etc', 'etc-work', 'cni', 'sysctl']) mkdirSync(join(directory, name), { recursive: true });
  for (const [name, value] of presentSettings()) writeFileSync(settingPath(place, name), `${value}\n`);
  if (!existsSync(bootIdPath(place))) writeNewBootId(place);
  const client = await createCertificate(place.cluster, {
    name: place.name,
    user: `system:node:${place.name}`,
    group: 'system:nodes',
    // The kubelet also serves with it, for logs and exec.
    alternativeNames: [`DNS:${place.name}`, `IP:${clusterAddresses(place.cluster).node(place.index)}`],
  });
  writeKubeconfig(place.cluster, join(directory, 'kubeconfig'), server, client);
  writeFileSync(join(directory, 'etc', 'machine-id'), `${randomUUID().replaceAll('-', '')}\n`);
  writeFileSync(join(directory, 'etc', 'hostname'), `${place.name}\n`);
  // For host-network Pods: there is no DNS, and a look-up fails at once rather than after a timeout.
  writeFileSync(join(directory, 'resolv.conf'), 'nameserver 127.0.0.1\n');
  writeFileSync(join(directory, 'containerd.toml'), containerdConfig(place));
  writeFileSync(join(directory, 'kubelet.json'), JSON.stringify(kubeletConfig(place), undefined, 2));
  writeFileSync(join(directory, 'cni', '10-pods.conflist'), JSON.stringify(podNetwork(place), undefined, 2));
}
