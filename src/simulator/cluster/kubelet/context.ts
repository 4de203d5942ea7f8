import type { KubeObject } from '../../../kube/kube-object.ts';
import type { PullImage, RunContainer } from './container.ts';
import type { PodAddresses } from './field-ref.ts';
import type { Machine } from './machine.ts';

/** What a kubelet offers to the workers of its Pods. */
export interface KubeletContext {
  readonly machine: Machine;
  /** The host's clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
  /** Calls back later, unless the kubelet has stopped by then; the function returned cancels it. */
  readonly later: (milliseconds: number, run: () => void) => () => void;
  readonly runContainer: RunContainer;
  readonly pullImage: PullImage;
  /** Reads an object. Throws a ConfigError while the API server cannot be reached. */
  readonly read: (path: string) => KubeObject | undefined;
  /** Images are pulled one after the other: reserves a time and returns how long to wait until it is over (ms). */
  readonly reservePull: (milliseconds: number) => number;
  readonly addressesOf: (pod: KubeObject) => PodAddresses;
  /** Something on the host has changed that the Node's status shows. */
  readonly touch: () => void;
  /** Writes the status of a Pod; returns the Pod as stored, or undefined when it was not written. */
  readonly writeStatus: (pod: KubeObject, status: object) => KubeObject | undefined;
  /** Removes a Pod that has ended; returns whether that was taken. */
  readonly remove: (pod: KubeObject) => boolean;
}

/** A time between two bounds (ms). */
export function between({ random }: Pick<KubeletContext, 'random'>, least: number, most: number): number {
  return Math.round(least + random() * (most - least));
}
