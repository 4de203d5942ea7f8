import type { SocketAnswer, SocketCall } from './socket-client.ts';

/** What the delivery of a report needs. */
export interface DeliveryOptions {
  readonly socketPath: string;
  /** How long to retry, in milliseconds: the reporter's Pod may still be starting. */
  readonly withinMs: number;
  readonly call: (call: SocketCall) => Promise<SocketAnswer>;
  /** Monotonic clock in milliseconds. */
  readonly monotonic: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The result of a delivery; the message is for the user. */
export type Delivery =
  | { readonly kind: 'Delivered'; readonly message: string }
  /** The report was not delivered; a later attempt may succeed. */
  | { readonly kind: 'Failed'; readonly message: string }
  /** The reporter rejected the report as invalid. */
  | { readonly kind: 'Misused'; readonly message: string };

/** Delay between two attempts, in milliseconds. */
const PAUSE_MS = 500;

/** How much longer than the requested wait the reporter may take to answer, in milliseconds. */
const ANSWER_MARGIN_MS = 4000;

const REBOOT_LATER =
  'The report is only queued: the API server cannot be reached, and a reboot now would lose the report. Wait until its Event exists, then reboot.';

/** Connection errors of a socket that nobody listens on yet. Nothing was sent. */
const NOT_LISTENING: readonly unknown[] = ['ENOENT', 'ECONNREFUSED'];

/**
 * Hands a report to the reporter. A report that may have arrived is not sent again, because it would become a second Event. An announced
 * reboot counts as delivered only when its Event exists: the reporter's queue does not survive the reboot.
 */
export async function deliverReport(body: Readonly<Record<string, unknown>>, options: DeliveryOptions): Promise<Delivery> {
  const { withinMs, monotonic, sleep } = options;
  const mustExist = body['reason'] === 'UpgradeRebooting';
  const end = monotonic() + withinMs;
  for (;;) {
    const left = Math.max(end - monotonic(), PAUSE_MS);
    const wait = mustExist ? { waitSeconds: Math.round(left / 1000) } : {};
    const attempt = await tryOnce(options, { method: 'POST', path: '/v1/reports', body, ...wait }, left + ANSWER_MARGIN_MS);
    if (attempt.queued && mustExist) return { kind: 'Failed', message: REBOOT_LATER };
    if (!attempt.again || monotonic() + PAUSE_MS >= end) return attempt.delivery;
    await sleep(PAUSE_MS);
  }
}

/** Asks the reporter once whether it accepts reports. */
export async function checkReporter(options: DeliveryOptions): Promise<Delivery> {
  return (await tryOnce(options, { method: 'GET', path: '/healthz' }, options.withinMs)).delivery;
}

interface Attempt {
  readonly delivery: Delivery;
  /** Whether the report certainly did not arrive, so that it may be sent again. */
  readonly again: boolean;
  /** Whether the reporter has accepted the report, but its Event does not exist yet. */
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
      again: NOT_LISTENING.includes(codeOf(error)),
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
      return `No socket at ${socketPath}. Check that this node is in its turn, that the reporter is installed, and that the process has \`report: Socket\`.`;
    case 'ECONNREFUSED':
      return `Connection to ${socketPath} refused: the reporter of this node is not running.`;
    case 'EACCES':
      return `Permission denied for ${socketPath}. Check whether SELinux or AppArmor confines this process.`;
    case 'ABORT_ERR':
      return `The reporter at ${socketPath} did not answer in time.`;
    default:
      return `The request to the reporter at ${socketPath} failed: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** The message for the user in an answer. */
function readMessage(body: string): string | undefined {
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null) return undefined;
  if ('error' in json && typeof json.error === 'string') return json.error;
  if ('event' in json && typeof json.event === 'string') return `Reported as Event ${json.event}.`;
  if (!('status' in json)) return undefined;
  if (json.status === 'ok') return 'The reporter accepts reports.';
  return json.status === 'queued' ? 'Queued: the API server cannot be reached, and the reporter keeps retrying.' : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Something other than a reporter answered; the message then names the status code.
  }
}
