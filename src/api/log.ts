/**
 * Writes log lines. The message is a static text, so that lines can be grouped; variable parts go into the fields. A field with an
 * error is written with its chain of causes. Neither may contain a secret or the query of a URL.
 */
export interface Log {
  /** Details for debugging Baton itself. */
  debug(message: string, fields?: object): void;
  /** Normal operation. */
  info(message: string, fields?: object): void;
  /** A problem that Baton handles itself, for example by a retry. */
  warn(message: string, fields?: object): void;
  /** A failure that somebody should look into. */
  error(message: string, fields?: object): void;
}
