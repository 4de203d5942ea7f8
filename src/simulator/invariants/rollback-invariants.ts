import { ROLLED_BACK } from '../../api/marks.ts';
import type { Invariant, Scene } from './invariant.ts';
import type { Change } from './observation.ts';
import { isRollback } from './rollout.ts';
import { startOf } from './starts.ts';

/** What a rollback does to nodes. */
export const ROLLBACK_INVARIANTS: readonly Invariant[] = [
  { number: 6, name: 'OnlyTouchedNodesGoBack', onChange: whyUntouchedNodeGoesBack },
  { number: 6, name: 'RollbackHasVersion', onChange: whyVersionIsUnknown },
  { number: 8, name: 'RolledBackIsBack', onChange: whyNotBack },
];

function whyUntouchedNodeGoesBack(scene: Scene, change: Change): string | undefined {
  const start = startOf(scene, change);
  const { batch, node } = start ?? {};
  if (start?.kind !== 'Turn' || batch?.spec.rollback === undefined) return undefined;
  const of = [...scene.observation.batches.values()].find(({ metadata }) => metadata.name === batch.spec.rollback?.batch);
  const state = of?.status?.nodes?.find(({ name }) => name === node)?.state;
  if (state === 'Succeeded' || state === 'Failed') return undefined;
  return `${node ?? ''} goes back, but ${batch.spec.rollback.batch} has it as ${state ?? 'unknown'}`;
}

function whyVersionIsUnknown(scene: Scene, change: Change): string | undefined {
  const start = startOf(scene, change);
  const { batch, node } = start ?? {};
  if (start?.kind !== 'Turn' || batch === undefined || !isRollback(batch)) return undefined;
  const version = batch.spec.nodes.find(({ name }) => name === node)?.fromVersion;
  if (version !== undefined && version !== batch.spec.version) return undefined;
  return `${node ?? ''} goes back to ${version ?? 'an unknown version'}`;
}

/** When the turn of a rollback has ended well, the host is back at its version and the node is out of quarantine. */
function whyNotBack({ observation, world }: Scene, change: Change): string | undefined {
  if (change.kind !== 'Node' || change.after === undefined || change.before?.claim === undefined) return undefined;
  const { before, after } = change;
  const batch = observation.batches.get(before.turn?.batchUid ?? '');
  if (after.claim !== undefined || batch === undefined || !isRollback(batch)) return undefined;
  const mark = Object.values(after.done).find((each) => each.batch === batch.metadata.name);
  if (mark === undefined) return undefined;
  const version = batch.spec.nodes.find(({ name }) => name === after.name)?.fromVersion;
  if (mark.revision !== ROLLED_BACK) return `${after.name} counts as done at ${mark.revision} after its rollback`;
  if (mark.version !== version) return `${after.name} is marked as ${mark.version} instead of ${version ?? 'nothing'}`;
  const host = world.hosts().find(({ nodeName }) => nodeName === after.name);
  if (host?.upgradedTo !== undefined && host.upgradedTo !== version) {
    return `${after.name} is said to be back at ${mark.version}, but its host is at ${host.upgradedTo}`;
  }
  return after.quarantine === undefined ? undefined : `${after.name} is back and stays in quarantine`;
}
