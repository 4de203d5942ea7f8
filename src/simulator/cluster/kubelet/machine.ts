import type { Json } from '../../../core/json.ts';
import type { ContainerHost } from './container.ts';
import type { ContainerRuntime } from './runtime.ts';

/** What a kubelet reads from its host, as it is now. */
export interface MachineFacts {
  readonly labels: Readonly<Record<string, string>>;
  /** Taints that the Node gets when it registers. */
  readonly taints: readonly Json[];
  readonly providerID: string | undefined;
  readonly address: string;
  readonly capacity: Readonly<Record<string, string>>;
  readonly kernelVersion: string;
  readonly osImage: string;
  /** The version of the kubelet that runs. */
  readonly kubeletVersion: string;
  readonly containerRuntimeVersion: string;
  readonly machineID: string;
  readonly systemUUID: string;
  readonly diskFull: boolean;
}

/** The host of a kubelet. */
export interface Machine extends ContainerHost {
  readonly runtime: ContainerRuntime;
  /** Images on the disk. */
  readonly images: Set<string>;
  readonly facts: () => MachineFacts;
}
