import type { SocketAnswer, SocketCall } from './socket-client.ts';

/** What a report's delivery needs. */
export interface DeliveryOptions {
  readonly socketPath: string;
  /** How long to keep trying, in milliseconds: the reporter's Pod may still be starting. */
  readonly withinMs: number;
  readonly call: (call: SocketCall) => Promise<SocketAnswer>;
  /** Milliseconds; never goes back. */
  readonly monotonic: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What became of a report. */
export type Delivery =
  | { readonly kind: 'Delivered'; readonly message: string }
  /** It could not be delivered; asking later may help. */
  | { readonly kind: 'Failed'; readonly message: string }
  /** The reporter did not understand it. */
  | { readonly kind: 'Misused'; readonly message: string };

/** Between two tries, in milliseconds. */
const PAUSE_MS = 500;

/** What the reporter may take to answer beyond the time that it was asked to wait, in milliseconds. */
const ANSWER_MS = 4000;

const REBOOT_LATER =
  'Queued only: the API server cannot be reached, and a reboot now would lose the report. Wait until it shows as an Event, then reboot.';

/** Errors of a socket behind which nobody listens yet: nothing has left. */
const NOT_THERE: readonly unknown[] = ['ENOENT', 'ECONNREFUSED'];

/**
 * Hands a report to the reporter. A report that may have arrived is not sent again, or it would be told twice. That the host will
 * reboot counts as delivered only when its Event exists: what the reporter has queued does not survive the reboot.
 */
export async function deliverReport(body: Readonly<Record<string, unknown>>, options: DeliveryOptions): Promise<Delivery> {
  const { withinMs, monotonic, sleep } = options;
  const mustExist = body['reason'] === 'UpgradeRebooting';
  const end = monotonic() + withinMs;
  for (;;) {
    const left = Math.max(end - monotonic(), PAUSE_MS);
    const wait = mustExist ? { waitSeconds: Math.round(left / 1000) } : {};
    const attempt = await tryOnce(options, { method: 'POST', path: '/v1/reports', body, ...wait }, left + ANSWER_MS);
    if (attempt.queued && mustExist) return { kind: 'Failed', message: REBOOT_LATER };
    if (!attempt.again || monotonic() + PAUSE_MS >= end) return attempt.delivery;
    await sleep(PAUSE_MS);
  }
}

/** Asks the reporter once whether it can take reports. */
export async function checkReporter(options: DeliveryOptions): Promise<Delivery> {
  return (await tryOnce(options, { method: 'GET', path: '/healthz' }, options.withinMs)).delivery;
}

interface Attempt {
  readonly delivery: Delivery;
  /** Whether nothing can have arrived, so that it may be tried again. */
  readonly again: boolean;
  /** Whether the reporter has it, but its Event does not exist yet. */
  readonly queued: boolean;
}

async function tryOnce(
  { call, socketPath }: DeliveryOptions,
  what: Pick<SocketCall, 'method' | 'path' | 'body' | 'waitSeconds'>,
  withinMs: number,
): Promise<Attempt> {
  try {
    const answer = await call({ ...what, socketPath, signal: AbortSignal.timeout(Math.ceil(withinMs)) });
    return { delivery: judge(answer), again: answer.status === 503, queued: answer.status === 202 };
  } catch (error) {
    return {
      delivery: { kind: 'Failed', message: explain(error, socketPath) },
      again: NOT_THERE.includes(codeOf(error)),
      queued: false,
    };
  }
}

function judge({ status, body }: SocketAnswer): Delivery {
  const message = readMessage(body) ?? `The reporter answered ${status}.`;
  if (status >= 200 && status < 300) return { kind: 'Delivered', message };
  return { kind: status === 400 ? 'Misused' : 'Failed', message };
}

function explain(error: unknown, socketPath: string): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return `There is no socket at ${socketPath}: is this node in its turn, is the reporter installed, and is the directory mounted (report: Socket)?`;
    case 'ECONNREFUSED':
      return `Nobody listens at ${socketPath}: the reporter of this node is not running.`;
    case 'EACCES':
      return `${socketPath} may not be opened: is this process confined (SELinux, AppArmor)?`;
    case 'ABORT_ERR':
      return `The reporter at ${socketPath} gave no answer in time.`;
    default:
      return `The reporter at ${socketPath} could not be asked: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** The sentence or the word in an answer. */
function readMessage(body: string): string | undefined {
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null) return undefined;
  if ('error' in json && typeof json.error === 'string') return json.error;
  if ('event' in json && typeof json.event === 'string') return `Reported as event ${json.event}.`;
  if (!('status' in json)) return undefined;
  if (json.status === 'ok') return 'The reporter takes reports.';
  return json.status === 'queued' ? 'Queued: the API server cannot be reached, the reporter goes on trying.' : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Something else than a reporter answered; the status code is told.
  }
}
