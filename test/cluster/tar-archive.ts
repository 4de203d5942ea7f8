import { readFileSync } from 'node:fs';

/** One member of an archive. Paths are relative, without a leading slash. */
export type ArchiveEntry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode?: number; readonly owner?: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly content: Buffer | string;
      readonly mode?: number;
      readonly owner?: number;
    };

const blockSize = 512;
const types = { file: '0', link: '2', directory: '5' } as const;

function splitPath(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' };
  const slash = path.indexOf('/', Math.max(0, path.length - 101));
  const name = path.slice(slash + 1);
  const prefix = path.slice(0, slash);
  if (slash < 0 || Buffer.byteLength(name) > 100 || Buffer.byteLength(prefix) > 155) {
    throw new Error(`the path ${path} is too long for a tar archive`);
  }
  return { name, prefix };
}

function header(entry: ArchiveEntry, size: number): Buffer {
  const block = Buffer.alloc(blockSize);
  const { name, prefix } = splitPath(entry.kind === 'directory' ? `${entry.path.replace(/\/$/, '')}/` : entry.path);
  const number = (value: number, offset: number, length: number): void => {
    block.write(value.toString(8).padStart(length - 1, '0'), offset, 'ascii');
  };
  const owner = entry.kind === 'link' ? 0 : (entry.owner ?? 0);
  const mode = entry.kind === 'link' ? 0o777 : (entry.mode ?? (entry.kind === 'directory' ? 0o755 : 0o644));
  block.write(name, 0);
  number(mode, 100, 8);
  number(owner, 108, 8);
  number(owner, 116, 8);
  number(size, 124, 12);
  // A fixed time: the same content always has the same digest.
  number(0, 136, 12);
  block.write('        ', 148);
  block.write(types[entry.kind], 156);
  if (entry.kind === 'link') block.write(entry.target, 157);
  block.write('ustar\0' + '00', 257);
  block.write(prefix, 345);
  number(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}

/** The archive in pieces, ready to be hashed and written one after the other. */
export function archive(entries: readonly ArchiveEntry[]): Buffer[] {
  const pieces = entries.flatMap((entry) => {
    const content = entry.kind === 'file' ? Buffer.from(entry.content) : Buffer.alloc(0);
    const padding = Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize);
    return [header(entry, content.length), content, padding];
  });
  return [...pieces, Buffer.alloc(2 * blockSize)];
}

/** An entry with the content of a file on this machine. */
export function fileEntry(path: string, source: string, mode = 0o644): ArchiveEntry {
  return { kind: 'file', path, content: readFileSync(source), mode };
}
