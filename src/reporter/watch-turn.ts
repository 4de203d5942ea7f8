import type { Log } from '../api/log.ts';
import type { Turn } from '../api/marks.ts';
import { ANNOTATIONS } from '../api/names.ts';
import { isJsonObject } from '../core/json.ts';
import { parseTurn } from '../core/reports/parse-turn.ts';
import type { KubeClient, KubeObject } from '../kube/client/client.ts';
import type { Sleep } from '../kube/pause.ts';
import { Reflector } from '../kube/watch/reflector.ts';
import { KINDS, resourcePath } from '../kube/resource-path.ts';
import type { ReportingNode, TurnSource, TurnView } from './turn-source.ts';

/** What the watch depends on. */
export interface WatchTurnOptions {
  readonly client: Pick<KubeClient, 'list' | 'watch'>;
  /** Name of this node, the only one that is watched. */
  readonly node: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
  readonly log: Log;
}

/** A turn source that follows its Node while it runs. */
export interface WatchedTurn extends TurnSource {
  /** Watches the Node until the signal is aborted. Call it once. */
  run(signal: AbortSignal): Promise<void>;
}

interface ObservedNode {
  readonly node: ReportingNode;
  readonly turn: Turn | undefined;
}

/** Watches this Node for the annotation with its turn, which the claim writes. */
export function watchTurn({ node: name, log, ...options }: WatchTurnOptions): WatchedTurn {
  const reflector = new Reflector<ObservedNode>({
    ...options,
    log,
    path: resourcePath(KINDS.nodes),
    query: { fieldSelector: `metadata.name=${name}` },
    project: (object) => observeNode(object, name, log),
  });
  return {
    view(): TurnView {
      if (!reflector.synced) return { kind: 'Unknown' };
      const observed = reflector.get(name);
      return observed?.turn === undefined ? { kind: 'Closed' } : { kind: 'Open', turn: observed.turn, node: observed.node };
    },
    run: (signal) => reflector.run(signal),
  };
}

function observeNode(object: KubeObject, name: string, log: Log): ObservedNode {
  const { uid = '', annotations } = object.metadata;
  const annotation = annotations?.[ANNOTATIONS.turn];
  const turn = annotation === undefined ? undefined : parseTurn(annotation);
  if (annotation !== undefined && turn === undefined) {
    log.warn('Rejecting reports: the turn annotation is invalid. Check that operator and reporter have the same version', {
      node: name,
    });
  }
  return { node: { name, uid, bootId: bootIdOf(object) }, turn };
}

/** The boot ID from the Node's status, which is what the operator compares. */
function bootIdOf(object: KubeObject): string {
  const status = object['status'];
  const nodeInfo = isJsonObject(status) ? status['nodeInfo'] : undefined;
  const bootId = isJsonObject(nodeInfo) ? nodeInfo['bootID'] : undefined;
  return typeof bootId === 'string' ? bootId : '';
}
