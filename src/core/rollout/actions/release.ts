import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { Command } from '../model/command.ts';
import { done, refuse, wait, type ActionResult, type ActionView } from './action.ts';

/** Ends the quarantine of the named nodes. Done once none of them is quarantined any more, so that a kill in between is harmless. */
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
  const strangers = names.filter((name) => !failed.has(name) && snapshot.nodes.get(name)?.quarantine?.planUid !== uid);
  if (strangers.length > 0) {
    return refuse('NotQuarantined', `not quarantined by this plan: ${strangers.join(', ')}; nothing was done`);
  }
  // A node that failed may not be in quarantine yet: its turn is closed first.
  const busy = names.filter((name) => failed.has(name) && snapshot.nodes.get(name)?.claim === uid);
  if (busy.length > 0) return wait(`waits for the turns of ${busy.join(', ')} to be closed`);
  if (quarantined.length > 0) {
    const why = (node: string): string => `${action.metadata.name} releases ${node}`;
    return { commands: quarantined.map((node): Command => ({ kind: 'EndQuarantine', node, why: why(node.name) })) };
  }
  return done(`released: ${names.join(', ')}`);
}
