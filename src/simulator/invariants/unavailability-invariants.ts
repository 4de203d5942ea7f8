import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { COMPONENTS, LABELS } from '../../api/names.ts';
import type { Invariant, Scene } from './invariant.ts';
import type { Change } from './observation.ts';
import { countOf, isSelected } from './rollout.ts';
import { startOf, type Start } from './starts.ts';
import type { StoredNode } from './stored-objects.ts';

/** How long the cluster may take to notice that a host is down (ms). */
const DETECTION_MS = 60_000;
/** On how many nodes images may be pulled ahead at once. */
const MAX_PULLS = 50;

/** How much may be down. */
export const UNAVAILABILITY_INVARIANTS: readonly Invariant[] = [
  { number: 2, name: 'NodesDownWithinLimit', onChange: whenTurnOpens(whyTooManyNodes) },
  { number: 2, name: 'HostsDownWithinLimit', onChange: whenTurnOpens(whyTooManyHosts) },
  { number: 2, name: 'OneControlPlaneNode', onChange: whenTurnOpens(whySecondControlPlane) },
  { number: 2, name: 'OneDomain', onChange: whenTurnOpens(whySecondDomain) },
  { number: 2, name: 'PullsWithinLimit', onStep: whyTooManyPulls },
];

type Opening = Start & { readonly opened: StoredNode };

function whenTurnOpens(check: (scene: Scene, opening: Opening) => string | undefined): NonNullable<Invariant['onChange']> {
  return (scene: Scene, change: Change) => {
    const start = startOf(scene, change);
    const opened = change.kind === 'Node' ? change.after : undefined;
    return start?.kind === 'Turn' && opened !== undefined ? check(scene, { ...start, opened }) : undefined;
  };
}

function limitOf({ observation, ledger, now, reactionMs }: Scene, { plan, batch }: Start): number {
  const removed = [...ledger.removedNodes.values()].filter(({ node, at }) => now - at <= reactionMs && isSelected(plan, node));
  const present = [...observation.nodes.values()].filter((node) => isSelected(plan, node)).length + removed.length;
  const total = Math.min(batch?.spec.planNodes ?? present, present);
  return Math.max(1, countOf(plan.spec.maxUnavailable, total));
}

/** Whether a Node is down: by a turn of this plan, or long enough for everybody to know. */
function isDown({ ledger, now, reactionMs }: Scene, { metadata }: UpgradePlan, { name, claim }: StoredNode): boolean {
  if (claim === metadata.uid) return true;
  // Two plans may claim two nodes at the same moment.
  const since = [ledger.claimedSince.get(name) ?? now, ledger.nodeDownSince.get(name) ?? now];
  return since.some((at) => now - at > reactionMs);
}

function othersDown(scene: Scene, { plan, opened }: Opening): readonly StoredNode[] {
  return [...scene.observation.nodes.values()].filter((node) => {
    const ours = isSelected(plan, node) || node.claim === plan.metadata.uid;
    return ours && node.name !== opened.name && isDown(scene, plan, node);
  });
}

function whyTooManyNodes(scene: Scene, opening: Opening): string | undefined {
  const others = othersDown(scene, opening);
  const limit = limitOf(scene, opening);
  if (others.length + 1 <= limit) return undefined;
  return `${opening.opened.name} goes down beside ${namesOf(others)}; the limit is ${limit}`;
}

/** A host that is down counts even when its Node is gone or was replaced. */
function whyTooManyHosts(scene: Scene, opening: Opening): string | undefined {
  const { observation, ledger, now, reactionMs, world } = scene;
  const { plan, opened } = opening;
  const removed = new Map([...ledger.removedNodes.values()].map(({ node }) => [node.name, node]));
  const others = world.hosts().filter(({ name, nodeName }) => {
    const node = observation.nodes.get(nodeName) ?? removed.get(nodeName);
    if (node === undefined || nodeName === opened.name || !isSelected(plan, node)) return false;
    const isInTurn = observation.nodes.get(nodeName)?.claim === plan.metadata.uid;
    return isInTurn || now - (ledger.hostDownSince.get(name) ?? now) > DETECTION_MS + reactionMs;
  });
  const limit = limitOf(scene, opening);
  if (others.length + 1 <= limit) return undefined;
  return `the host of ${opened.name} goes down beside ${others.map(({ name }) => name).join(', ')}; the limit is ${limit}`;
}

function whySecondControlPlane(scene: Scene, opening: Opening): string | undefined {
  if (!opening.opened.controlPlane) return undefined;
  const other = [...scene.observation.nodes.values()].find(
    (node) => node.controlPlane && node.name !== opening.opened.name && isDown(scene, opening.plan, node),
  );
  return other === undefined
    ? undefined
    : `${opening.opened.name} is the second control-plane node that is down, beside ${other.name}`;
}

function whySecondDomain(scene: Scene, { plan, opened }: Opening): string | undefined {
  const key = plan.spec.oneDomainAtATime?.topologyKey;
  if (key === undefined) return undefined;
  const elsewhere = [...scene.observation.nodes.values()].find(({ claim, quarantine, labels }) => {
    const ours = claim === plan.metadata.uid || quarantine?.planUid === plan.metadata.uid;
    return ours && labels[key] !== opened.labels[key];
  });
  return elsewhere === undefined ? undefined : `${opened.name} goes down beside ${elsewhere.name} of another domain`;
}

function whyTooManyPulls({ observation }: Scene): string | undefined {
  const byPlan = new Map<string, Set<string>>();
  for (const { labels, deleting, annotations } of observation.pods.values()) {
    if (labels[LABELS.component] !== COMPONENTS.prePull || deleting) continue;
    const plan = labels[LABELS.planUid] ?? '';
    byPlan.set(plan, (byPlan.get(plan) ?? new Set()).add(annotations['baton.dev/node'] ?? ''));
  }
  const most = Math.max(0, ...[...byPlan.values()].map(({ size }) => size));
  return most <= MAX_PULLS ? undefined : `images are pulled ahead on ${most} nodes at once`;
}

function namesOf(nodes: readonly StoredNode[]): string {
  return nodes.map(({ name }) => name).join(', ');
}
