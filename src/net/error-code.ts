/**
 * The code of an error, or of what caused it: `ECONNREFUSED`, `ENOENT`, `UND_ERR_SOCKET`, a TLS code. Its message is not for others: it
 * may hold a URL, or a piece of a secret.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? errorCode(error.cause) : undefined;
}
