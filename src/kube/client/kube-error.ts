import { STATUS_CODES } from 'node:http';

/** One of `details.causes` of a Status. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The fields of a Status (`meta/v1`) that an error uses. */
export interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number; readonly causes?: readonly StatusCause[] };
}

/** Reasons of errors without an answer of the API server; their `code` is 0. */
export const NO_ANSWER = {
  /** The request was not sent: no connection, no address, no credentials. It was certainly not executed. */
  notSent: 'NotSent',
  /** The connection ended before the answer was complete. The request may have been executed. */
  noAnswer: 'NoAnswer',
  /** The answer stalled until the timeout of the connection pool. The request may have been executed. */
  silent: 'Silent',
  /** The deadline passed. The request may have been executed. */
  deadlineExceeded: 'DeadlineExceeded',
  /** The server's certificate is not trusted. A retry does not help. */
  untrusted: 'Untrusted',
  /** The caller aborted the request. It may have been executed. */
  aborted: 'Aborted',
} as const;

/** The fields of a {@link KubeError}. */
export interface KubeErrorFields {
  readonly code: number;
  readonly reason: string;
  readonly retryAfterSeconds?: number | undefined;
  readonly causes?: readonly StatusCause[] | undefined;
  readonly cause?: unknown;
}

const BRAND = Symbol.for('baton.dev/KubeError');

/** A failed call to the API server. */
export class KubeError extends Error {
  /** The HTTP status code; 0 when there was no answer. */
  readonly code: number;
  /** `reason` of the Status (NotFound, AlreadyExists, Conflict, Invalid, Expired, TooManyRequests …), or one of {@link NO_ANSWER}. */
  readonly reason: string;
  /** The delay that the server asks for before the next attempt. */
  readonly retryAfterSeconds: number | undefined;
  /** `details.causes` of the Status. */
  readonly causes: readonly StatusCause[];

  constructor(message: string, fields: KubeErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'KubeError';
    this.code = fields.code;
    this.reason = fields.reason;
    this.retryAfterSeconds = fields.retryAfterSeconds;
    this.causes = fields.causes ?? [];
    // Not a field, because it would appear in every log line.
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether the value is a KubeError of any realm, and has this reason if one is passed. */
export function isKubeError(error: unknown, reason?: string): error is KubeError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return reason === undefined || ('reason' in error && error.reason === reason);
}

// The reasons that Kubernetes uses, for answers of a proxy or load balancer without a Status.
const REASON_BY_CODE: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The error for an unsuccessful answer. The message begins with `action` (`GET /api/v1/nodes`), which must not contain the query. */
export function answerError(action: string, code: number, status: Status, retryAfterHeader?: string): KubeError {
  const reason = status.reason || (REASON_BY_CODE[code] ?? `Http${code}`);
  const message = status.message ?? STATUS_CODES[code] ?? 'no message';
  return new KubeError(`${action} failed with ${code} ${reason}: ${message}`, {
    code,
    reason,
    retryAfterSeconds: seconds(retryAfterHeader) ?? status.details?.retryAfterSeconds,
    causes: status.details?.causes,
  });
}

// The API server sends only whole seconds, never a date.
function seconds(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
}
