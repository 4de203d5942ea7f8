import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildProductImage, buildUpgradeImage, type Cluster } from '../cluster/cluster.ts';
import { cacheDirectory, repositoryDirectory } from '../cluster/locations.ts';
import { mustRun, type CommandResult } from '../cluster/run-command.ts';
import { upgradeImages } from './fleet.ts';

/** Where the chart puts the operator. */
export const batonNamespace = 'baton-system';

const productRepository = 'registry.example/baton';
const bundleDirectory = join(repositoryDirectory, 'dist');

/** The product's bundle, made by {@link buildBundle}. */
export const bundlePath = join(bundleDirectory, 'baton.mjs');

/** Builds dist/baton.mjs as `make build` does. */
export async function buildBundle(): Promise<void> {
  await mustRun(process.execPath, ['src/generate/bundle.ts'], { cwd: repositoryDirectory, timeoutMs: 120_000 });
}

/** A container image by its parts, as the chart takes it. */
export interface ImageReference {
  readonly repository: string;
  readonly tag: string;
}

/** The image reference in a text such as registry.example/baton:1.0; no tag means `latest`. */
export function parseImage(text: string): ImageReference {
  // A colon before the last slash belongs to the registry's port.
  const colon = text.indexOf(':', text.lastIndexOf('/') + 1);
  return colon < 0 ? { repository: text, tag: 'latest' } : { repository: text.slice(0, colon), tag: text.slice(colon + 1) };
}

/**
 * Puts the product of this checkout and the images of the upgrades onto every node of a cluster of ours. The tag is the
 * bundle's hash, so nothing is imported twice and no node runs an older one.
 */
export async function importImages(cluster: Cluster, log: (line: string) => void = () => undefined): Promise<ImageReference> {
  await buildBundle();
  const tag = createHash('sha256').update(readFileSync(bundlePath)).digest('hex').slice(0, 12);
  const image = { repository: productRepository, tag };
  const mark = join(cluster.directory, 'imported-product');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === tag) return image;
  const directory = join(cacheDirectory(), 'images');
  const product = join(directory, 'product.tar');
  await buildProductImage({ bundleDir: bundleDirectory, name: `${productRepository}:${tag}`, outTar: product });
  log(`importing ${productRepository}:${tag} into ${cluster.nodes.length} nodes`);
  await cluster.importImage(product);
  for (const upgrade of upgradeImages) {
    const outTar = join(directory, `upgrade-${basename(upgrade.name)}.tar`);
    await buildUpgradeImage({ bundleDir: bundleDirectory, outTar, ...upgrade });
    log(`importing ${upgrade.name} into ${cluster.nodes.length} nodes`);
    await cluster.importImage(outTar);
  }
  writeFileSync(mark, tag);
  return image;
}

/** How Baton is installed. */
export interface InstallOptions {
  readonly helm: (args: readonly string[]) => Promise<CommandResult>;
  readonly image: ImageReference;
  readonly clusterName: string;
  /** Addresses that sinks may have, as the chart's agent.sinkAllow. */
  readonly sinkAllow?: readonly string[];
  /** More values, each as `--set` takes it. */
  readonly values?: readonly string[];
  /** Whether to wait until everything runs; false where the operator is to run elsewhere. */
  readonly wait?: boolean;
}

/** Installs Baton with Helm as a user would. */
export async function installBaton(options: InstallOptions): Promise<void> {
  const { helm, image, clusterName, sinkAllow, wait = true } = options;
  const values = [
    `image.repository=${image.repository}`,
    'image.pullPolicy=IfNotPresent',
    `clusterName=${clusterName}`,
    ...(sinkAllow === undefined ? [] : [`agent.sinkAllow={${sinkAllow.join(',')}}`]),
    ...(options.values ?? []),
  ];
  const result = await helm([
    'upgrade',
    '--install',
    'baton',
    join(repositoryDirectory, 'charts', 'baton'),
    '--namespace',
    batonNamespace,
    '--create-namespace',
    ...(wait ? ['--wait', '--timeout=180s'] : []),
    // A hash of digits alone is a text all the same.
    '--set-string',
    `image.tag=${image.tag}`,
    ...values.flatMap((value) => ['--set', value]),
  ]);
  if (result.code !== 0) throw new Error(`installing Baton with Helm failed: ${result.stderr.trim() || result.stdout.trim()}`);
}
