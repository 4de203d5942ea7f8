import { fileURLToPath } from 'node:url';
import type { Cluster } from '../cluster/cluster.ts';
import { waitFor } from '../cluster/wait-for.ts';

const CRDS = fileURLToPath(new URL('../../crds', import.meta.url));
const NAMES = ['upgradeplans', 'upgradebatches', 'upgradeactions'].map((kind) => `crd/${kind}.baton.dev`);

/** Gives a cluster Baton's kinds; they are served when this ends. */
export async function applyCrds(cluster: Pick<Cluster, 'kubectl'>): Promise<void> {
  const applied = await cluster.kubectl(['apply', '--server-side', '-f', CRDS]);
  if (applied.code !== 0) throw new Error(`kubectl apply of the CRDs: ${applied.stderr}`);
  // `kubectl wait` fails at once while a CRD has no conditions at all yet.
  const established = async (): Promise<boolean> =>
    (await cluster.kubectl(['wait', '--for=condition=Established', ...NAMES, '--timeout=5s'])).code === 0;
  await waitFor(established, { what: 'the CRDs to be established', timeoutMs: 30_000 });
}
