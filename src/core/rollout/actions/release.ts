import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { Command } from '../model/command.ts';
import { done, reject, wait, type ActionResult, type ActionView } from './action.ts';

/** Ends the quarantine of the named nodes. The action is Done once none of them is quarantined, so that a kill in between is harmless. */
export function release({ input: { snapshot } }: ActionView, action: UpgradeAction): ActionResult {
  const uid = snapshot.plan.metadata.uid;
  const names = action.spec.nodes ?? [];
  const failed = new Set(
    snapshot.batches.flatMap((batch) =>
      (batch.status?.nodes ?? []).filter((record) => record.state === 'Failed').map((record) => record.name),
    ),
  );
  const quarantined = names.flatMap((name) => {
    const node = snapshot.nodes.get(name);
    return node?.quarantine?.planUid === uid ? [node] : [];
  });
  const others = names.filter((name) => !failed.has(name) && snapshot.nodes.get(name)?.quarantine?.planUid !== uid);
  if (others.length > 0) {
    return reject('NotQuarantined', `not quarantined by this plan: ${others.join(', ')}; no node was released`);
  }
  // The quarantine of a node that has just failed begins when its turn is closed.
  const busy = names.filter((name) => failed.has(name) && snapshot.nodes.get(name)?.claim === uid);
  if (busy.length > 0) return wait(`waits until the turns of ${busy.join(', ')} are closed`);
  if (quarantined.length > 0) {
    const why = (node: string): string => `${action.metadata.name} releases ${node}`;
    return { commands: quarantined.map((node): Command => ({ kind: 'EndQuarantine', node, why: why(node.name) })) };
  }
  return done(`released: ${names.join(', ')}`);
}
