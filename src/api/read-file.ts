/**
 * Reads a file. Rejects with an error that has the code of the system: `ENOENT` when the file does not exist.
 *
 * @param path an absolute path.
 */
export type ReadFile = (path: string) => Promise<Buffer>;
