import { chooseProcess, parseReportRequest } from '../core/reports/parse-report-request.ts';
import { pause } from '../kube/pause.ts';
import type { PostOutcome, ReportQueue } from './report-queue.ts';
import type { TurnSource } from './turn-source.ts';

/** A request on the socket. */
export interface SocketRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
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
  /** For how long a caller is kept waiting for its Event, in milliseconds. */
  readonly answerWithinMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** When a caller may try again that came too early or in a crowd, in seconds. */
const RETRY_AFTER_SECONDS = '2';

/** The paths of the socket with their methods. */
const ROUTES: Readonly<Record<string, string>> = { '/v1/reports': 'POST', '/v1/turn': 'GET', '/healthz': 'GET' };

/** Answers one request. */
export async function answerRequest(request: SocketRequest, options: RouteOptions): Promise<SocketAnswer> {
  const method = ROUTES[request.path];
  if (method === undefined) return refuse(404, `There is no ${request.path} here. There is: ${listRoutes()}.`);
  if (request.method !== method) return refuse(405, `${request.path} takes ${method}, not ${request.method}.`, { Allow: method });
  switch (request.path) {
    case '/v1/reports':
      return postReport(request.body, options);
    case '/v1/turn':
      return showTurn(options);
    default:
      return options.turns.view().kind === 'Unknown' ? notYet() : { status: 200, body: { status: 'ok' } };
  }
}

/** An answer that says in a sentence why the request was not carried out. */
export function refuse(status: number, error: string, headers: Readonly<Record<string, string>> = {}): SocketAnswer {
  return { status, body: { error }, headers };
}

async function postReport(body: string, { turns, queue, answerWithinMs, now, sleep }: RouteOptions): Promise<SocketAnswer> {
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
  const outcome = await within(posted, answerWithinMs, sleep);
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

function notYet(): SocketAnswer {
  return refuse(
    503,
    'The reporter does not know this node yet, because the API server has not answered: try again in a moment.',
    {
      'Retry-After': RETRY_AFTER_SECONDS,
    },
  );
}

/** The outcome, or undefined when it takes longer than `ms`. */
async function within(outcome: Promise<PostOutcome>, ms: number, sleep: RouteOptions['sleep']): Promise<PostOutcome | undefined> {
  const enough = new AbortController();
  const late = pause(sleep, ms, enough.signal);
  try {
    return await Promise.race([outcome, late.then(() => undefined)]);
  } finally {
    enough.abort();
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
