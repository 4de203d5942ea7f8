import type { Api } from '../api.ts';
import { until } from './objects.ts';

const HEARTBEAT_MS = 5000;

interface NodeShape {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly cpu?: string;
}

/** The nodes of the suite. Nothing schedules on them but what tolerates `suite`. */
const NODES: readonly NodeShape[] = [
  { name: 'cordoned', spec: { unschedulable: true } },
  { name: 'tainted', labels: { disk: 'ssd' }, spec: { taints: [{ key: 'other', effect: 'NoSchedule' }] } },
  { name: 'small', cpu: '1' },
  { name: 'large', cpu: '8', labels: { disk: 'ssd' } },
];
const SUITE = { key: 'suite', effect: 'NoSchedule' };
export const TOLERATES_SUITE = { key: 'suite', operator: 'Exists' };

/** Creates the nodes, Ready, and keeps them alive until the returned function is called. */
export async function createNodes(api: Api): Promise<() => void> {
  for (const { name, labels = {}, spec = {}, cpu = '4' } of NODES) {
    const { taints = [] } = spec as { readonly taints?: readonly unknown[] };
    await api.post('/api/v1/nodes', {
      metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
      spec: { ...spec, taints: [...taints, SUITE] },
      status: { allocatable: { cpu, memory: '8Gi', pods: '20' }, capacity: { cpu, memory: '8Gi', pods: '20' }, ...ready() },
    });
  }
  // The server taints new nodes until the node controller sees that they are Ready.
  for (const { name } of NODES) {
    await until(api, `/api/v1/nodes/${name}`, (node) => !JSON.stringify(node?.spec.taints).includes('not-ready'));
  }
  const timer = setInterval(() => {
    for (const { name } of NODES) void api.merge(`/api/v1/nodes/${name}/status`, { status: ready() }).catch(() => undefined);
  }, HEARTBEAT_MS);
  return () => {
    clearInterval(timer);
  };
}

function ready(): object {
  const lastHeartbeatTime = `${new Date().toISOString().slice(0, 19)}Z`;
  const text = { reason: 'KubeletReady', message: 'kubelet is posting ready status' };
  return { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime, lastTransitionTime: lastHeartbeatTime, ...text }] };
}
