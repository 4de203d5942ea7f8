import { chooseProcess, parseReportRequest } from '../core/reports/parse-report-request.ts';
import { pause } from '../kube/pause.ts';
import type { PostOutcome, ReportQueue } from './report-queue.ts';
import type { TurnSource } from './turn-source.ts';

/** A request from the socket. */
export interface SocketRequest {
  readonly method: string;
  readonly path: string;
  /** The part after `?`, or empty. */
  readonly query: string;
  readonly body: string;
  /** The header `Prefer` (RFC 7240), or empty. */
  readonly prefer: string;
}

/** An answer for the socket; `body` is sent as JSON. */
export interface SocketAnswer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the routes depend on. */
export interface RouteOptions {
  readonly turns: TurnSource;
  readonly queue: ReportQueue;
  /** How long a caller waits for its Event when it does not set `Prefer: wait`, in milliseconds. */
  readonly answerTimeoutMs: number;
  /** Aborted when the reporter stops; callers then no longer wait. */
  readonly stopping: AbortSignal;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** `Retry-After` of an answer 503, in seconds. */
const RETRY_AFTER_SECONDS = '2';

/** Maximum of `Prefer: wait`, in seconds. */
const MAX_WAIT_SECONDS = 300;

/** The paths of the API with their methods. */
const ROUTES: Readonly<Record<string, string>> = {
  '/v1/reports': 'POST',
  '/v1/turn': 'GET',
  '/v1/checkpoint': 'GET',
  '/healthz': 'GET',
};

/** Answers one request. */
export async function answerRequest(request: SocketRequest, options: RouteOptions): Promise<SocketAnswer> {
  const method = ROUTES[request.path];
  if (method === undefined) return errorAnswer(404, `Unknown path ${request.path}. The paths are: ${listRoutes()}.`);
  if (request.method !== method)
    return errorAnswer(405, `${request.path} requires the method ${method}, got ${request.method}.`, { Allow: method });
  switch (request.path) {
    case '/v1/reports':
      return postReport(request, options);
    case '/v1/turn':
      return showTurn(options);
    case '/v1/checkpoint':
      return showCheckpoint(request, options);
    default:
      return options.turns.view().kind === 'Unknown' ? notSyncedAnswer() : { status: 200, body: { status: 'ok' } };
  }
}

/** An error answer; `error` is a sentence that says what is wrong. */
export function errorAnswer(status: number, error: string, headers: Readonly<Record<string, string>> = {}): SocketAnswer {
  return { status, body: { error }, headers };
}

async function postReport({ body, prefer }: SocketRequest, options: RouteOptions): Promise<SocketAnswer> {
  const { turns, queue, now } = options;
  const json = parseJson(body);
  if (json.kind === 'Invalid') return errorAnswer(400, json.message);
  const parsed = parseReportRequest(json.value);
  if (parsed.kind === 'Invalid') return errorAnswer(400, parsed.message);

  const view = turns.view();
  if (view.kind === 'Unknown') return notSyncedAnswer();
  if (view.kind === 'Closed')
    return errorAnswer(409, 'This node is not in its turn: no UpgradePlan has claimed it, so there is nothing to report.');
  const { turn, node } = view;
  const { request } = parsed;
  const chosen = chooseProcess(request.process, turn.processes);
  if (chosen.kind === 'Invalid') return errorAnswer(400, chosen.message);

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
    return errorAnswer(503, 'Too many reports are queued for the API server: try again later.', {
      'Retry-After': RETRY_AFTER_SECONDS,
    });
  }
  const outcome = await waitForOutcome(posted, waitMs(prefer) ?? options.answerTimeoutMs, options);
  if (outcome === undefined) return { status: 202, body: { status: 'queued' } };
  if (outcome.kind === 'Rejected') return errorAnswer(502, `The API server rejected the report: ${outcome.message}`);
  return { status: 201, body: { status: 'reported', namespace: outcome.namespace, event: outcome.name } };
}

function showTurn({ turns }: RouteOptions): SocketAnswer {
  const view = turns.view();
  if (view.kind === 'Unknown') return notSyncedAnswer();
  if (view.kind === 'Closed') return errorAnswer(404, 'This node is not in its turn: no UpgradePlan has claimed it.');
  const { namespace, plan, batch, processes, attempt, openedTime } = view.turn;
  return {
    status: 200,
    body: { node: view.node.name, bootId: view.node.bootId, namespace, plan, batch, processes, attempt, openedTime },
  };
}

/** The checkpoints of earlier attempts, which the operator passes on with the turn. */
function showCheckpoint({ query }: SocketRequest, { turns }: RouteOptions): SocketAnswer {
  const view = turns.view();
  if (view.kind === 'Unknown') return notSyncedAnswer();
  if (view.kind === 'Closed') return errorAnswer(404, 'This node is not in its turn: no UpgradePlan has claimed it.');
  const { processes, attempt, checkpoints = {} } = view.turn;
  const chosen = chooseProcess(new URLSearchParams(query).get('process') ?? undefined, processes);
  if (chosen.kind === 'Invalid') return errorAnswer(400, chosen.message);
  const lines = (checkpoints[chosen.process] ?? '').split('\n').filter((line) => line !== '');
  const checkpoint = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  return { status: 200, body: { process: chosen.process, attempt, checkpoint } };
}

function notSyncedAnswer(): SocketAnswer {
  return errorAnswer(503, 'The reporter has not read this Node from the API server yet: try again in a moment.', {
    'Retry-After': RETRY_AFTER_SECONDS,
  });
}

/** The wait of a header like `Prefer: wait=30`, in milliseconds. */
function waitMs(prefer: string): number | undefined {
  const seconds = /(?:^|[,;\s])wait=(\d{1,9})(?:$|[,;\s])/.exec(prefer)?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), MAX_WAIT_SECONDS) * 1000;
}

/** The outcome; undefined when it takes longer than `ms` or the reporter stops. */
async function waitForOutcome(
  outcome: Promise<PostOutcome>,
  ms: number,
  { sleep, stopping }: RouteOptions,
): Promise<PostOutcome | undefined> {
  const settled = new AbortController();
  const timeout = pause(sleep, ms, AbortSignal.any([settled.signal, stopping]));
  try {
    return await Promise.race([outcome, timeout.then(() => undefined)]);
  } finally {
    settled.abort();
  }
}

function parseJson(
  body: string,
): { readonly kind: 'Valid'; readonly value: unknown } | { readonly kind: 'Invalid'; readonly message: string } {
  try {
    return { kind: 'Valid', value: JSON.parse(body) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'Invalid', message: `The body must be JSON, for example {"reason":"UpgradeStarted"}: ${why}.` };
  }
}

function listRoutes(): string {
  return Object.entries(ROUTES)
    .map(([path, method]) => `${method} ${path}`)
    .join(', ');
}
