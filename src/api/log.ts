/**
 * Where log lines go. The message is static, so that lines group; what varies stands in the fields. A field that holds an error is
 * written with its chain of causes. Neither may carry a secret, nor a URL's query.
 */
export interface Log {
  /** What only somebody who looks for a fault in Baton wants to read. */
  debug(message: string, fields?: object): void;
  /** What happened in the normal course of things. */
  info(message: string, fields?: object): void;
  /** What went wrong and is being dealt with. */
  warn(message: string, fields?: object): void;
  /** What went wrong for good. */
  error(message: string, fields?: object): void;
}
