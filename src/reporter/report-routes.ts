import { chooseProcess, parseReportRequest } from '../core/reports/parse-report-request.ts';
import { pause } from '../kube/pause.ts';
import type { PostOutcome, ReportQueue } from './report-queue.ts';
import type { TurnSource } from './turn-source.ts';

/** A request on the socket. */
export interface SocketRequest {
  readonly method: string;
  readonly path: string;
  /** What stands after `?`, or empty. */
  readonly query: string;
  readonly body: string;
  /** The header `Prefer` (RFC 7240), or empty. */
  readonly prefer: string;
}

/** An answer on the socket: `body` is sent as JSON. */
export interface SocketAnswer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the routes need. */
export interface RouteOptions {
  readonly turns: TurnSource;
  readonly queue: ReportQueue;
  /** For how long a caller that does not say is kept waiting for its Event, in milliseconds. */
  readonly answerWithinMs: number;
  /** Aborted when the reporter ends: then nobody is kept waiting. */
  readonly ending: AbortSignal;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** When a caller may try again that came too early or in a crowd, in seconds. */
const RETRY_AFTER_SECONDS = '2';

/** The longest that a caller may ask to be kept waiting, in seconds. */
const LONGEST_WAIT_SECONDS = 300;

/** The paths of the socket with their methods. */
const ROUTES: Readonly<Record<string, string>> = {
  '/v1/reports': 'POST',
  '/v1/turn': 'GET',
  '/v1/checkpoint': 'GET',
  '/healthz': 'GET',
};

/** Answers one request. */
export async function answerRequest(request: SocketRequest, options: RouteOptions): Promise<SocketAnswer> {
  const method = ROUTES[request.path];
  if (method === undefined) return refuse(404, `There is no ${request.path} here. There is: ${listRoutes()}.`);
  if (request.method !== method) return refuse(405, `${request.path} takes ${method}, not ${request.method}.`, { Allow: method });
  switch (request.path) {
    case '/v1/reports':
      return postReport(request, options);
    case '/v1/turn':
      return showTurn(options);
    case '/v1/checkpoint':
      return showCheckpoint(request, options);
    default:
      return options.turns.view().kind === 'Unknown' ? notYet() : { status: 200, body: { status: 'ok' } };
  }
}

/** An answer that says in a sentence why the request was not carried out. */
export function refuse(status: number, error: string, headers: Readonly<Record<string, string>> = {}): SocketAnswer {
  return { status, body: { error }, headers };
}

async function postReport({ body, prefer }: SocketRequest, options: RouteOptions): Promise<SocketAnswer> {
  const { turns, queue, now } = options;
  const json = parseJson(body);
  if (json.kind === 'Invalid') return refuse(400, json.message);
  const parsed = parseReportRequest(json.value);
  if (parsed.kind === 'Invalid') return refuse(400, parsed.message);

  const view = turns.view();
  if (view.kind === 'Unknown') return notYet();
  if (view.kind === 'Closed')
    return refuse(409, 'This node is not in its turn: no upgrade plan has claimed it, so there is nothing to report on.');
  const { turn, node } = view;
  const { request } = parsed;
  const chosen = chooseProcess(request.process, turn.processes);
  if (chosen.kind === 'Invalid') return refuse(400, chosen.message);

  const { namespace, plan, batch, batchUid } = turn;
  const posted = queue.submit({
    turn: { namespace, plan, batch, batchUid },
    node,
    process: chosen.process,
    attempt: request.attempt ?? turn.attempt,
    text: request.text,
    time: now(),
  });
  if (posted === undefined) {
    return refuse(503, 'Too many reports wait for the API server: try again later.', { 'Retry-After': RETRY_AFTER_SECONDS });
  }
  const outcome = await within(posted, waitMs(prefer) ?? options.answerWithinMs, options);
  if (outcome === undefined) return { status: 202, body: { status: 'queued' } };
  if (outcome.kind === 'Refused') return refuse(502, `The API server has refused the report: ${outcome.message}`);
  return { status: 201, body: { status: 'reported', namespace: outcome.namespace, event: outcome.name } };
}

function showTurn({ turns }: RouteOptions): SocketAnswer {
  const view = turns.view();
  if (view.kind === 'Unknown') return notYet();
  if (view.kind === 'Closed') return refuse(404, 'This node is not in its turn: no upgrade plan has claimed it.');
  const { namespace, plan, batch, processes, attempt, openedTime } = view.turn;
  return {
    status: 200,
    body: { node: view.node.name, bootId: view.node.bootId, namespace, plan, batch, processes, attempt, openedTime },
  };
}

/** What the attempts before have left: the operator hands it over with the turn. */
function showCheckpoint({ query }: SocketRequest, { turns }: RouteOptions): SocketAnswer {
  const view = turns.view();
  if (view.kind === 'Unknown') return notYet();
  if (view.kind === 'Closed') return refuse(404, 'This node is not in its turn: no upgrade plan has claimed it.');
  const { processes, attempt, checkpoints = {} } = view.turn;
  const chosen = chooseProcess(new URLSearchParams(query).get('process') ?? undefined, processes);
  if (chosen.kind === 'Invalid') return refuse(400, chosen.message);
  const lines = (checkpoints[chosen.process] ?? '').split('\n').filter((line) => line !== '');
  const checkpoint = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  return { status: 200, body: { process: chosen.process, attempt, checkpoint } };
}

function notYet(): SocketAnswer {
  return refuse(
    503,
    'The reporter does not know this node yet, because the API server has not answered: try again in a moment.',
    {
      'Retry-After': RETRY_AFTER_SECONDS,
    },
  );
}

/** What a caller asks for with `Prefer: wait=30`, in milliseconds. */
function waitMs(prefer: string): number | undefined {
  const seconds = /(?:^|[,;\s])wait=(\d{1,9})(?:$|[,;\s])/.exec(prefer)?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), LONGEST_WAIT_SECONDS) * 1000;
}

/** The outcome, or undefined when it takes longer than `ms` or the reporter ends. */
async function within(
  outcome: Promise<PostOutcome>,
  ms: number,
  { sleep, ending }: RouteOptions,
): Promise<PostOutcome | undefined> {
  const known = new AbortController();
  const late = pause(sleep, ms, AbortSignal.any([known.signal, ending]));
  try {
    return await Promise.race([outcome, late.then(() => undefined)]);
  } finally {
    known.abort();
  }
}

function parseJson(
  body: string,
): { readonly kind: 'Valid'; readonly value: unknown } | { readonly kind: 'Invalid'; readonly message: string } {
  try {
    return { kind: 'Valid', value: JSON.parse(body) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'Invalid', message: `The body is not JSON (${why}). An example: {"reason":"UpgradeStarted"}.` };
  }
}

function listRoutes(): string {
  return Object.entries(ROUTES)
    .map(([path, method]) => `${method} ${path}`)
    .join(', ');
}
