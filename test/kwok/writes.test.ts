import { describe, expect, it } from '@jest/globals';
import type { UpgradePlanSpec } from '../../src/api/generated/upgradeplan.ts';
import { followAuditLog, type AuditEntry } from '../support/audit-log.ts';
import { namespaceManifest, planManifest } from '../support/fleet.ts';
import { kwokSystemForFile } from '../support/kwok-system.ts';
import { operatorUser } from '../support/operator-process.ts';
import { print } from '../support/print.ts';
import { waitForRollout } from '../support/rollout.ts';

const system = kwokSystemForFile('system-writes');
const sizes = [30, 60] as const;
type PodPlacement = UpgradePlanSpec['podPlacement'];

/** What a request was, without the names in it. */
function kindOf({ verb, objectRef }: AuditEntry): string {
  const resource = [objectRef?.resource ?? 'other', objectRef?.subresource].filter((part) => part !== undefined).join('/');
  return `${verb} ${resource}`;
}

type Counts = ReadonlyMap<string, number>;

/** Upgrades this many kwok nodes in one batch, and counts the operator's requests meanwhile. */
async function measure(count: number, podPlacement: PodPlacement): Promise<Counts> {
  const fleet = `${podPlacement.toLowerCase()}-${count}`;
  const namespace = `fleet-${fleet}`;
  await system.kubectl.apply(namespaceManifest(namespace));
  await system.cluster.addKwokNodes(
    Array.from({ length: count }, (_, position) => `kwok-${fleet}-${position + 1}`),
    { fleet },
  );
  const requests = followAuditLog(system.cluster.auditLogPath);
  await system.kubectl.apply(
    planManifest({
      namespace,
      nodeSelector: { matchLabels: { fleet } },
      batches: [{ size: '100%' }],
      maxUnavailable: 10,
      // A busy machine is late with kwok's heartbeats; a node that is passed over would come in a batch of its own.
      more: { podPlacement, notReadyNodes: 'Include' },
      processes: [
        {
          name: 'os',
          script: 'true',
          annotations: { 'test.baton.dev/duration': '1s' },
          pod: { tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }] },
        },
      ],
    }),
  );
  await waitForRollout(system.kubectl, {
    namespace,
    what: `${count} nodes to be done`,
    timeoutMs: 180_000,
    until: ({ plan }) => plan?.status?.summary === 'Succeeded',
  });
  // What is tidied up after the end counts as well.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const own = requests.read().filter((entry) => entry.user.username === operatorUser);
  requests.close();
  const counts = new Map<string, number>();
  for (const entry of own) counts.set(kindOf(entry), (counts.get(kindOf(entry)) ?? 0) + 1);
  return counts;
}

const readVerbs = /^(get|list|watch) /;
const statusPatches = /^(patch|update) upgrade(batches|plans|actions)\/status$/;
// Renewals of a lock and the like go by time, not by node.
const byTime = / leases$/;

describe('requests of the operator, as the slope between 30 and 60 nodes', () => {
  it.each<readonly [PodPlacement, number]>([
    ['Anywhere', 3],
    // The mark of a node that is still to do is one more; those that get their turn first are never marked.
    ['PreferDoneNodes', 4],
  ])(
    'with podPlacement: %s are at most %i writes a node, and reads that do not grow',
    async (podPlacement, most) => {
      const [small, large] = [await measure(sizes[0], podPlacement), await measure(sizes[1], podPlacement)];

      const kinds = [...new Set([...small.keys(), ...large.keys()])].sort();
      const rows = kinds.map((kind) => {
        const [few = 0, many = 0] = [small.get(kind), large.get(kind)];
        return { kind, few, many, slope: (many - few) / (sizes[1] - sizes[0]) };
      });
      const slope = (chosen: (kind: string) => boolean): number =>
        rows.filter(({ kind }) => chosen(kind)).reduce((sum, row) => sum + row.slope, 0);
      const reads = slope((kind) => readVerbs.test(kind));
      const patches = slope((kind) => statusPatches.test(kind));
      const writes = slope((kind) => !readVerbs.test(kind) && !statusPatches.test(kind) && !byTime.test(kind));
      const table = rows.map(
        (row) =>
          `${row.kind.padEnd(36)} ${`${row.few}`.padStart(6)} ${`${row.many}`.padStart(6)} ${row.slope.toFixed(2).padStart(8)}`,
      );
      print(
        [
          `${'request'.padEnd(36)} ${`${sizes[0]}`.padStart(6)} ${`${sizes[1]}`.padStart(6)} ${'a node'.padStart(8)}`,
          ...table,
          `writes a node: ${writes.toFixed(2)}; status PATCHes a node: ${patches.toFixed(2)}; reads a node: ${reads.toFixed(2)}`,
        ].join('\n'),
      );
      expect(writes).toBeLessThanOrEqual(most);
      expect(patches).toBeLessThan(1);
      expect(reads).toBeLessThan(0.2);
    },
    480_000,
  );
});
