import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { applyCrds } from '../../support/crds.ts';
import type { Tree } from './objects.ts';

// Programs are started, and the machine may be busy.
jest.setTimeout(60_000);

const EXAMPLES = new URL('../../../docs/examples/', import.meta.url);
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ name: 'examples', controlPlaneOnly: true });
  await applyCrds(cluster);
  await succeeds(['create', 'namespace', 'fleet']);
}, 60_000);
afterAll(() => cluster.stop());

async function succeeds(args: readonly string[], input?: string): Promise<string> {
  const result = await cluster.kubectl(args, input === undefined ? {} : { input });
  if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

describe.each(readdirSync(EXAMPLES).filter((file) => file.endsWith('.yaml')))('the example %s', (file) => {
  const text = readFileSync(new URL(file, EXAMPLES), 'utf8');
  const written = parseAllDocuments(text).map(
    (document) => document.toJS() as Tree & { kind: string; metadata: { name: string } },
  );

  it('applies as it is written, with every field known, and applying it again changes nothing', async () => {
    const args = ['apply', '--server-side', '--validate=strict', '-f', '-'];
    const first = await succeeds(args, text);
    for (const { metadata } of written) expect(first).toContain(`/${metadata.name} serverside-applied`);
    await succeeds(args, text);
    for (const { kind, metadata } of written)
      expect(await succeeds(['get', kind, metadata.name, '-n', 'fleet', '-o', 'jsonpath={.metadata.generation}'])).toBe('1');
  });

  it('loses nothing that was written', async () => {
    for (const { kind, metadata, ...rest } of written) {
      const stored = parse(await succeeds(['get', kind, metadata.name, '-n', 'fleet', '-o', 'yaml'])) as { spec: Tree };
      expect(stored.spec).toMatchObject(rest['spec'] as Tree);
    }
  });
});
