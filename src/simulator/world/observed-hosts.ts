import type { RunCount } from './host.ts';
import type { Hosts } from './hosts.ts';

/** A host as those see it who check a simulation. */
export interface HostReport {
  readonly name: string;
  /** The Node that stands for it, or last did. */
  readonly nodeName: string;
  readonly down: boolean;
  /** The version that an upgrade brought last; undefined: the one that it came with. */
  readonly upgradedTo: string | undefined;
  readonly runs: readonly RunCount[];
}

/** All hosts, those that were removed excluded. */
export function reportHosts(hosts: Hosts): readonly HostReport[] {
  return hosts.all.map(({ name, up, upgradedTo, runs }) => ({ name, nodeName: name, down: !up, upgradedTo, runs }));
}
