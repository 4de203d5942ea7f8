import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

const root = '/sys/fs/cgroup';

/** The one hierarchy of cgroup v2, or every one of v1. */
function hierarchies(): string[] {
  if (!existsSync(root)) return [];
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  return readdirSync(root).map((name) => join(root, name));
}

function remove(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) remove(join(path, entry.name));
  }
  rmdirSync(path);
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Every container and sandbox that the node's container runtime has on its disk. */
function containerIds(nodeDirectory: string): string[] {
  return ['containers', 'sandboxes'].flatMap((kind) => {
    const folder = join(nodeDirectory, 'lib/containerd/io.containerd.grpc.v1.cri', kind);
    return existsSync(folder) ? readdirSync(folder) : [];
  });
}

/**
 * Removes the cgroups of a node that was switched off. A container that ends in the usual way takes its cgroup along; one
 * that ends with its machine does not, for cgroups belong to the host. They are found by the containers' ids.
 */
export async function removeContainerCgroups(nodeDirectory: string): Promise<void> {
  const ids = containerIds(nodeDirectory);
  for (const parent of hierarchies().map((hierarchy) => join(hierarchy, 'k8s.io'))) {
    for (const path of ids.map((id) => join(parent, id)).filter(existsSync)) {
      // The kernel empties it a moment after the process is gone.
      await waitFor(
        () => {
          try {
            remove(path);
            return true;
          } catch (error) {
            if (hasCode(error, ['ENOENT'])) return true;
            if (hasCode(error, ['EBUSY'])) return false;
            throw error;
          }
        },
        { what: `the cgroup ${path} to be empty`, timeoutMs: 10_000 },
      );
    }
    try {
      if (ids.length > 0) rmdirSync(parent);
    } catch (error) {
      // It holds the containers of another node, or was removed with another node.
      if (!hasCode(error, ['EBUSY', 'ENOENT', 'ENOTEMPTY'])) throw error;
    }
  }
}
