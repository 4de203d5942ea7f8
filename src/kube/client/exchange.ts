import { ServerConfiguration, createConfiguration, type HttpMethod, type ResponseContext } from '@kubernetes/client-node';
import { startDeadline, type Deadline } from '../../timers/deadline.ts';
import { KubeError, NO_ANSWER, answerError, type Status } from './kube-error.ts';
import type { SetTimer } from '../pause.ts';
import type { PooledKubeConfig } from './pooled-kube-config.ts';

/** One request to the API server. */
export interface Request {
  readonly method: HttpMethod;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** The options of an exchange. */
export interface ExchangeOptions {
  readonly kubeConfig: PooledKubeConfig;
  readonly userAgent: string;
  readonly setTimer: SetTimer;
}

/** Sends requests once and turns every failure into a {@link KubeError}. */
export interface Exchange {
  /** Sends the request and reads the complete answer within the deadline. */
  send(request: Request, deadlineMs: number, caller: AbortSignal | undefined): Promise<string>;
  /** Sends the request and streams the answer's body. The deadline applies only until the headers arrive. */
  stream(request: Request, deadlineMs: number, caller: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Creates an exchange on top of client-node's HTTP layer. */
export function createExchange(options: ExchangeOptions): Exchange {
  async function open(request: Request, deadline: Deadline): Promise<ResponseContext> {
    const cluster = options.kubeConfig.getCurrentCluster();
    if (cluster === null) throw new KubeError('The kubeconfig has no current cluster', { code: 0, reason: NO_ANSWER.notSent });
    const server = new ServerConfiguration(cluster.server.replace(/\/$/, ''), {});
    const context = server.makeRequestContext(request.path, request.method);
    for (const [name, value] of Object.entries(request.query ?? {})) context.setQueryParam(name, value);
    context.setHeaderParam('Accept', 'application/json');
    // The audit log attributes requests by it.
    context.setHeaderParam('User-Agent', options.userAgent);
    if (request.body !== undefined) {
      context.setHeaderParam('Content-Type', request.contentType ?? 'application/json');
      context.setBody(JSON.stringify(request.body));
    }
    await authenticate(options.kubeConfig, context, request);
    context.setSignal(deadline.signal);
    const response = await createConfiguration({ baseServer: server }).httpApi.send(context).toPromise();
    if (response.httpStatusCode >= 200 && response.httpStatusCode < 300) return response;
    const status = parseStatus(await response.body.text());
    throw answerError(actionOf(request), response.httpStatusCode, status, response.headers['retry-after']);
  }

  async function send(request: Request, deadlineMs: number, caller: AbortSignal | undefined): Promise<string> {
    const deadline = startDeadline(deadlineMs, caller, options.setTimer);
    try {
      const response = await open(request, deadline);
      return await response.body.text();
    } catch (error) {
      throw failure(error, request, deadline, deadlineMs);
    } finally {
      deadline.dispose();
    }
  }

  async function* stream(request: Request, deadlineMs: number, caller: AbortSignal): AsyncGenerator<Uint8Array> {
    const deadline = startDeadline(deadlineMs, caller, options.setTimer);
    try {
      const response = await open(request, deadline);
      deadline.cancelTimer();
      const body = response.body.stream();
      if (body !== null) yield* body;
    } catch (error) {
      throw failure(error, request, deadline, deadlineMs);
    } finally {
      deadline.dispose();
    }
  }

  return { send, stream };
}

async function authenticate(
  kubeConfig: PooledKubeConfig,
  context: Parameters<PooledKubeConfig['applySecurityAuthentication']>[0],
  request: Request,
): Promise<void> {
  try {
    await kubeConfig.applySecurityAuthentication(context);
  } catch (error) {
    const message = `${actionOf(request)} was not sent, because reading the credentials failed`;
    throw new KubeError(message, { code: 0, reason: NO_ANSWER.notSent, cause: error });
  }
}

// Without the query, which may contain a selector or a token.
function actionOf(request: Request): string {
  return `${request.method} ${request.path}`;
}

function failure(error: unknown, request: Request, deadline: Deadline, deadlineMs: number): unknown {
  if (error instanceof KubeError) return error;
  const action = actionOf(request);
  const fields = { code: 0, cause: error };
  switch (deadline.abortedBy()) {
    case 'Caller':
      return new KubeError(`${action} was aborted by its caller`, { ...fields, reason: NO_ANSWER.aborted });
    case 'Deadline':
      return new KubeError(`${action} got no answer within ${deadlineMs / 1000} s`, {
        ...fields,
        reason: NO_ANSWER.deadlineExceeded,
      });
    case undefined: {
      const { reason, text } = connectionFault(error);
      return new KubeError(`${action} got no answer: ${text}`, { ...fields, reason });
    }
  }
}

interface Fault {
  readonly reason: string;
  readonly text: string;
}

/** Derives from the chain of causes whether the request may have reached the server. */
function connectionFault(error: unknown): Fault {
  let text = 'unknown error';
  for (let current = error, depth = 0; isRecord(current) && depth < 5; current = current['cause'], depth += 1) {
    // Node tries all addresses of a name; their errors are alike.
    const attempts: unknown = current['errors'];
    const fault = Array.isArray(attempts) && isRecord(attempts[0]) ? attempts[0] : current;
    const { code, syscall, message } = fault;
    if (typeof message === 'string' && message !== '') text = message;
    if (syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT') {
      return { reason: NO_ANSWER.notSent, text };
    }
    if (code === 'UND_ERR_BODY_TIMEOUT') return { reason: NO_ANSWER.silent, text };
    if (typeof code === 'string' && UNTRUSTED_CODES.has(code)) return { reason: NO_ANSWER.untrusted, text };
  }
  return { reason: NO_ANSWER.noAnswer, text };
}

// OpenSSL's verification errors by their names in Node.
const UNTRUSTED_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

// A proxy or a load balancer may answer with text or HTML; the message is then its beginning.
function parseStatus(text: string): Status {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return text === '' ? {} : { message: text.slice(0, 200) };
  }
}
