import type { ReadFile } from '../../api/read-file.ts';

/** The files that a program can read: what a kubelet has mounted into its container. */
export class MemoryFiles {
  readonly #files = new Map<string, Buffer>();

  /** Writes a file. */
  write(path: string, content: string | Uint8Array): void {
    this.#files.set(path, Buffer.from(content));
  }

  /** Deletes a file, or a directory with all of its files. Does nothing when there is none. */
  delete(path: string): void {
    for (const file of [...this.#files.keys()]) if (file === path || file.startsWith(`${path}/`)) this.#files.delete(file);
  }

  readonly read: ReadFile = (path) => {
    const content = this.#files.get(path);
    if (content !== undefined) return Promise.resolve(Buffer.from(content));
    return Promise.reject(Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' }));
  };
}
