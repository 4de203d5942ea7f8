import { asText, type Json } from '../../../core/json.ts';
import type { ContainerExit, ContainerRecord } from './runtime.ts';

/** Why a container does not run yet, or not now. */
export interface Waiting {
  readonly reason: string;
  readonly message?: string;
}

/** What a kubelet knows about a container of a Pod. */
export interface ContainerView {
  /** From the Pod's spec. */
  readonly spec: Json;
  /** The container as it was started last; undefined before its first start. */
  readonly latest: ContainerRecord | undefined;
  readonly previous: ContainerRecord | undefined;
  /** Set while a start is due, or delayed. */
  readonly waiting: Waiting | undefined;
  readonly ready: boolean;
  /** Restarts before the first record: the host has lost what it knew about an earlier container. */
  readonly lostRestarts: number;
}

/** RFC 3339 in whole seconds. */
export function rfc3339(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** The state of a container whose end nobody saw. */
function unknownState(message: string): Json {
  const none = { startedAt: null, finishedAt: null };
  return { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message, ...none } };
}

const LOST = unknownState('The container could not be located when the pod was deleted.  The container used to be Running');
const MISSING = unknownState('The container could not be located when the pod was terminated');

function terminated({ startedAt, id }: ContainerRecord, exit: ContainerExit): Json {
  return {
    terminated: {
      exitCode: exit.code,
      reason: exit.reason,
      ...(exit.message === '' ? {} : { message: exit.message }),
      startedAt: rfc3339(startedAt ?? 0),
      finishedAt: exit.finishedAt === undefined ? null : rfc3339(exit.finishedAt),
      containerID: `containerd://${id}`,
    },
  };
}

function exitState(record: ContainerRecord | undefined, view: ContainerView): Json {
  if (record?.exit !== undefined) return terminated(record, record.exit);
  return view.lostRestarts > 0 ? LOST : {};
}

function stateOf({ latest, waiting, lostRestarts }: ContainerView, final: boolean): Json {
  if (latest !== undefined && latest.exit === undefined) return { running: { startedAt: rfc3339(latest.startedAt ?? 0) } };
  if (latest?.exit !== undefined && (waiting === undefined || final)) return terminated(latest, latest.exit);
  // A terminated Pod has no container that waits, whether or not it ever ran.
  if (final) return lostRestarts > 0 ? LOST : MISSING;
  return { waiting: { ...(waiting ?? { reason: 'ContainerCreating' }) } };
}

/** The status of a container. In the final status of a Pod every container has ended. */
export function containerStatus(view: ContainerView, final: boolean): Json {
  const { spec, latest, previous, waiting, lostRestarts, ready } = view;
  const state = stateOf(view, final);
  const waits = 'waiting' in state || (waiting !== undefined && latest?.exit !== undefined && !final);
  return {
    name: spec['name'],
    state,
    lastState: exitState(waits ? latest : previous, view),
    ready: ready && !final,
    restartCount: latest?.restarts ?? lostRestarts,
    image: asText(spec['image']),
    imageID: latest === undefined ? '' : `${asText(spec['image'])}@sha256:simulated`,
    ...(latest === undefined ? {} : { containerID: `containerd://${latest.id}` }),
    started: latest !== undefined && latest.exit === undefined,
  };
}
