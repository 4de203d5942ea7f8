import { asObject, asObjects, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { rfc3339 } from './container-status.ts';
import type { Machine } from './machine.ts';

const IMAGE_BYTES = 50_000_000;
/** A kubelet reports at most this many images. */
const MAX_IMAGES = 50;

/** The Node that a kubelet registers, without its status. */
export function nodeObject(machine: Machine): Json {
  const { labels, taints, providerID } = machine.facts();
  const own = { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': machine.name, 'kubernetes.io/os': 'linux' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: machine.name,
      labels: { 'beta.kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux', ...own, ...labels },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: {
      ...(providerID === undefined ? {} : { providerID }),
      ...(taints.length === 0 ? {} : { taints }),
    },
  };
}

/** How well a kubelet is. */
export interface Health {
  /** Until the container runtime has answered after a boot, a node is not Ready. */
  readonly runtimeReady: boolean;
  /** By the host's clock, in milliseconds since the epoch. */
  readonly now: number;
}

/** The status that a kubelet writes to its Node, as a merge patch. */
export function nodeStatus(machine: Machine, before: KubeObject | undefined, health: Health): Json {
  const { address, capacity, diskFull, machineID, systemUUID, ...facts } = machine.facts();
  const { kernelVersion, osImage, kubeletVersion, containerRuntimeVersion } = facts;
  return {
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: machine.name },
    ],
    capacity,
    allocatable: capacity,
    conditions: conditions(before, { ...health, diskFull }),
    daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    images: [...machine.images].slice(0, MAX_IMAGES).map((name) => ({ names: [name], sizeBytes: IMAGE_BYTES })),
    nodeInfo: {
      ...{ machineID, systemUUID, bootID: machine.bootId, kernelVersion, osImage, kubeletVersion },
      ...{ containerRuntimeVersion, kubeProxyVersion: '', operatingSystem: 'linux', architecture: 'amd64' },
    },
  };
}

function conditions(
  before: KubeObject | undefined,
  { diskFull, runtimeReady, now }: Health & { readonly diskFull: boolean },
): Json[] {
  const known = asObjects(asObject(before?.['status'])['conditions']);
  const own = [
    pressure('MemoryPressure', 'has sufficient memory available', false),
    diskFull ? pressure('DiskPressure', 'has disk pressure', true) : pressure('DiskPressure', 'has no disk pressure', false),
    pressure('PIDPressure', 'has sufficient PID available', false),
    runtimeReady
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : {
          ...{ type: 'Ready', status: 'False', reason: 'KubeletNotReady' },
          message: '[container runtime status check may not have completed yet]',
        },
  ];
  const others = known.filter(({ type }) => own.every((condition) => condition.type !== type));
  const written = own.map((condition) => {
    const old = known.find(({ type }) => type === condition.type);
    const lastTransitionTime = old?.['status'] === condition.status ? old['lastTransitionTime'] : rfc3339(now);
    return { ...condition, lastHeartbeatTime: rfc3339(now), lastTransitionTime };
  });
  return [...others, ...written];
}

function pressure(
  type: string,
  words: string,
  present: boolean,
): { type: string; status: string; reason: string; message: string } {
  const kubelet = type.replace('Pressure', '');
  const reason = present
    ? `KubeletHas${kubelet}Pressure`
    : type === 'DiskPressure'
      ? 'KubeletHasNoDiskPressure'
      : `KubeletHasSufficient${kubelet}`;
  return { type, status: present ? 'True' : 'False', reason, message: `kubelet ${words}` };
}
