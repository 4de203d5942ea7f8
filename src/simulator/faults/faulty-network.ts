import type { SetTimer } from '../../kube/pause.ts';
import type { ApiServer } from '../api-server/create-api-server.ts';
import { refusal, refusedRequest } from '../api-server/refusals.ts';
import type { StatusError } from '../api-server/resources/status.ts';
import { expired } from '../api-server/resources/status.ts';
import type { ApiAnswer } from '../api-server/rest/exchange.ts';
import type { LineFate, Network, OutgoingRequest, RequestFate } from '../process/network.ts';
import type { FaultSource } from './fault-source.ts';
import type { FaultSpans } from './fault-spans.ts';
import { kindOf, type Points } from './points.ts';
import type { EventFault, Point, RequestFault, ScheduledFault } from './schedule.ts';

/** What a network with faults is made from. */
export interface FaultyNetworkOptions {
  /** Decides about latencies. */
  readonly base: Network;
  readonly points: Points;
  readonly source: FaultSource;
  readonly spans: FaultSpans;
  readonly server: Pick<ApiServer, 'handle'>;
  readonly setTimer: SetTimer;
  /** Kills a program, which starts again after a time (ms). */
  readonly killProgram: (name: string, downMs: number) => void;
  /** Sees every fault that was injected at a point. */
  readonly onFault: (fault: ScheduledFault) => void;
}

/** After this time a client hears that its connection is broken (ms). */
const BREAKS_AFTER_MS = 5000;
/** A killed program dies this much later than its last request arrives (ms). */
const DIES_AFTER_MS = 0.5;

/** A network whose faults are those of a source, and those that last. */
export function faultyNetwork(options: FaultyNetworkOptions): Network {
  const { base, points, source, spans, onFault } = options;
  /** Watches that were cut off and must not be resumed: `program path`. */
  const gone = new Set<string>();
  /** Watches that deliver nothing until they end, by the request. */
  const missing = new WeakSet<OutgoingRequest>();

  return {
    request(outgoing) {
      const usual = base.request(outgoing);
      const point = points.next(outgoing.from, kindOf(outgoing));
      const fault = source.requestFault(point);
      const lasting = lastingFate(options, outgoing, usual, gone);
      if (lasting !== undefined) return lasting;
      if (fault === undefined || usual.kind !== 'Arrives') return usual;
      const fate = fateOf(options, outgoing, usual, { point, fault });
      if (fate !== usual) onFault({ at: point, fault });
      return fate;
    },
    line(outgoing, line) {
      const usual = base.line(outgoing, line);
      const isEvent = !line.startsWith('{"type":"BOOKMARK"');
      const point = isEvent ? points.next(outgoing.from, 'Event') : undefined;
      const fault = point === undefined ? undefined : source.eventFault(point);
      const stalledMs = spans.stallMs(outgoing.from) ?? spans.partitionMs(outgoing.from);
      if (missing.has(outgoing)) return { kind: 'Hidden' };
      if (stalledMs !== undefined) return { kind: 'Arrives', afterMs: stalledMs };
      if (fault === undefined || point === undefined) return usual;
      onFault({ at: point, fault });
      return lineFate(outgoing, fault, { gone, missing });
    },
  };
}

type Usual = Extract<RequestFate, { kind: 'Arrives' }>;

/** What a fault that lasts makes of a request. */
function lastingFate(
  { spans, server }: FaultyNetworkOptions,
  outgoing: OutgoingRequest,
  usual: RequestFate,
  gone: Set<string>,
): RequestFate | undefined {
  const { from, request } = outgoing;
  const afterMs = 'afterMs' in usual ? usual.afterMs : 0;
  if (spans.partitionMs(from) !== undefined) return { kind: 'Lost', breaksAfterMs: BREAKS_AFTER_MS };
  if (outgoing.watch && gone.delete(watchKey(outgoing))) {
    return { kind: 'Refused', afterMs, answer: statusAnswer(expired('too old resource version')) };
  }
  const kind = kindOf(outgoing);
  if (kind === 'Write') {
    const refused = refusedRequest(request);
    const name = spans.refusalOf(from, refused.plural);
    return name === undefined ? undefined : { kind: 'Refused', afterMs, answer: refusal(name, refused) };
  }
  const rewound = kind === 'Read' ? spans.rewound(from) : undefined;
  if (rewound === undefined || refusedRequest(request).name !== '') return undefined;
  const answer = pastList(server, outgoing, rewound.version);
  return answer === undefined ? undefined : { kind: 'Refused', afterMs, answer };
}

/** A list as it was at a version; undefined when that is not known. */
function pastList(server: Pick<ApiServer, 'handle'>, { request }: OutgoingRequest, version: number): ApiAnswer | undefined {
  const query = new URLSearchParams(request.query);
  for (const key of ['limit', 'continue']) query.delete(key);
  query.set('resourceVersion', String(version));
  query.set('resourceVersionMatch', 'Exact');
  const answer = server.handle({ ...request, query });
  return 'body' in answer && answer.status === 200 ? answer : undefined;
}

function fateOf(
  { setTimer, killProgram }: FaultyNetworkOptions,
  outgoing: OutgoingRequest,
  usual: Usual,
  { point, fault }: { readonly point: Point; readonly fault: RequestFault },
): RequestFate {
  const { afterMs } = usual;
  switch (fault.kind) {
    case 'RequestLost':
      return { kind: 'Lost', breaksAfterMs: BREAKS_AFTER_MS };
    case 'AnswerLost':
      return { kind: 'AnswerLost', afterMs, breaksAfterMs: BREAKS_AFTER_MS };
    case 'RequestLate':
      return { ...usual, afterMs: afterMs + fault.ms };
    case 'AnswerLate':
      return { ...usual, answerAfterMs: usual.answerAfterMs + fault.ms };
    case 'RequestRepeated':
      return point.kind === 'Write' ? { ...usual, kind: 'ArrivesTwice', againAfterMs: fault.ms } : usual;
    case 'Refused':
      return { kind: 'Refused', afterMs, answer: refusal(fault.refusal, refusedRequest(outgoing.request)) };
    case 'KilledBefore':
      setTimer(0, () => killProgram(outgoing.from, fault.downMs));
      return { kind: 'Lost', breaksAfterMs: undefined };
    case 'KilledAfter':
      setTimer(afterMs + DIES_AFTER_MS, () => killProgram(outgoing.from, fault.downMs));
      return { kind: 'AnswerLost', afterMs, breaksAfterMs: undefined };
  }
}

function lineFate(
  outgoing: OutgoingRequest,
  fault: EventFault,
  { gone, missing }: { readonly gone: Set<string>; readonly missing: WeakSet<OutgoingRequest> },
): LineFate {
  switch (fault.kind) {
    case 'EventLate':
      return { kind: 'Arrives', afterMs: fault.ms };
    case 'WatchBroken':
      return { kind: 'Breaks' };
    case 'EventsMissed':
      missing.add(outgoing);
      gone.add(watchKey(outgoing));
      return { kind: 'Breaks', afterMs: fault.forMs };
  }
}

function watchKey({ from, request }: OutgoingRequest): string {
  return `${from} ${request.path}`;
}

function statusAnswer({ status }: StatusError): ApiAnswer {
  return { status: status.code, headers: { 'content-type': 'application/json' }, body: JSON.stringify(status) };
}
