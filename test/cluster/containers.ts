import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineInit } from './machine.ts';
import { processIds } from './processes.ts';

/** A running container of a real node. */
export interface NodeContainer {
  readonly id: string;
  /** Its first process, as the host numbers it. */
  readonly pid: number;
  readonly pod: string;
  readonly namespace: string;
  readonly name: string;
}

interface RuntimeSpec {
  readonly annotations?: Readonly<Record<string, string>>;
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The container or process ended while it was being read.
    return undefined;
  }
}

/** The host's number for a process that a node's PID namespace numbers otherwise. */
function hostProcess(containerId: string, nodePid: number): number | undefined {
  return processIds().find((pid) => {
    if (readOptional(`/proc/${pid}/cgroup`)?.includes(containerId) !== true) return false;
    const numbers = /^NSpid:\s+(.*)$/m.exec(readOptional(`/proc/${pid}/status`) ?? '')?.[1]?.split(/\s+/) ?? [];
    return numbers[1] === `${nodePid}`;
  });
}

/** Lists a machine's running containers, without the sandboxes. */
export function listContainers(cluster: string, machine: string): NodeContainer[] {
  const root = `/proc/${machineInit(cluster, machine)}/root`;
  const tasks = join(root, 'run/containerd/io.containerd.runtime.v2.task/k8s.io');
  let ids: string[];
  try {
    ids = readdirSync(tasks);
  } catch (error) {
    // Before the first container there is no such folder.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return ids.flatMap((id) => {
    const spec = readOptional(join(tasks, id, 'config.json'));
    const nodePid = readOptional(join(tasks, id, 'init.pid'));
    if (spec === undefined || nodePid === undefined) return [];
    const annotations = (JSON.parse(spec) as RuntimeSpec).annotations ?? {};
    const pid = hostProcess(id, Number(nodePid));
    if (annotations['io.kubernetes.cri.container-type'] !== 'container' || pid === undefined) return [];
    return [
      {
        id,
        pid,
        pod: annotations['io.kubernetes.cri.sandbox-name'] ?? '',
        namespace: annotations['io.kubernetes.cri.sandbox-namespace'] ?? '',
        name: annotations['io.kubernetes.cri.container-name'] ?? '',
      },
    ];
  });
}
