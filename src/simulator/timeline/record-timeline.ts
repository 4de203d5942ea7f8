import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { OnEvent } from '../cluster/cluster-client.ts';
import { batchEvents } from './batch-events.ts';
import { planEvents } from './plan-events.ts';
import type { Happening, SimulationEvent } from './simulation-event.ts';

/** What a recorder watches. */
export interface TimelinePorts {
  readonly client: { watch(path: string, onEvent: OnEvent): () => void };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The timeline of a simulation, and the plans and batches as they are. */
export interface TimelineRecorder {
  /** It grows. */
  readonly events: readonly SimulationEvent[];
  /** The watched objects of a collection, in the order in which they were created; undefined for other collections. */
  current(path: string): readonly KubeObject[] | undefined;
  /** Adds what no object shows, such as a fault. */
  add(event: Happening): void;
  stop(): void;
}

/** Records what happens to plans and batches, as they change. */
export function recordTimeline({ client, now }: TimelinePorts): TimelineRecorder {
  const events: SimulationEvent[] = [];
  const objects = new Map<string, Map<string, KubeObject>>();
  const add = (event: Happening): void => void events.push({ time: now(), ...event });
  const record = (
    path: string,
    changes: (before: KubeObject | undefined, now: KubeObject) => readonly Happening[],
  ): (() => void) => {
    const known = new Map<string, KubeObject>();
    objects.set(path, known);
    return client.watch(path, (type, object) => {
      const uid = object.metadata.uid ?? '';
      if (type === 'DELETED') {
        known.delete(uid);
        return;
      }
      for (const event of changes(known.get(uid), object)) add(event);
      known.set(uid, object);
    });
  };
  const stops = [
    record(resourcePath(KINDS.plans), (before, after) =>
      planEvents(before as UpgradePlan | undefined, after as unknown as UpgradePlan),
    ),
    record(resourcePath(KINDS.batches), (before, after) =>
      batchEvents(before as UpgradeBatch | undefined, after as unknown as UpgradeBatch),
    ),
  ];
  return {
    events,
    current: (path) => {
      const known = objects.get(path);
      return known === undefined ? undefined : [...known.values()];
    },
    add,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
