import type { KubeObject } from '../../../kube/kube-object.ts';

/** A change of one object. */
export interface StoreEvent {
  readonly resource: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** As stored; a deleted one as it was last, with the version of its deletion. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly version: number;
}

/** The events of a log, which is in the order of their versions, after a version. */
export function eventsAfter(log: readonly StoreEvent[], version: number): StoreEvent[] {
  let [low, high] = [0, log.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((log[middle]?.version ?? Infinity) > version) high = middle;
    else low = middle + 1;
  }
  return log.slice(low);
}
