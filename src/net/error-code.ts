/**
 * The code of an error or of its cause, such as `ECONNREFUSED`, `ENOENT`, `UND_ERR_SOCKET` or a TLS code. The message of the error must
 * not be shown, because it may contain a URL or a part of a secret.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? errorCode(error.cause) : undefined;
}
