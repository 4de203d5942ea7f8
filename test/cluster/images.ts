import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findStaticBusybox } from './installed.ts';
import { cacheDirectory } from './locations.ts';
import { createLayer, writeImage, type Layer } from './oci-image.ts';
import { mustRun } from './run-command.ts';
import type { ArchiveEntry } from './tar-archive.ts';

/** The image of every Pod's sandbox. */
export const pauseImage = 'registry.example/pause:1';

/** A small image with a shell and the usual commands, on every node from the start. */
export const busyboxImage = 'registry.example/busybox:1';

/** The path of the machine's busybox, which has to run in an image without libraries. */
function staticBusybox(): string {
  const found = findStaticBusybox();
  if (found === undefined) throw new Error('a static busybox is not installed. Run: apt-get install -y busybox-static');
  return found;
}

/** A layer with busybox and a link for each of its commands. */
export async function busyboxLayer(): Promise<Layer> {
  const path = staticBusybox();
  const content = readFileSync(path);
  const commands = (await mustRun(path, ['--list'])).split('\n').filter((name) => name !== '' && name !== 'busybox');
  const entries: ArchiveEntry[] = [
    { kind: 'directory', path: 'bin' },
    { kind: 'file', path: 'bin/busybox', content, mode: 0o755 },
    ...commands.map((name): ArchiveEntry => ({ kind: 'link', path: `bin/${name}`, target: 'busybox' })),
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
    { kind: 'directory', path: 'etc' },
    { kind: 'file', path: 'etc/passwd', content: 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' },
  ];
  return createLayer(entries);
}

/** Writes the images that every real node starts with, and gives their paths. */
export async function writeNodeImages(): Promise<readonly string[]> {
  const directory = join(cacheDirectory(), 'images');
  mkdirSync(directory, { recursive: true });
  const layer = await busyboxLayer();
  const pause = join(directory, 'pause.tar');
  const busybox = join(directory, 'busybox.tar');
  writeImage({ name: pauseImage, layers: [layer], entrypoint: ['/bin/busybox', 'sleep', '2147483647'] }, pause);
  writeImage({ name: busyboxImage, layers: [layer], command: ['sh'] }, busybox);
  return [pause, busybox];
}
