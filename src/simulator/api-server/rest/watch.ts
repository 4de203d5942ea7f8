import type { KubeObject } from '../../../kube/kube-object.ts';
import { apiVersionOf } from '../resources/resource-type.ts';
import { StatusError, expired, invalidOptions } from '../resources/status.ts';
import type { StoreEvent } from '../store/store.ts';
import type { ApiRequest, ServerContext, Target, WatchAnswer, WatchSink } from './exchange.ts';
import { parseVersion } from './list.ts';
import { selectionOf, type Selection } from './selection.ts';

/** kube-apiserver sends bookmarks about every minute, give or take some seconds. */
const BOOKMARK_MS = 60_000;
/** Without `timeoutSeconds`: from half an hour to a whole one. */
const MIN_TIMEOUT_MS = 1_800_000;

const INITIAL_EVENTS_END = { annotations: { 'k8s.io/initial-events-end': 'true' } };

/** How a watch begins. */
interface Start {
  /** Undefined: with the present objects. */
  readonly from: number | undefined;
  readonly bookmarks: boolean;
  /** A bookmark says that the present objects have been sent. */
  readonly marksInitialEnd: boolean;
}

/** GET of a collection with `watch=true`. */
export function watch(request: ApiRequest, target: Target, context: ServerContext): WatchAnswer {
  const { query } = request;
  const start = startOf(query);
  const selection = selectionOf(query, target);
  const seconds = Number(query.get('timeoutSeconds') ?? '');
  const timeoutMs = seconds > 0 ? seconds * 1000 : MIN_TIMEOUT_MS * (1 + context.random());
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    start: (sink) => run({ start, selection, target, timeoutMs }, sink, context),
  };
}

function startOf(query: URLSearchParams): Start {
  const text = query.get('resourceVersion') ?? '';
  const version = text === '' ? 0 : parseVersion(text, (message) => new StatusError(500, message));
  const bookmarks = isTrue(query.get('allowWatchBookmarks'));
  const match = query.get('resourceVersionMatch') ?? '';
  const sendInitial = query.get('sendInitialEvents');
  if (sendInitial !== null && match !== 'NotOlderThan') {
    throw forbiddenMatch('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  if (sendInitial === null && match !== '') {
    throw forbiddenMatch('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  }
  const initial = sendInitial === null ? version === 0 : isTrue(sendInitial);
  return { from: initial ? undefined : version, bookmarks, marksInitialEnd: initial && bookmarks };
}

function forbiddenMatch(why: string): StatusError {
  const message = `Forbidden: ${why}`;
  return invalidOptions('ListOptions', { reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' });
}

function isTrue(text: string | null): boolean {
  return text === 'true' || text === '1' || text === '';
}

interface Watch {
  readonly start: Start;
  readonly selection: Selection;
  readonly target: Target;
  readonly timeoutMs: number;
}

function run({ start, selection, target, timeoutMs }: Watch, sink: WatchSink, context: ServerContext): () => void {
  const { store, setTimer } = context;
  const { type } = target;
  const endings: (() => void)[] = [];

  function stop(): void {
    for (const end of endings.splice(0)) end();
  }

  function send(event: string, object: object): void {
    if (sink.event !== undefined) sink.event(event, object as KubeObject);
    else sink.write(`${JSON.stringify({ type: event, object })}\n`);
  }

  function show(object: KubeObject): KubeObject {
    return { ...(type.strategy.fromStorage?.(object) ?? object), apiVersion: apiVersionOf(type), kind: type.kind };
  }

  function bookmark(metadata: object = {}): void {
    const { version } = store;
    send('BOOKMARK', {
      kind: type.kind,
      apiVersion: apiVersionOf(type),
      metadata: { resourceVersion: String(version), ...metadata },
    });
  }

  function pass(event: StoreEvent): void {
    const change = changeFor(event, selection);
    if (change !== undefined) send(change.type, show(change.object));
  }

  const missed = start.from === undefined ? [] : store.changesAfter(type.storage, start.from);
  if (missed === undefined) {
    send('ERROR', expired(`too old resource version: ${start.from} (${store.oldest(type.storage)})`).status);
    sink.end();
    return stop;
  }
  if (start.from === undefined) {
    const { objects = [] } = store.list(type.storage) ?? {};
    const present = objects.filter((object) => selection.inScope(object) && selection.selects(object));
    for (const object of present) send('ADDED', show(object));
    if (start.marksInitialEnd) bookmark(INITIAL_EVENTS_END);
  }
  for (const event of missed) pass(event);
  const floor = Math.max(start.from ?? 0, store.version);
  endings.push(
    store.subscribe((event) => {
      if (event.resource === type.storage && event.version > floor) pass(event);
    }),
    setTimer(timeoutMs, () => {
      stop();
      sink.end();
    }),
  );
  if (start.bookmarks) endings.push(repeat(setTimer, BOOKMARK_MS, () => bookmark()));
  return stop;
}

function repeat(setTimer: ServerContext['setTimer'], milliseconds: number, act: () => void): () => void {
  let cancel = setTimer(milliseconds, tick);
  function tick(): void {
    cancel = setTimer(milliseconds, tick);
    act();
  }
  return () => {
    cancel();
  };
}

/** What a change is for somebody who sees the selected objects only. */
function changeFor(
  { type, object, previous }: StoreEvent,
  { inScope, selects }: Selection,
): { readonly type: StoreEvent['type']; readonly object: KubeObject } | undefined {
  if (!inScope(object)) return undefined;
  const before = previous !== undefined && selects(previous);
  const after = type !== 'DELETED' && selects(object);
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', object };
  if (!before) return undefined;
  const { resourceVersion } = object.metadata;
  return {
    type: 'DELETED',
    object: { ...previous, metadata: { ...previous.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } },
  };
}
