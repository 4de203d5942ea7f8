import { STATUS_CODES } from 'node:http';

/** One of `details.causes` of a Status. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The parts of a Status (`meta/v1`) that errors are made from. */
export interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number; readonly causes?: readonly StatusCause[] };
}

/** Reasons of errors that are not an answer of the API server; their `code` is 0. */
export const NO_ANSWER = {
  /** The request did not leave: no connection, no name, no credentials. It was certainly not carried out. */
  notSent: 'NotSent',
  /** The connection broke before the whole answer was there. The request may have been carried out. */
  noAnswer: 'NoAnswer',
  /** Nothing more came for so long that the pool gave the request up. The request may have been carried out. */
  silent: 'Silent',
  /** The deadline passed. The request may have been carried out. */
  deadlineExceeded: 'DeadlineExceeded',
  /** The server's certificate is not trusted. It will not help to try again. */
  untrusted: 'Untrusted',
  /** The caller gave up. The request may have been carried out. */
  aborted: 'Aborted',
} as const;

/** What a {@link KubeError} is made from. */
export interface KubeErrorFields {
  readonly code: number;
  readonly reason: string;
  readonly retryAfterSeconds?: number | undefined;
  readonly causes?: readonly StatusCause[] | undefined;
  readonly cause?: unknown;
}

const BRAND = Symbol.for('baton.dev/KubeError');

/** Why a call to the API server failed. */
export class KubeError extends Error {
  /** The HTTP status, or 0 when there was no answer. */
  readonly code: number;
  /** `reason` of the Status (NotFound, AlreadyExists, Conflict, Invalid, Expired, TooManyRequests …), or one of {@link NO_ANSWER}. */
  readonly reason: string;
  /** For how long the server asks to wait before the next attempt. */
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
    // Not a field: it would show in every log line.
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether something is a KubeError (from whichever realm), and of this reason when one is given. */
export function isKubeError(error: unknown, reason?: string): error is KubeError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return reason === undefined || ('reason' in error && error.reason === reason);
}

// What Kubernetes would say, for answers that something in between gave without a Status.
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

/** The error for an answer that is not a success. The action (`GET /api/v1/nodes`) begins the message and must hold no query. */
export function answerError(action: string, code: number, status: Status, retryAfterHeader?: string): KubeError {
  const reason = status.reason || (REASON_BY_CODE[code] ?? `Http${code}`);
  const told = status.message ?? STATUS_CODES[code] ?? 'no message';
  return new KubeError(`${action} was answered with ${code} ${reason}: ${told}`, {
    code,
    reason,
    retryAfterSeconds: seconds(retryAfterHeader) ?? status.details?.retryAfterSeconds,
    causes: status.details?.causes,
  });
}

// The API server sends whole seconds only, never a date.
function seconds(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
}
