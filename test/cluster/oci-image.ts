import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { archive, type ArchiveEntry } from './tar-archive.ts';

/** A layer, made once and usable in several images. */
export interface Layer {
  readonly pieces: readonly Buffer[];
  readonly size: number;
  readonly digest: string;
}

/** What an image is made of. */
export interface ImageSpec {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workingDirectory?: string;
}

/** Makes a layer of files, directories and links. */
export function createLayer(entries: readonly ArchiveEntry[]): Layer {
  const pieces = archive(entries);
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return { pieces, size: pieces.reduce((sum, piece) => sum + piece.length, 0), digest: `sha256:${hash.digest('hex')}` };
}

function jsonBlob(value: unknown): Layer {
  const content = Buffer.from(JSON.stringify(value));
  return { pieces: [content], size: content.length, digest: `sha256:${createHash('sha256').update(content).digest('hex')}` };
}

function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

function imageConfig(spec: ImageSpec): Layer {
  return jsonBlob({
    architecture: architecture(),
    os: 'linux',
    config: {
      Env: Object.entries({ PATH: '/usr/local/bin:/usr/bin:/bin', ...spec.env }).map(([name, value]) => `${name}=${value}`),
      ...(spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint }),
      ...(spec.command === undefined ? {} : { Cmd: spec.command }),
      ...(spec.user === undefined ? {} : { User: spec.user }),
      WorkingDir: spec.workingDirectory ?? '/',
    },
    rootfs: { type: 'layers', diff_ids: spec.layers.map((layer) => layer.digest) },
  });
}

function descriptor(mediaType: string, blob: Layer): Record<string, unknown> {
  return { mediaType: `application/vnd.oci.image.${mediaType}`, digest: blob.digest, size: blob.size };
}

/** An image in pieces: what an index says of it, and the blobs that it consists of. */
export interface PackedImage {
  readonly entry: unknown;
  readonly manifest: Layer;
  readonly blobs: readonly Layer[];
}

/** Makes the manifest and the configuration of an image. */
export function packImage(spec: ImageSpec): PackedImage {
  const config = imageConfig(spec);
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('config.v1+json', config),
    layers: spec.layers.map((layer) => descriptor('layer.v1.tar', layer)),
  });
  const entry = {
    ...descriptor('manifest.v1+json', manifest),
    platform: { os: 'linux', architecture: architecture() },
    annotations: {
      'io.containerd.image.name': spec.name,
      'org.opencontainers.image.ref.name': spec.name.split(':').at(-1),
    },
  };
  return { entry, manifest, blobs: [config, manifest, ...spec.layers] };
}

/** Writes images as one OCI layout in a tar file, as `ctr images import` and other tools read it; layers are shared. */
export function writeImages(specs: readonly ImageSpec[], outTar: string): void {
  const packed = specs.map(packImage);
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: packed.map((image) => image.entry),
  };
  const blobs = new Map(packed.flatMap((image) => image.blobs).map((blob) => [blob.digest, blob]));
  const entries: ArchiveEntry[] = [
    { kind: 'file', path: 'oci-layout', content: JSON.stringify({ imageLayoutVersion: '1.0.0' }) },
    { kind: 'file', path: 'index.json', content: JSON.stringify(index) },
    ...[...blobs.values()].map((blob): ArchiveEntry => ({
      kind: 'file',
      path: `blobs/sha256/${blob.digest.slice('sha256:'.length)}`,
      content: Buffer.concat(blob.pieces),
    })),
  ];
  mkdirSync(dirname(outTar), { recursive: true });
  // A reader never sees half an image, nor do two writers meet in one file.
  const draft = `${outTar}.${process.pid}.part`;
  const file = openSync(draft, 'w');
  try {
    for (const piece of archive(entries)) writeSync(file, piece);
  } finally {
    closeSync(file);
  }
  renameSync(draft, outTar);
}

/** Writes one image; see writeImages. */
export function writeImage(spec: ImageSpec, outTar: string): void {
  writeImages([spec], outTar);
}
